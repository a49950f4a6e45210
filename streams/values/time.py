"""Points in time: every form of the data contract (7, 8b.4), exact to the nanosecond.

Nothing goes through a float: decimals are read from their digits, calendar arithmetic is done in integers.
"""

from __future__ import annotations

import re
from datetime import tzinfo
from typing import Any, NamedTuple, TypeVar

from streams.values.calendar_forms import read_calendar
from streams.values.epochs import epoch_nanoseconds
from streams.values.instants import FIRST, LAST, in_range, nanoseconds, render, seconds_since_epoch
from streams.values.local_times import INFERRED, LEAP, resolve


class Time(NamedTuple):
    """A source's time in the record's text form, or None with the flag that says why."""

    text: str | None
    flags: tuple[str, ...] = ()


MISSING = Time(None, ("timestamp.missing",))
UNPARSABLE = Time(None, ("timestamp.unparsable",))
OUT_OF_RANGE = Time(None, ("timestamp.out_of_range",))

_LONGEST = 100
_MOST_CACHED = 4_096
_SECOND = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)", re.ASCII)
_ZULU = frozenset("Zz")
_FRACTION = re.compile(r"(?<=:\d\d:\d\d)[.,](\d{1,18})(?!\d)", re.ASCII)
_FIRST_DIGIT = 20
_NO_FRACTION = "000000000Z"
_INTEGER = re.compile(r"-?[0-9]{1,20}", re.ASCII)
_SECOND_LENGTH = 10**9

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_seconds: dict[str, str] = {}
_fractions: dict[str, str] = {}
_written: dict[tuple[str, tzinfo], tuple[str, tuple[str, ...]]] = {}
"""The record's form up to the fraction of a second, with flags, by the text without it and the zone for want of one."""


def read_time(value: Any, zone: tzinfo, observed: str, unit: int | None = None) -> Time:
    """Read what stands in a time field, a number or a text of any form.

    `zone` is for texts that name none, `observed` (in the record's form) for those without a year, and `unit` is
    the nanoseconds per unit of a number, by magnitude when None.
    """
    if value is None or value == "":
        return MISSING
    if isinstance(value, str):
        quick = utc_text(value) if value[-1:] in _ZULU else None
        return Time(quick) if quick else _read_text(value.strip(), zone, observed, unit)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return UNPARSABLE
    return _checked(epoch_nanoseconds(value, unit))


def utc_text(text: str) -> str | None:
    """Give the record's form of an RFC 3339 time in UTC, None for every other form and year.

    This is the hot path: most times share their second with others and their milliseconds with all.
    """
    head, _, rest = text.partition(".")
    second, fraction = _seconds.get(head), _fractions.get(rest)
    return second + fraction if second and fraction else _learn(head, rest)


def read_epoch(text: str, unit: int | None = None) -> Time:
    """Read a decimal number since 1970; `unit` is its nanoseconds per unit, by magnitude when None."""
    return _checked(epoch_nanoseconds(text, unit))


def read_seconds(seconds: Any, beyond: Any) -> Time:
    """Read a time in two integers, as Google Cloud and Log4j write it: seconds since 1970, nanoseconds beyond them.

    Either may be in quotes; no nanoseconds are none.
    """
    whole, rest = _integer(seconds), _integer(0 if beyond is None else beyond)
    if whole is None or rest is None or not 0 <= rest < _SECOND_LENGTH:
        return UNPARSABLE
    return _checked(whole * _SECOND_LENGTH + rest)


def _integer(value: Any) -> int | None:
    if isinstance(value, str):
        return int(value) if _INTEGER.fullmatch(value) else None
    return value if type(value) is int else None


def _checked(instant: int | None, flags: tuple[str, ...] = ()) -> Time:
    if instant is None:
        return UNPARSABLE
    return Time(render(instant), flags) if FIRST <= instant <= LAST else OUT_OF_RANGE


def _read_text(text: str, zone: tzinfo, observed: str, unit: int | None) -> Time:
    if len(text) > _LONGEST:
        return UNPARSABLE
    instant = None if ":" in text else epoch_nanoseconds(text, unit)
    if instant is not None:
        return _checked(instant)
    # Neighbours share their second, so its reading is remembered and only the fraction differs.
    fraction = _FRACTION.search(text)
    key = (text[: fraction.start()] + text[fraction.end() :] if fraction else text, zone)
    known = _written.get(key)
    if known is not None:
        return Time(f"{known[0]}{fraction[1][:9]:0<9}Z" if fraction else known[0] + _NO_FRACTION, known[1])
    found = _read_written(text, zone, observed)
    if found.text and INFERRED not in found.flags and LEAP not in found.flags:
        _remember(_written, key, (found.text[:_FIRST_DIGIT], found.flags))
    return found


def _read_written(text: str, zone: tzinfo, observed: str) -> Time:
    written = read_calendar(text)
    if written is None:
        return UNPARSABLE
    try:
        return _checked(*resolve(written, zone, observed))
    except ValueError:
        return UNPARSABLE


def _learn(head: str, rest: str) -> str | None:
    """Check a time in its two parts, around the point if it has one, and remember those that recur."""
    if head[-1:] in _ZULU:
        second = None if rest else _seconds.get(head[:-1]) or _learn_second(head[:-1])
        return f"{second}.000000000Z" if second else None
    second, digits = _seconds.get(head) or _learn_second(head), rest[:-1]
    if second is None or rest[-1:] not in _ZULU or not digits.isascii() or not digits.isdigit():
        return None
    fraction = f".{digits:0<9.9}Z"
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


def _remember(cache: dict[_Key, _Value], key: _Key, value: _Value) -> _Value:
    if len(cache) >= _MOST_CACHED:
        cache.clear()
    cache[key] = value
    return value
