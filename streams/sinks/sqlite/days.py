"""Which file a day's records are in: one of its own within the window, else the overflow; a day never moves.

Times in Kafka are a producer's to choose, so they must not make thousands of files. A day is known by its number,
counted from 1970.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

from streams.sinks.sqlite.connections import open_writer
from streams.sinks.sqlite.rows import MILLISECONDS_A_DAY, MILLISECONDS_A_MINUTE

OVERFLOW: Final = "overflow.db"
OVERFLOW_NUMBER: Final = -1
_SUFFIX: Final = ".db"
_EPOCH: Final = date(1970, 1, 1).toordinal()
_MINUTES_A_DAY: Final = MILLISECONDS_A_DAY // MILLISECONDS_A_MINUTE
_DAYS_HELD: Final = """
with recursive held (minute) as (
    select min(minute) from minute
    union all
    select (
        select min(minute.minute) from minute
        where minute.minute >= (held.minute / :day + 1) * :day
    ) from held where held.minute is not null
)
select minute / :day from held where minute is not null
"""


def date_of(day: int) -> date:
    """Give the date of a day by its number."""
    return date.fromordinal(day + _EPOCH)


def number_of(day: date) -> int:
    """Give the number of a day by its date."""
    return day.toordinal() - _EPOCH


def file_of(day: int) -> str:
    """Give the name of a day's own file, as `2026-03-01.db`."""
    return date_of(day).isoformat() + _SUFFIX


def file_number(path: Path) -> int:
    """Give the day of a file, and a number that is no day for the overflow."""
    day = _day_of(path)
    return OVERFLOW_NUMBER if day is None else day


def days_in(directory: Path) -> dict[int, Path]:
    """Give the days that have a file of their own, the newest first."""
    found = ((_day_of(path), path) for path in directory.glob(f"*{_SUFFIX}"))
    return dict(sorted(((day, path) for day, path in found if day is not None), reverse=True))


def _day_of(path: Path) -> int | None:
    with contextlib.suppress(ValueError):
        return number_of(date.fromisoformat(path.name.removesuffix(_SUFFIX)))
    return None


class Days:
    """The files of one folder as its writer has them: connections of the last few used stay open."""

    def __init__(
        self, directory: Path, *, window_days: int, open_files: int, now: Callable[[], float] = time.time
    ) -> None:
        self._directory = directory
        self._window_days = window_days
        self._open_files = open_files
        self._now = now
        self._own: set[int] = set()
        self._overflowed: set[int] = set()
        self._open: OrderedDict[str, sqlite3.Connection] = OrderedDict()

    def start(self) -> Iterator[str]:
        """Bring every file that is there to the current version; yields the name of each before it is opened.

        Raises:
            ConfigurationError: a newer program has written one.
            sqlite3.Error: the one just named cannot be opened.
        """
        self._own = {*days_in(self._directory)}
        for day in sorted(self._own):
            yield file_of(day)
            self.connection(file_of(day))
        if (self._directory / OVERFLOW).exists():
            yield OVERFLOW
            found = self.connection(OVERFLOW).execute(_DAYS_HELD, {"day": _MINUTES_A_DAY})
            self._overflowed = {day for (day,) in found}

    def place(self, day: int) -> str:
        """Give the name of the file for a day, which stays the same as long as the day has records."""
        if day in self._own:
            return file_of(day)
        if day in self._overflowed or not self._in_window(day):
            return OVERFLOW
        return file_of(day)

    def settle(self, day: int) -> None:
        """Note that a day has records where `place` said."""
        (self._overflowed if self.place(day) == OVERFLOW else self._own).add(day)

    def connection(self, file: str) -> sqlite3.Connection:
        """Open a file, or give its open connection; the one unused for longest is closed instead.

        Raises:
            ConfigurationError: a newer program has written it.
            sqlite3.Error: it cannot be opened now.
        """
        if file not in self._open:
            while len(self._open) >= self._open_files:
                self.close(next(iter(self._open)))
            self._open[file] = open_writer(self._directory / file)
        self._open.move_to_end(file)
        return self._open[file]

    def close(self, file: str) -> None:
        """Close one file; harmless when it is not open."""
        if file in self._open:
            self._open.pop(file).close()

    def close_all(self) -> None:
        """Close what is open."""
        for file in [*self._open]:
            self.close(file)

    def _in_window(self, day: int) -> bool:
        today = int(self._now() * 1000) // MILLISECONDS_A_DAY
        return today - self._window_days <= day <= today + 1
