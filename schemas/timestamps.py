"""The one form of a point in time: RFC 3339 in UTC with nine fraction digits and `Z`.

It sorts as text and loses nothing in languages whose numbers are doubles.
"""

from typing import Annotated, Final

from pydantic import Field

FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2261
"""The last whole year whose nanoseconds since 1970 fit a signed 64-bit integer."""

_YEAR = "(?:199[0-9]|2[01][0-9]{2}|22[0-5][0-9]|226[01])"
_LEAP_YEAR = "(?:199[26]|2000|2[01](?:0[48]|[2468][048]|[13579][26])|22(?:0[48]|[24][048]|[135][26]|60))"
_MONTH_DAY = (
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][.][0-9]{9}Z"

TIMESTAMP_PATTERN: Final = f"^(?:{_YEAR}-{_MONTH_DAY}|{_LEAP_YEAR}-02-29)T{_TIME}$"
"""Exact for the Gregorian calendar, leap days included (RFC 3339, section 5.7)."""

Timestamp = Annotated[
    str,
    Field(pattern=TIMESTAMP_PATTERN, examples=["2026-03-01T12:00:00.123456789Z"]),
]
"""RFC 3339, UTC, nine fraction digits, `Z`; years 1990 to 2261."""
