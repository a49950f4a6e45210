"""Points in time: every form of the data contract (7, 8b.4), exact to the nanosecond.

Nothing goes through a float: decimals are read from their digits, calendar arithmetic is done in integers.
"""

from __future__ import annotations

import re
from datetime import tzinfo
from decimal import Decimal
from typing import Any, NamedTuple

from streams.values.calendar_forms import Written, read_calendar
from streams.values.instants import in_range, nanoseconds, render, seconds_since_epoch
from streams.values.json import WrittenFloat
from streams.values.zones import local_offset, zone_offset


class Time(NamedTuple):
    """A source's time in the record's text form, or None with the flag that says why."""

    text: str | None
    flags: tuple[str, ...] = ()


MISSING = Time(None, ("timestamp.missing",))
UNPARSABLE = Time(None, ("timestamp.unparsable",))
OUT_OF_RANGE = Time(None, ("timestamp.out_of_range",))

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_LONGEST = 100
_MOST_CACHED = 4_096
_SECOND = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)", re.ASCII)
_ZULU = frozenset("Zz")
_BY_MAGNITUDE = ((10**11, 10**9), (10**14, 10**6), (10**17, 10**3))

_seconds: dict[str, str] = {}
_fractions: dict[str, str] = {}


def read_time(value: Any, zone: tzinfo, observed: str, unit: int | None = None) -> Time:
    """Read what stands in a time field, a number or a text of any form.

    `zone` is for texts that name none, `observed` (in the record's form) for those without a year, and `unit` is
    the nanoseconds per unit of a number, by magnitude when None.
    """
    if value is None or value == "":
        return MISSING
    if isinstance(value, str):
        quick = utc_text(value)
        return Time(quick) if quick else _read_text(value.strip(), zone, observed, unit)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return UNPARSABLE
    return read_epoch(value.text if isinstance(value, WrittenFloat) else repr(value), unit)


def utc_text(text: str) -> str | None:
    """Give the record's form of an RFC 3339 time in UTC, None for every other form and year.

    This is the hot path: most times share their second with others and their milliseconds with all.
    """
    head, _, rest = text.partition(".")
    second, fraction = _seconds.get(head), _fractions.get(rest)
    return second + fraction if second and fraction else _learn(head, rest)


def read_epoch(text: str, unit: int | None = None) -> Time:
    """Read a decimal number since 1970; `unit` is its nanoseconds per unit, by magnitude when None."""
    if not _NUMBER.fullmatch(text):
        return UNPARSABLE
    number = Decimal(text)
    if unit is None:
        unit = next((scale for bound, scale in _BY_MAGNITUDE if abs(number) < bound), 1)
    return _checked(_scaled(number, unit))


def _scaled(number: Decimal, unit: int) -> int:
    """Multiply in integers, so that no decimal context rounds; digits below a nanosecond are cut."""
    sign, digits, exponent = number.as_tuple()
    power = int(exponent)
    whole = int("".join(map(str, digits))) * unit
    whole = whole * 10**power if power >= 0 else whole // int(10**-power)
    return -whole if sign else whole


def _checked(instant: int, flags: tuple[str, ...] = ()) -> Time:
    return Time(render(instant), flags) if in_range(instant) else OUT_OF_RANGE


def _read_text(text: str, zone: tzinfo, observed: str, unit: int | None) -> Time:
    if len(text) > _LONGEST:
        return UNPARSABLE
    if _NUMBER.fullmatch(text):
        return read_epoch(text, unit)
    written = read_calendar(text)
    if written is None:
        return UNPARSABLE
    try:
        return _resolve(written, zone, observed)
    except ValueError:
        return UNPARSABLE


def _resolve(written: Written, zone: tzinfo, observed: str) -> Time:
    """Make an instant of calendar fields; ValueError for a date or time of day that does not exist."""
    flags = []
    if written.second == 60:
        written = written._replace(second=59, fraction="999999999")
        flags.append("timestamp.leap_second")
    if written.year is None:
        written = written._replace(year=_nearest_year(written, zone, observed))
        flags.append("timestamp.year_inferred")
    instant, has_zone = _instant(written, zone)
    if not has_zone:
        flags.append("timestamp.no_zone")
    return _checked(instant, tuple(flags))


def _instant(written: Written, default: tzinfo) -> tuple[int, bool]:
    """Nanoseconds since 1970, and whether the text named a zone that is known."""
    local = seconds_since_epoch(
        written.year or 0, written.month, written.day, written.hour, written.minute, written.second
    )
    offset = zone_offset(written.zone, local) if written.zone else None
    known = offset is not None
    return nanoseconds(local - (offset or 0 if known else local_offset(default, local)), written.fraction), known


def _nearest_year(written: Written, zone: tzinfo, observed: str) -> int:
    """The year that puts a date nearest to the observed time, ties to the past; 29 February waits for a leap year."""
    now = nanoseconds(seconds_since_epoch(*map(int, re.split("[-T:]", observed[:19]))), observed[20:29])
    this = int(observed[:4])
    distances = []
    for year in range(max(this - 8, 1), this + 9):
        try:
            instant, _ = _instant(written._replace(year=year), zone)
        except ValueError:
            continue
        distances.append((abs(instant - now), year))
    if not distances:
        raise ValueError("no such date")
    return min(distances)[1]


def _learn(head: str, rest: str) -> str | None:
    """Check a time in its two parts, around the point if it has one, and remember those that recur."""
    whole = head[-1:] in _ZULU
    second = _seconds.get(head[:-1] if whole else head) or _learn_second(head[:-1] if whole else head)
    if whole or second is None:
        return f"{second}.000000000Z" if second and not rest else None
    digits = rest[:-1]
    if rest[-1:] not in _ZULU or not digits.isascii() or not digits.isdigit():
        return None
    fraction = f".{digits[:9].ljust(9, '0')}Z"
    if len(digits) <= 3:
        _remember(_fractions, rest, fraction)
    return second + fraction


def _learn_second(head: str) -> str | None:
    """Check a `YYYY-MM-DDTHH:MM:SS` and remember its canonical form."""
    match = _SECOND.fullmatch(head)
    if not match:
        return None
    try:
        second = seconds_since_epoch(*map(int, match.groups()))
    except ValueError:
        return None
    if not in_range(nanoseconds(second)):
        return None
    return _remember(_seconds, head, f"{head[:10]}T{head[11:]}")


def _remember(cache: dict[str, str], key: str, value: str) -> str:
    if len(cache) >= _MOST_CACHED:
        cache.clear()
    cache[key] = value
    return value
