"""Instants as integers: calendar fields to nanoseconds since 1970, and those to the record's one text form.

The calendar is the proleptic Gregorian one; years outside 1990 to 2261 are refused (data contract, section 7).
"""

from __future__ import annotations

from datetime import date

FIRST_YEAR, LAST_YEAR = 1990, 2261
_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86_400
_SECOND = 1_000_000_000
_MOST_CACHED = 4_096
_heads: dict[int, str] = {}
FIRST = (date(FIRST_YEAR, 1, 1).toordinal() - _EPOCH) * _DAY * _SECOND
LAST = (date(LAST_YEAR + 1, 1, 1).toordinal() - _EPOCH) * _DAY * _SECOND - 1


def seconds_since_epoch(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int:
    """Seconds from 1970 to a UTC calendar time.

    Raises:
        ValueError: there is no such date or time of day.
    """
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        raise ValueError("no such time of day")
    days = date(year, month, day).toordinal() - _EPOCH
    return days * _DAY + hour * 3_600 + minute * 60 + second


def nanoseconds(seconds: int, fraction: str = "") -> int:
    """Join whole seconds and the digits behind the point; digits after the ninth are cut."""
    return seconds * _SECOND + int(fraction[:9].ljust(9, "0"))


def in_range(instant: int) -> bool:
    """Whether an instant (nanoseconds since 1970) is in the years that records may carry."""
    return FIRST <= instant <= LAST


def render(instant: int) -> str:
    """Give nanoseconds since 1970 as RFC 3339 in UTC with nine fraction digits and `Z`."""
    seconds, fraction = divmod(instant, _SECOND)
    head = _heads.get(seconds) or _head(seconds)
    return f"{head}{fraction:09}Z"


def _head(seconds: int) -> str:
    """The text up to the fraction, remembered because neighbours share their second."""
    days, rest = divmod(seconds, _DAY)
    if len(_heads) >= _MOST_CACHED:
        _heads.clear()
    head = f"{date.fromordinal(days + _EPOCH)}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}."
    _heads[seconds] = head
    return head
