"""Syslog messages counted as over TCP: `LEN SP MSG LEN SP MSG` (RFC 6587, section 3.4.1), several in one value.

A count that is wrong ends its message where the next counted one begins, because no sender puts a count and a
priority inside a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import tzinfo

from streams.dialects.base import Parts

_FRAME = re.compile(rb"\s{0,2}(?P<count>[1-9]\d{0,6}) (?=<\d{1,3}>)")
_NEXT = re.compile(rb"(?<!\d)[1-9]\d{0,6} <\d{1,3}>")


def split_frames(text: str, _zone: tzinfo) -> Parts | None:
    """Take a text of two or more counted messages apart; None when it is none."""
    value = text.encode()
    if not _FRAME.match(value):
        return None
    frames = list(_frames(value))
    return Parts(frames, lambda _, frame: f"{len(frame.encode())} {frame}") if len(frames) > 1 else None


def _frames(value: bytes) -> Iterator[str]:
    at = 0
    while at < len(value):
        head = _FRAME.match(value, at)
        if head is None:
            if value[at:].strip():
                yield value[at:].decode(errors="replace")
            return
        at = _end(value, head.end(), int(head["count"]))
        yield value[head.end() : at].decode(errors="replace")


def _end(value: bytes, start: int, count: int) -> int:
    """Where a message ends: where its count says if that is the end or begins another, else before the next one."""
    end = start + count
    if end <= len(value) and (not value[end:].strip() or _FRAME.match(value, end)):
        return end
    following = _NEXT.search(value, start)
    return following.start() if following else len(value)
