"""The bracket structure of JSON bytes, read without parsing: how deep it goes and where an array's elements are."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(rb'["\\\[\]{},]')
_QUOTE, _BACKSLASH, _COMMA = b'"\\,'
_OPENING = frozenset(b"[{")
_CLOSING = frozenset(b"]}")


def deeper_than(value: bytes, limit: int) -> bool:
    """Whether brackets outside strings nest deeper than `limit`; it stops at the first one that does."""
    if value.count(b"{") + value.count(b"[") <= limit:
        return False
    depth = 0
    for _, token in _structure(value):
        if token in _OPENING:
            depth += 1
            if depth > limit:
                return True
        elif token in _CLOSING:
            depth -= 1
    return False


def elements(value: bytes) -> list[bytes]:
    """The exact bytes of each element of one top-level JSON array, without surrounding blanks.

    Raises:
        ValueError: its brackets do not open and close as one array's.
    """
    found: list[bytes] = []
    depth, start = 0, 0
    for at, token in _structure(value):
        if token in _OPENING:
            depth += 1
            start = at + 1 if depth == 1 else start
        elif token in _CLOSING:
            depth -= 1
        if (token == _COMMA and depth == 1) or (token in _CLOSING and depth == 0):
            found.append(value[start:at].strip())
            start = at + 1
        if depth == 0:
            break
    if depth or value[start - 1 :].rstrip() != b"]":
        raise ValueError("not one array")
    return found


def _structure(value: bytes) -> Iterator[tuple[int, int]]:
    """Positions and bytes of brackets and commas that stand outside strings."""
    quoted, escaped = False, -1
    for match in _TOKEN.finditer(value):
        at = match.start()
        token = value[at]
        if at == escaped:
            continue
        if token == _BACKSLASH:
            escaped = at + 1
        elif token == _QUOTE:
            quoted = not quoted
        elif not quoted:
            yield at, token
