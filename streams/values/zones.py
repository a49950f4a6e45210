"""Time zones by name and by offset, as logs write them (data contract 8b.4)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_HOURS = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "JST": 9,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])([0-9]{1,2}?):?([0-9]{2})?", re.IGNORECASE)
_IANA = re.compile(r"[A-Za-z_]{2,20}/[A-Za-z_+\-0-9/]{2,40}")


def zone_offset(name: str, seconds: int) -> int | None:
    """Seconds east of UTC of a written zone at a local time given as seconds; None for an unknown zone.

    Of a local time that exists twice the first is taken.
    """
    hours = _HOURS.get(name.upper())
    if hours is not None:
        return hours * 3_600
    match = _OFFSET.fullmatch(name)
    if match:
        return _signed(match[1], int(match[2]), int(match[3] or 0))
    zone = _named(name) if _IANA.fullmatch(name) else None
    return local_offset(zone, seconds) if zone else None


def local_offset(zone: tzinfo, seconds: int) -> int:
    """Seconds east of UTC of a zone at a local time given as if it were UTC seconds since 1970."""
    local = datetime(1970, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001 - the zone is what is asked for
    offset = zone.utcoffset(local)
    return int(offset.total_seconds()) if offset else 0


@lru_cache(maxsize=64)
def zone_named(name: str) -> tzinfo:
    """Give the zone of a setting.

    Raises:
        ValueError: there is no such zone.
    """
    zone = UTC if name.upper() in {"UTC", "Z"} else _named(name)
    if zone is None:
        raise ValueError(f"there is no time zone {name!r}")
    return zone


@lru_cache(maxsize=1_024)
def _named(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _signed(sign: str, hours: int, minutes: int) -> int | None:
    if hours > 18 or minutes > 59:
        return None
    offset = hours * 3_600 + minutes * 60
    return -offset if sign == "-" else offset
