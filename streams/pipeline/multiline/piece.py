"""What one record adds to an event: a line of text, or a part of one."""

from __future__ import annotations

from typing import Final, NamedTuple

import orjson

END: Final = b"\n"


class Piece(NamedTuple):
    """What a record adds to an event.

    `source` tells the producers of a partition apart, `stream` the envelope and its stream (empty for a line without
    envelope). `content` is text without its line end; `ends` says that the line is over. A piece that is `alone`
    is an event by itself: a JSON object, or nothing that has lines. `key` is where an object holds the line, and
    `line_end` whether it has the line end with it.
    """

    source: tuple[bytes | None, bytes]
    stream: str
    content: bytes
    ends: bool = True
    alone: bool = False
    key: str = ""
    line_end: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether it is a whole line with nothing on it."""
        return self.ends and not self.alone and not self.content.strip()

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode(errors="replace")


def is_document(content: bytes) -> bool:
    """Whether a whole line is a JSON object or array, which no other line goes on with."""
    content = content.strip()
    if content.startswith(b"{"):
        return content.endswith(b"}")
    if not (content.startswith(b"[") and content.endswith(b"]")):
        return False
    try:
        orjson.loads(content)
    except orjson.JSONDecodeError:
        return False
    return True
