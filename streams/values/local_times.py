"""Calendar fields to instants: missing zones and years filled in, leap seconds put at the end of their minute."""

from __future__ import annotations

import re
from datetime import tzinfo

from streams.values.calendar_forms import Written
from streams.values.instants import nanoseconds, seconds_since_epoch
from streams.values.zones import local_offset, zone_offset

LEAP, INFERRED, NO_ZONE = "timestamp.leap_second", "timestamp.year_inferred", "timestamp.no_zone"
_LEAP_YEARS_APART = 8
"""Around 2100, which is none."""


def resolve(written: Written, zone: tzinfo, observed: str) -> tuple[int, tuple[str, ...]]:
    """Make nanoseconds since 1970 of calendar fields, with the flags that say what was assumed.

    `zone` is for fields that name none or an unknown one, `observed` (in the record's form) for a missing year.

    Raises:
        ValueError: there is no such date or time of day.
    """
    flags = []
    if written.second == 60:
        written = written._replace(second=59, fraction="999999999")
        flags.append(LEAP)
    if written.year is None:
        written = written._replace(year=_nearest_year(written, zone, observed))
        flags.append(INFERRED)
    instant, has_zone = _instant(written, zone)
    if not has_zone:
        flags.append(NO_ZONE)
    return instant, tuple(flags)


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
    reach = _LEAP_YEARS_APART if (written.month, written.day) == (2, 29) else 1
    distances = []
    for year in range(max(this - reach, 1), this + reach + 1):
        try:
            instant, _ = _instant(written._replace(year=year), zone)
        except ValueError:
            continue
        distances.append((abs(instant - now), year))
    if not distances:
        raise ValueError("no such date")
    return min(distances)[1]
