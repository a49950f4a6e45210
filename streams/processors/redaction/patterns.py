"""Patterns of the operator's own, found by Hyperscan: its time is linear in the text for every pattern it takes.

It takes no back references and nothing that looks around, and refuses what it could not search in one pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import hyperscan

from streams.processors.redaction.detector import Detector, Find, Span

_FLAGS: Final = hyperscan.HS_FLAG_SOM_LEFTMOST | hyperscan.HS_FLAG_UTF8 | hyperscan.HS_FLAG_UCP
_LONGEST: Final = 500
"""Characters of a pattern."""


def check(pattern: str) -> None:
    """See whether a pattern can be searched for.

    Raises:
        ValueError: it cannot, and why.
    """
    _compile(pattern)


def detector(name: str, pattern: str) -> Detector:
    """Make the detector of what a pattern finds; `name` is its kind. Each match goes as far as it can.

    Raises:
        ValueError: it cannot be searched for.
    """
    return Detector((name,), (), _finder(name, _compile(pattern)))


def _compile(pattern: str) -> hyperscan.Database:
    if not 0 < len(pattern) <= _LONGEST:
        raise ValueError(f"it must have 1 to {_LONGEST} characters")
    database = hyperscan.Database()
    try:
        database.compile(expressions=[pattern.encode()], flags=_FLAGS)
    except hyperscan.error as error:
        raise ValueError(f"Hyperscan does not take it: {error}") from None
    return database


def _finder(name: str, database: hyperscan.Database) -> Find:
    def find(text: str) -> Iterator[Span]:
        encoded = text.encode("utf-8", "replace")
        found: list[tuple[int, int]] = []
        database.scan(encoded, lambda _id, start, end, _flags, _context: found.append((start, end)))
        characters = done = 0
        for start, end in _joined(found):
            characters += len(encoded[done:start].decode())
            length = len(encoded[start:end].decode())
            yield Span(characters, characters + length, name)
            characters, done = characters + length, end

    return find


def _joined(found: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join matches that overlap; of a repetition Hyperscan tells every end."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    yield from joined
