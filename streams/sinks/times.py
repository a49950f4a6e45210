"""Times as records write them, read as numbers and days."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Final

_CHARACTERS: Final = 30
_LARGEST: Final = 2**63 - 1


def nanoseconds(timestamp: str) -> int:
    """Read a time as the record writes it: nanoseconds since 1970.

    Raises:
        ValueError: it is none, or before 1970 or too late for 64 bits, in 2262.
    """
    if len(timestamp) != _CHARACTERS:
        raise ValueError("no time of an enriched record")
    found = _second(timestamp[:19])[1] + int(timestamp[20:29])
    if not 0 <= found <= _LARGEST:
        raise ValueError("no time of an enriched record")
    return found


def day_of(timestamp: str) -> date:
    """Give the day, in UTC, of a time as the record writes it.

    Raises:
        ValueError: it is none.
    """
    return _second(timestamp[:19])[0]


@lru_cache(maxsize=4_096)
def _second(text: str) -> tuple[date, int]:
    """The day and the nanoseconds of `2026-03-01T12:00:00`; remembered because neighbours share their second."""
    moment = datetime.fromisoformat(f"{text}+00:00")
    return moment.date(), int(moment.timestamp()) * 10**9
