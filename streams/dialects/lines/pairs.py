"""`key=value` pairs behind a message, as loggers for people print the fields of a record."""

from __future__ import annotations

import re

from streams.dialects.lines.grammar import take_trace
from streams.types import Record

_MOST_PAIRS = 100
_KEY = r"[A-Za-z_][\w.\-/@]{0,100}"
_QUOTED = r"\"(?>(?:[^\"\\\n]++|\\.)*)\"|'(?>(?:[^'\\\n]++|\\.)*)'"
_VALUE = _QUOTED + r"|\[[^\]\n]*+\]|\{[^}\n]*+\}|\w{0,60}\([^)\n]*+\)|[^\s\"]*+"
_PAIR = re.compile(rf"(?P<blanks>\s*+)(?P<key>{_KEY})=(?P<value>{_VALUE}),?(?=\s|$)")
_FIRST = re.compile(rf"(?:^|(?<=\s)){_KEY}=")
_ESCAPE = re.compile(r"\\([\"'\\])")
_QUOTES = frozenset("\"'")


def take_pairs(record: Record) -> None:
    """Make attributes of the pairs that end a record's message; what is no pair ends nothing and stays in the body."""
    body = record["body"]
    if type(body) is not str or "=" not in body:
        return
    first = _FIRST.search(body)
    pairs = read_pairs(body, first.start()) if first else None
    if first is None or not pairs:
        return
    record["body"] = body[: first.start()].rstrip(" :\t") or body
    record["attributes"] |= pairs
    take_trace(record)


def read_pairs(text: str, at: int = 0) -> dict[str, str] | None:
    """Read pairs up to the end of a text; None when something else is among them, or a key is there twice."""
    found: dict[str, str] = {}
    while at < len(text):
        match = _PAIR.match(text, at)
        if match is None or match["key"] in found or len(found) >= _MOST_PAIRS:
            return None
        found[match["key"]] = _plain(match["value"])
        at = match.end()
    return found


def _plain(value: str) -> str:
    if value[:1] in _QUOTES and len(value) > 1:
        return _ESCAPE.sub(r"\1", value[1:-1])
    return value
