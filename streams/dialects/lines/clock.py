"""Times of log lines, read quicker than one by one: neighbours share their second."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, tzinfo

from streams.types import Record
from streams.values.time import Time, read_time

ISO = (
    r"(?P<time>(?P<second>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?>(?:[.,](?P<fraction>\d{1,9}+))?)"
    r"(?>(?P<zone> ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)(?![A-Za-z0-9]))?))"
)
"""The pattern of a date and time that most text loggers write, in the groups that `Clock.set` is given.

Possessive, so that what does not match behind a time is not tried again with a shorter one.
"""

ISO_HEAD = r"0000-00-00[T ]00:00:00(?:[.,]0{1,9})?(?: ?(?:Z|[+-]00:?00))?"
"""`ISO` as the head of a dialect; names of zones are no part of it."""

_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST_CACHED = 4_096
_FIRST_FRACTION = 20
_NO_FRACTION = "000000000"
_SURE_DAYS = 181
"""A date without a year this near to the observed one is in the same year for the whole day."""


class Clock:
    """Reads times whose parts a pattern has told apart; `zone` is for those that name none.

    `spell` gives the text of a time up to its seconds in a common form, where a format has one of its own.
    """

    def __init__(self, zone: tzinfo, spell: Callable[[str], str] = str) -> None:
        self._zone = zone
        self._spell = spell
        self._known: dict[tuple[str, str], Time] = {}

    def read(self, second: str, fraction: str | None, zone: str | None, observed: str) -> Time:
        """Read a time given as the text up to its seconds, the digits behind them and the text of its zone."""
        text = second + zone if zone else second
        key = (text, observed[:10])
        found = self._known.get(key) or self._learn(key, observed)
        if not fraction or found.text is None or "timestamp.leap_second" in found.flags:
            return found
        return Time(f"{found.text[:_FIRST_FRACTION]}{(fraction + _NO_FRACTION)[:9]}Z", found.flags)

    def set(self, record: Record, second: str, fraction: str | None, zone: str | None, written: str) -> None:
        """Give a record its time; one that cannot be read stays, as `written`, in the attribute `time`."""
        # As `read`, but without a call and an object for each line.
        observed = record["observed_timestamp"]
        key = (second + zone if zone else second, observed[:10])
        found, flags = self._known.get(key) or self._learn(key, observed)
        if found is None:
            record["attributes"]["time"] = written
        elif fraction and "timestamp.leap_second" not in flags:
            found = f"{found[:_FIRST_FRACTION]}{(fraction + _NO_FRACTION)[:9]}Z"
        record["timestamp"] = found
        if flags:
            record.setdefault("flags", []).extend(flags)

    def _learn(self, key: tuple[str, str], observed: str) -> Time:
        found = read_time(self._spell(key[0]), self._zone, observed)
        if _holds_all_day(found, observed):
            if len(self._known) >= _MOST_CACHED:
                self._known.clear()
            self._known[key] = found
        return found


def _holds_all_day(found: Time, observed: str) -> bool:
    """Whether a time is the same for every record that is observed on this day."""
    if found.text is None or "timestamp.year_inferred" not in found.flags:
        return True
    distance = date.fromisoformat(found.text[:10]) - date.fromisoformat(observed[:10])
    return abs(distance.days) <= _SURE_DAYS and found.text[5:10] != "02-29"


def month_name(digits: str) -> str:
    """Give the short name of a month that is written in two digits, empty when there is no such month."""
    month = int(digits)
    return _MONTHS[month] if month < len(_MONTHS) else ""
