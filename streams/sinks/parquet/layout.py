"""Which folder a record's file is in: signal, day and hour of its `observed_timestamp`, or the overflow folder.

Kafka's timestamps are a producer's word. Days far from today and more folders than a batch may have go to one folder a
signal, so that nobody's clock makes thousands of them. In Hive's layout its name reads as day and hour NULL.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from streams.sinks.base import Item

_NULL: Final = "__HIVE_DEFAULT_PARTITION__"
_SIGNALS: Final = ("log", "metric", "span")
_HOUR: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}")


class Hour(NamedTuple):
    """An hour of a day in UTC."""

    start: datetime

    @property
    def end(self) -> datetime:
        """When it is over."""
        return self.start + timedelta(hours=1)


class Bounds(NamedTuple):
    """Which folders a batch may have."""

    first_day: str
    last_day: str
    folders: int


def bounds(today: date, past_days: int, future_days: int, folders: int) -> Bounds:
    """Give the bounds for batches that are written today."""
    first, last = today - timedelta(days=past_days), today + timedelta(days=future_days)
    return Bounds(first.isoformat(), last.isoformat(), folders)


def folder(signal: str, day: str, hour: str) -> str:
    """Give the folder of an hour."""
    return f"signal={signal}/day={day}/hour={hour}"


def overflow(signal: str) -> str:
    """Give the folder of what belongs to no other one."""
    return folder(signal, _NULL, _NULL)


def folder_of(path: str) -> str:
    """Give the folder of a file, from its path."""
    return path.rpartition("/")[0]


def hour_of(path: str) -> Hour | None:
    """Give the hour of a file, from its path; None in an overflow folder."""
    if _NULL in path:
        return None
    _, day, hour = (part.partition("=")[2] for part in folder_of(path).split("/"))
    return Hour(datetime.fromisoformat(f"{day}T{hour}:00:00Z"))


def signal_of(path: str) -> str:
    """Give the signal of a file, from its path."""
    return path.split("/")[0].removeprefix("signal=")


class Arranged(NamedTuple):
    """A batch by folders, each in the batch's order, and the items that have no place because they are no records."""

    folders: Mapping[str, Sequence[Item]]
    strays: Sequence[Item]


def arrange(items: Sequence[Item], within: Bounds) -> Arranged:
    """Give the items of each folder.

    The folders with most records are kept when there are too many, so a few hostile ones do not displace the others.
    """
    hours, strays = _by_hour(items)
    kept: dict[str, Sequence[Item]] = {}
    spilled: dict[str, list[Item]] = defaultdict(list)
    for (signal, hour), group in sorted(hours.items(), key=lambda found: -len(found[1])):
        if signal not in _SIGNALS or not _HOUR.fullmatch(hour):
            strays += group
        elif len(kept) < within.folders and within.first_day <= hour[:10] <= within.last_day:
            kept[folder(signal, hour[:10], hour[11:])] = group
        else:
            spilled[overflow(signal)] += group
    for group in spilled.values():
        group.sort(key=_offset)
    return Arranged(kept | spilled, strays)


def _by_hour(items: Sequence[Item]) -> tuple[Mapping[tuple[str, str], list[Item]], list[Item]]:
    hours: dict[tuple[str, str], list[Item]] = defaultdict(list)
    strays = []
    for item in items:
        try:
            hours[item.record["signal"], item.record["observed_timestamp"][:13]].append(item)
        except (KeyError, TypeError):
            strays.append(item)
    return hours, strays


def _offset(item: Item) -> int:
    return item.offset
