"""The bracket structure of JSON bytes, read without parsing: how deep it goes and where an array's elements are."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Possessive, so that nothing is tried twice; an open string runs to the end. Brackets come in runs.
_TOKEN = re.compile(rb'"(?>(?:[^"\\]++|\\.)*)"?|[\[{]++|[\]}]++|,', re.DOTALL)
_QUOTE, _COMMA = b'",'
_OPENING = frozenset(b"[{")
_ROUND = bytes.maketrans(b"{}[]", b"()()")
_NO_MARKS = bytes(set(range(256)) - set(b'{}[]"'))
_MOST_LAYERS = 20
"""Beyond them brackets are counted one by one: each layer that is taken away costs a look at all that are left."""


def deeper_than(value: bytes, limit: int) -> bool:
    """Whether brackets outside strings nest deeper than `limit`.

    Written for speed, because large batches pass here: what is not deep is proved so by taking away the innermost
    brackets layer by layer, without a step per bracket.
    """
    if value.count(b"{") + value.count(b"[") <= limit:
        return False
    plain = value.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in value else value
    # Two quotes that meet are dropped in pairs, which leaves every bracket as much inside or outside as it was.
    marks = plain.translate(_ROUND, _NO_MARKS).replace(b'""', b"")
    left = b"".join(marks.split(b'"')[::2])
    for _ in range(min(limit, _MOST_LAYERS)):
        if not left:
            return False
        left = left.replace(b"()", b"")
    return bool(left) and any(depth > limit for _, _, depth in _brackets(value))


def elements(value: bytes) -> list[bytes]:
    """The exact bytes of each element of one top-level JSON array, without surrounding blanks.

    Raises:
        ValueError: its brackets do not open and close as one array's.
    """
    found: list[bytes] = []
    start, end, depth = value.find(b"[") + 1, 0, 0
    for at, token, depth in _brackets(value):
        if token == _COMMA and depth == 1:
            found.append(value[start:at].strip())
            start = at + 1
        elif depth <= 0:
            end = at
            break
    if depth != 0 or value[end:].rstrip() != b"]":
        raise ValueError("not one array")
    return [*found, value[start:end].strip()]


def _brackets(value: bytes) -> Iterator[tuple[int, int, int]]:
    """Give each comma and each run of brackets outside strings: where it ends, its byte, the depth behind it."""
    depth = 0
    for match in _TOKEN.finditer(value):
        start, end = match.span()
        token = value[start]
        if token == _QUOTE:
            continue
        if token in _OPENING:
            depth += end - start
        elif token != _COMMA:
            depth -= end - start
        yield end - 1, token, depth
