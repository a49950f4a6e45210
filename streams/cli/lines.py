"""Splits input into lines without decoding it, whatever pieces it comes in."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import BinaryIO

LONGEST = 67_108_864
"""Bytes of a line or file that may become one record; a Kafka broker takes no larger request by default."""

STDIN = Path("-")
_PIECE = 262_144


class LineSplitter:
    r"""Gives each line without its `\n` or `\r\n`, and None for one that is longer than `longest` bytes."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._pieces: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> Iterator[bytes | None]:
        """Take the next piece of input; gives the lines that end in it."""
        *ended, rest = data.split(b"\n")
        for piece in ended:
            self._keep(piece)
            yield self._checked(self._take().removesuffix(b"\r"))
        self._keep(rest)

    def finish(self) -> Iterator[bytes | None]:
        r"""Give the last line if nothing ends it; a `\r` there is its own."""
        if self._pieces:
            yield self._checked(self._take())

    def _keep(self, piece: bytes) -> None:
        if piece and self._size <= self._longest + 1:  # one byte more, which may be the end's own
            self._pieces.append(piece)
            self._size += len(piece)

    def _take(self) -> bytes:
        line = b"".join(self._pieces)
        self._pieces, self._size = [], 0
        return line

    def _checked(self, line: bytes) -> bytes | None:
        return line if len(line) <= self._longest else None


class WholeFile:
    """Gives the whole input as one value, None when it is longer than `longest` bytes."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._content = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes | None]:
        """Take the next piece of input; gives nothing yet."""
        if len(self._content) <= self._longest:
            self._content += data
        return iter(())

    def finish(self) -> Iterator[bytes | None]:
        """Give the value."""
        yield bytes(self._content) if len(self._content) <= self._longest else None


async def pieces(path: Path) -> AsyncGenerator[bytes]:
    """Give the bytes of a file, or of stdin for `-`, as they become available."""
    if path == STDIN:
        async for piece in _from(sys.stdin.buffer):
            yield piece
        return
    with path.open("rb") as file:
        async for piece in _from(file):
            yield piece


async def _from(stream: BinaryIO) -> AsyncGenerator[bytes]:
    mode = os.fstat(stream.fileno()).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stream.isatty()):
        while piece := stream.read(_PIECE):
            yield piece
        return
    # Only a stream that can be awaited leaves the loop free to send what was read, and to be interrupted.
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), stream)
    while piece := await reader.read(_PIECE):
        yield piece
