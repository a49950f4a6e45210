"""Times and durations as people type them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from streams.values.instants import in_range, render

_DURATION: Final = re.compile(r"([0-9]{1,6})([smhdw])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def seconds_of(text: str) -> int:
    """Read a duration as `90s`, `15m`, `1h`, `2d` or `1w`.

    Raises:
        ValueError: it is none.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no duration as 90s, 15m, 1h, 2d or 1w")
    return int(found[1]) * _SECONDS[found[2]]


def moment_of(text: str, now: datetime) -> str:
    """Read a time as RFC 3339 (UTC when it names no zone, midnight when only a day), or how long before `now`.

    Gives it as records write times.

    Raises:
        ValueError: it is neither.
    """
    try:
        moment = now - timedelta(seconds=seconds_of(text)) if _DURATION.fullmatch(text) else _named(text)
        instant = (moment - _EPOCH) // timedelta(microseconds=1) * 1_000
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no time as 2026-11-20T12:00Z, and no duration as 15m, 1h or 2d") from None
    if not in_range(instant):
        raise ValueError(f"{text!r} is not within the years of records")
    return render(instant)


def _named(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
