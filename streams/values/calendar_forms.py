"""The written forms of a date with a time of day, from RFC 3339 to syslog and ctime, as calendar fields."""

from __future__ import annotations

import re
from typing import NamedTuple


class Written(NamedTuple):
    """A date and time of day as they were written; `year` and `zone` are None where they were not."""

    year: int | None
    month: int
    day: int
    hour: int
    minute: int
    second: int
    fraction: str
    zone: str | None


_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, start=1)}
_MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?"
_FRACTION = r"(?:[.,:](?P<fraction>\d{1,18}))?"
_HALF = r"(?: ?(?P<half>[AP]M)(?![A-Z]))?"
_CLOCK = rf"(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?::(?P<second>\d\d){_FRACTION})?{_HALF}"
_OFFSET = r"(?: ?(?P<offset>[+-]\d\d:?(?:\d\d)?|(?:UTC|GMT)[+-]\d\d?(?::?\d\d)?|Z(?![A-Z]))(?: [+-]\d\d(?:\d\d)?)?)?"
_NAME = r"(?: ?\[?(?P<zone>[A-Z][A-Za-z_]{0,20}(?:/[A-Za-z_+\-0-9/]{1,40})?)\]?)?"
_REMARK = r"(?: ?\([^()]{1,60}\))?"
_ZONE = _OFFSET + _NAME + _REMARK
_ANY_CLOCK = r"(?P<hour>\d\d?)(?P<colon>:?)(?P<minute>\d\d)(?P=colon)(?P<second>\d\d)" + _FRACTION
_NUMERIC_DATE = r"(?P<year>\d{4}|\d\d(?=/))[-/.](?P<month>\d\d?)[-/.](?P<day>\d\d?)"
_EARLY_YEAR = r"(?:(?P<early_year>\d{4}) )?"
_LATE_YEAR = r"(?: (?P<late_year>\d{4}))?"
_MONTH_DAY = rf"{_MONTH} {{1,2}}(?P<day>\d\d?),?(?: (?P<year>\d{{4}}),?)?"
_GO_CLOCK = r"(?: m=[+-][\d.]{1,30})?"

_FORMS = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        # RFC 3339 and its relatives: Go's time.String(), Java's [Europe/Berlin], slashes, yy/MM/dd
        rf"{_WEEKDAY}{_NUMERIC_DATE}[T ] ?{_CLOCK}{_ZONE}{_GO_CLOCK}",
        # ISO 8601 basic, glog with a year
        rf"(?P<year>\d{{4}})(?P<month>\d\d)(?P<day>\d\d)[T -]{_ANY_CLOCK}{_ZONE}",
        # Common Log Format, RFC 5322, RFC 850, PHP, Redis with and without a year
        rf"{_WEEKDAY}(?P<day>\d\d?)[/ -]{_MONTH}(?:[/ -](?P<year>\d{{4}}(?=[: T])|\d\d(?=[ T])))?[: T]{_CLOCK}{_ZONE}",
        # RFC 3164, ctime, date(1), java.util.logging, JavaScript's Date.toString()
        rf"{_WEEKDAY}{_EARLY_YEAR}{_MONTH_DAY} {_CLOCK}{_ZONE}{_LATE_YEAR}",
        # MySQL before 5.7, HDFS
        rf"(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d) {{1,2}}{_ANY_CLOCK}{_ZONE}",
        # klog, glog
        rf"(?P<month>\d\d)(?P<day>\d\d) {_CLOCK}",
    )
)

_BLANKS = {0xA0: " ", 0x202F: " "}
"""What locales put before AM and PM (Unicode CLDR 42)."""


def read_calendar(text: str) -> Written | None:
    """Read a written date with a time of day; None when it is in none of the known forms."""
    if text[:1] == "[" and text[-1:] == "]":
        text = text[1:-1]
    if not text.isascii():
        text = text.translate(_BLANKS)
    for form in _FORMS:
        match = form.fullmatch(text)
        if match:
            return _fields(match.groupdict())
    return None


def _fields(found: dict[str, str | None]) -> Written:
    year = found.get("early_year") or found.get("year") or found.get("late_year")
    month = found["month"] or ""
    return Written(
        _full_year(year) if year else None,
        _MONTHS[month.lower()] if month.isalpha() else int(month),
        int(found["day"] or 0),
        _hour(int(found["hour"] or 0), found.get("half")),
        int(found["minute"] or 0),
        int(found["second"] or 0),
        found["fraction"] or "",
        found.get("offset") or found.get("zone"),
    )


def _full_year(written: str) -> int:
    """Two-digit years 69 to 99 are 19xx (POSIX, strptime %y)."""
    year = int(written)
    return year if len(written) == 4 else year + (1900 if year >= 69 else 2000)


def _hour(hour: int, half: str | None) -> int:
    """12-hour clocks: 12 AM is 0, 12 PM is 12; an hour outside them becomes invalid."""
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        return 24
    return hour % 12 + (12 if half.upper() == "PM" else 0)
