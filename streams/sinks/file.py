"""Records as lines of JSON in files that are rotated by size: `NAME-00000001.ndjson`, `NAME-00000002.ndjson`, ..."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from pydantic import Field

from streams.errors import ConfigurationError
from streams.sinks.base import OK, Batch, Effect, Place, Result, Sink, SinkOptions, Unavailable
from streams.sinks.thread import Thread

_SUFFIX: Final = ".ndjson"
_TAIL_BYTES: Final = 65_536


class FileOptions(SinkOptions):
    """Options of files."""

    directory: Path | None = Field(None, description="where they lie; the sink's folder in the state directory")
    file_bytes: int = Field(268_435_456, ge=1_048_576, description="size at which the next file begins")


class FileSink(Sink):
    """Appends to the newest file and never deletes one; a line that a crash cut short is removed at the start."""

    name = "file"
    effect = Effect.AT_LEAST_ONCE
    Options: ClassVar[type[FileOptions]] = FileOptions

    def __init__(self, options: FileOptions, place: Place) -> None:
        super().__init__(options, place)
        self._directory: Path = options.directory or place.directory
        self._thread = Thread("weft-file")
        self._lock = self._file = -1
        self._number = self._size = 0

    async def start(self) -> None:
        """Take the folder for this process alone and open the newest file.

        Raises:
            ConfigurationError: another process writes there, or the folder cannot be made.
            Unavailable: the file system does not answer as it should.
        """
        await self._thread.run(self._open)

    async def write(self, batch: Batch) -> Sequence[Result]:
        """Append a batch; it is on the disk when this returns."""
        lines = b"\n".join([item.value for item in batch.items]) + b"\n"
        await self._thread.run(lambda: self._append(lines))
        return [OK] * len(batch.items)

    async def stop(self) -> None:
        """Close the file and give the folder back."""
        await self._thread.run(self._close)
        self._thread.end()

    def _close(self) -> None:
        for descriptor in (self._file, self._lock):
            if descriptor >= 0:
                os.close(descriptor)
        self._file = self._lock = -1

    def _open(self) -> None:
        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._take()
            if self._file >= 0:
                return
            known = sorted(self._directory.glob(f"{self.place.name}-*{_SUFFIX}"))
            self._number = int(known[-1].stem.rpartition("-")[2]) if known else 1
            self._begin()
        except OSError as error:
            raise _explained(error, self._directory) from None

    def _take(self) -> None:
        if self._lock >= 0:
            return
        descriptor = os.open(self._directory / f"{self.place.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise ConfigurationError(
                f"another process writes to {self._directory}",
                cure="Stop it, or give this one a folder of its own: sinks.NAME.options.directory.",
            ) from None
        self._lock = descriptor

    def _begin(self) -> None:
        """Open the file of the present number and cut off what was never acknowledged."""
        path = self._directory / f"{self.place.name}-{self._number:08d}{_SUFFIX}"
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._size = _whole_lines(self._file)
        os.ftruncate(self._file, self._size)
        folder = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(folder)  # the file's name must survive as well as its content
        finally:
            os.close(folder)

    def _append(self, lines: bytes) -> None:
        try:
            if self._size and self._size + len(lines) > self.options.file_bytes:
                os.close(self._file)
                self._file, self._number = -1, self._number + 1
            if self._file < 0:
                self._begin()
            _write_all(self._file, lines)
            os.fsync(self._file)
        except OSError as error:
            self._forget_unfinished()
            raise Unavailable(f"{self._directory}: {error.strerror}") from None
        self._size += len(lines)

    def _forget_unfinished(self) -> None:
        """Make the file end where it ended; if even that fails, it is opened anew, which does the same."""
        if self._file < 0:
            return
        try:
            os.ftruncate(self._file, self._size)
        except OSError:
            os.close(self._file)
            self._file = -1


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _whole_lines(descriptor: int) -> int:
    """Give the size of a file up to the end of its last whole line."""
    end = os.fstat(descriptor).st_size
    while end:
        start = max(0, end - _TAIL_BYTES)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _explained(error: OSError, directory: Path) -> Exception:
    """Tell what a person must mend from what may mend itself."""
    if error.errno in {errno.EACCES, errno.EPERM, errno.ENOTDIR}:
        return ConfigurationError(f"cannot write to {directory}: {error.strerror}")
    return Unavailable(f"{directory}: {error.strerror}")
