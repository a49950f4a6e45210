"""Deletes from the files of the sink `sqlite`, while it writes or while none does.

A file goes only while nobody may write into its folder; under a writer it is emptied. To who reads, both are the same.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

import orjson

from schemas.upcast import upcast
from streams.errors import ConfigurationError
from streams.sinks.base import Unavailable
from streams.sinks.governed import Day, Deletion, Erased, Group, Keeper, Subject
from streams.sinks.sqlite.connections import is_damage, open_writer, reason_of
from streams.sinks.sqlite.days import OVERFLOW, date_of, days_in, file_of, number_of
from streams.sinks.sqlite.erasure import erase
from streams.sinks.sqlite.layout import ID_BITS, transaction
from streams.sinks.sqlite.lock import FILE as LOCK_FILE
from streams.sinks.sqlite.lock import WriterLock
from streams.sinks.sqlite.removal import clear, held, remove
from streams.sinks.sqlite.rows import MILLISECONDS_A_DAY, MILLISECONDS_A_MINUTE
from streams.sinks.stores import Stored

_Given = TypeVar("_Given")
_PAGE: Final = 1_000
_MINUTES_A_DAY: Final = MILLISECONDS_A_DAY // MILLISECONDS_A_MINUTE

_GROUPS: Final = """
select minute / :minutes as day, signal, service, severity, sum(records) from minute
where minute < :minutes * :before group by 1, 2, 3, 4 order by 1
"""
_OF_GROUP: Final = """
select record.id, value.value from record cross join value on value.id = record.id
where record.id > ? and record.id < ? and signal = ? and service = ? and severity = ? order by record.id limit ?
"""


class SqliteKeeper(Keeper):
    """Governs one folder; every call opens the files that it needs and closes them again."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def days(self, before: date) -> Sequence[Day]:
        """Give what the files hold of the days before a date, from their counts."""
        return await asyncio.to_thread(lambda: [*self._days(number_of(before))])

    async def records(self, deletion: Deletion) -> AsyncIterator[Stored]:
        """Give the records that a deletion would delete, by group and in the order in which they were observed."""
        day = number_of(deletion.day)
        for file in self._files(day):
            for group in deletion.groups:
                last: int | None = None
                while page := await asyncio.to_thread(self._ask, file, _page_of(group, day, last)):
                    for _, value in page:
                        yield upcast(orjson.loads(value))
                    last = page[-1][0]

    async def delete(self, deletion: Deletion) -> int:
        """Delete the file of a day, or the records of some groups."""
        return await asyncio.to_thread(self._delete, deletion)

    async def erase(self, subject: Subject) -> Sequence[Erased]:
        """Erase from every file; what stays of a record is its event id, so that it is not stored again."""
        return await asyncio.to_thread(lambda: [*self._erase(subject)])

    async def stop(self) -> None:
        """There is nothing to let go of."""

    def _days(self, before: int) -> Iterator[Day]:
        counted = {"minutes": _MINUTES_A_DAY, "before": before}
        for path in self._paths():
            rows = self._ask(path, lambda connection: connection.execute(_GROUPS, counted))
            held: defaultdict[int, list[Group]] = defaultdict(list)
            for day, *group in rows:
                held[day].append(Group(*group))
            yield from (Day(date_of(day), path.name != OVERFLOW, groups) for day, groups in held.items())

    def _delete(self, deletion: Deletion) -> int:
        day = number_of(deletion.day)
        if deletion.whole:
            return self._drop(self._directory / file_of(day))
        return sum(self._delete_group(file, group, day) for file in self._files(day) for group in deletion.groups)

    def _drop(self, path: Path) -> int:
        """Give how many records went: some may have come since the plan was made."""
        lock = WriterLock(self._directory)
        try:
            lock.take()
        except ConfigurationError:  # its sink runs
            with self._open(path) as connection:
                return clear(connection)
        try:
            with self._open(path) as connection:
                records = held(connection)
            for file in (path, *(Path(f"{path}{beside}") for beside in ("-wal", "-shm"))):
                file.unlink(missing_ok=True)
            return records
        finally:
            lock.drop()

    def _delete_group(self, path: Path, group: Group, day: int) -> int:
        deleted = 0
        page = _page_of(group, day, None)
        with self._open(path) as connection:
            while rows := page(connection).fetchall():
                with transaction(connection):
                    remove(connection, [id_ for id_, _ in rows])
                deleted += len(rows)
        return deleted

    def _erase(self, subject: Subject) -> Iterator[Erased]:
        for path in self._paths():
            with self._open(path) as connection:
                yield from erase(connection, path, subject)

    def _paths(self) -> Sequence[Path]:
        if not (self._directory / LOCK_FILE).exists():
            raise ConfigurationError(
                f"there is no SQLite store in {self._directory}",
                cure="`weft sink sqlite` makes one, and so does `weft up`.",
            )
        overflow = self._directory / OVERFLOW
        return [*([overflow] if overflow.exists() else []), *reversed(days_in(self._directory).values())]

    def _files(self, day: int) -> Sequence[Path]:
        """Where records of a day are: in the overflow, or in a file of their own."""
        return [path for path in self._paths() if path.name in (OVERFLOW, file_of(day))]

    def _ask(self, path: Path, question: Callable[[sqlite3.Connection], Iterable[_Given]]) -> list[_Given]:
        with self._open(path) as connection:
            return list(question(connection))

    @contextmanager
    def _open(self, path: Path) -> Iterator[sqlite3.Connection]:
        try:
            with closing(open_writer(path)) as connection:
                yield connection
        except sqlite3.Error as error:
            reason = reason_of(error, path.name)
            if is_damage(error):
                raise ConfigurationError(reason) from None
            raise Unavailable(reason) from None


def _page_of(group: Group, day: int, last: int | None) -> Callable[[sqlite3.Connection], sqlite3.Cursor]:
    """Ask for the next records of a group on a day, behind the id `last`."""
    first, end = (number * MILLISECONDS_A_DAY << ID_BITS for number in (day, day + 1))
    after = first - 1 if last is None else last
    values = (after, end, group.signal, group.service, group.severity, _PAGE)
    return lambda connection: connection.execute(_OF_GROUP, values)
