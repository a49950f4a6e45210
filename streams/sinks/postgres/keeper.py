"""Deletes from the schema of the sink `postgres`, while it writes or while none does."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import ClassVar, Final

import orjson

from schemas.upcast import upcast
from streams.sinks.base import Place
from streams.sinks.governed import Day, Deletion, Erased, Group, Keeper, Subject
from streams.sinks.postgres.connections import Connection, connect
from streams.sinks.postgres.errors import asking
from streams.sinks.postgres.options import PostgresOptions
from streams.sinks.postgres.partitions import partition_name
from streams.sinks.stores import Stored

_MINUTES_A_DAY: Final = 1_440
_EPOCH: Final = date(1970, 1, 1).toordinal()
_PAGE: Final = 1_000

_GROUPS: Final = """
select minute / 1440 as day, signal, service, severity, sum(records)::bigint from minutes
where minute < $1 group by 1, 2, 3, 4 having sum(records) > 0 order by 1, 2, 3, 4
"""
_TABLES: Final = """
select inhrelid::regclass::name from pg_inherits where inhparent = 'records'::regclass order by 1
"""
_OF_GROUP: Final = "select value from records where day = $1 and signal = $2 and service = $3 and severity = $4"
_DELETE_GROUP: Final = "delete from records where day = $1 and signal = $2 and service = $3 and severity = $4"
_UNCOUNT_GROUP: Final = """
delete from minutes where minute >= $1 and minute < $2 and signal = $3 and service = $4 and severity = $5
"""
_UNCOUNT_DAY: Final = """
with gone as (delete from minutes where minute >= $1 and minute < $1 + 1440 returning records)
select coalesce(sum(records), 0)::bigint from gone
"""
_SUSPECTS: Final = "select day, event_id, value from {table} where position($1 in value) > 0"
_BURY: Final = """
with gone as (
    delete from {table} where (day, event_id) in (select * from unnest($1::date[], $2::text[]))
    returning observed_ns, service, signal, severity
), uncounted as (
    select observed_ns / 60000000000 as minute, service, signal, severity, count(*) as records
    from gone group by 1, 2, 3, 4 order by 1, 2, 3, 4
)
update minutes set records = minutes.records - uncounted.records from uncounted
where (minutes.minute, minutes.service, minutes.signal, minutes.severity)
    = (uncounted.minute, uncounted.service, uncounted.signal, uncounted.severity)
"""
_FORGET: Final = "insert into forgotten select unnest($1::text[]) on conflict do nothing"


class PostgresKeeper(Keeper):
    """Governs one schema; every call has a connection of its own, on which a statement may take long."""

    note: ClassVar[str] = (
        "The server's statistics keep bytes until they are vacuumed, "
        "its write-ahead log, replicas and backups until they are recycled."
    )

    def __init__(self, options: PostgresOptions, place: Place) -> None:
        self._options = options
        self._name = place.name

    async def days(self, before: date) -> Sequence[Day]:
        """Give what the tables hold of the days before a date, from their counts."""
        async with self._connection() as connection:
            tables = {name for (name,) in await connection.fetch(_TABLES)}
            rows = await connection.fetch(_GROUPS, _number(before) * _MINUTES_A_DAY)
        held: dict[int, list[Group]] = {}
        for day, *group in rows:
            held.setdefault(day, []).append(Group(*group))
        dates = {day: date.fromordinal(day + _EPOCH) for day in held}
        return [Day(dates[day], partition_name(dates[day]) in tables, groups) for day, groups in held.items()]

    async def records(self, deletion: Deletion) -> AsyncIterator[Stored]:
        """Give the records that a deletion would delete, group by group."""
        async with self._connection() as connection, connection.transaction(readonly=True):
            for group in deletion.groups:
                async for (value,) in connection.cursor(_OF_GROUP, deletion.day, *group[:3], prefetch=_PAGE):
                    yield upcast(orjson.loads(value))

    async def delete(self, deletion: Deletion) -> int:
        """Drop the partition of a day, or delete the records of some groups."""
        first = _number(deletion.day) * _MINUTES_A_DAY
        async with self._connection() as connection, connection.transaction():
            if deletion.whole:
                await connection.execute(f"drop table {partition_name(deletion.day)}")
                whole: int = await connection.fetchval(_UNCOUNT_DAY, first)  # more may have come since the plan
                return whole
            deleted = 0
            for group in deletion.groups:
                done: str = await connection.execute(_DELETE_GROUP, deletion.day, *group[:3])
                deleted += int(done.rpartition(" ")[2])
                await connection.execute(_UNCOUNT_GROUP, first, first + _MINUTES_A_DAY, *group[:3])
            return deleted

    async def erase(self, subject: Subject) -> Sequence[Erased]:
        """Erase from every partition, which is then written anew without what was erased."""
        gone: Counter[date] = Counter()
        async with self._connection() as connection:
            for (table,) in await connection.fetch(_TABLES):
                found = await self._suspects(connection, table, subject)
                for start in range(0, len(found), _PAGE):
                    await _bury(connection, table, found[start : start + _PAGE])
                if found:
                    await connection.execute(f"vacuum (full) {table}")
                gone.update(day for day, _ in found)
        return [Erased(day, records) for day, records in sorted(gone.items())]

    async def stop(self) -> None:
        """There is nothing to let go of."""

    async def _suspects(self, connection: Connection, table: str, subject: Subject) -> list[tuple[date, str]]:
        """Give day and id of a subject's records in one partition."""
        found: list[tuple[date, str]] = []
        async with connection.transaction(readonly=True):
            cursor = connection.cursor(_SUSPECTS.format(table=table), subject.needles[0], prefetch=_PAGE)
            async for day, event_id, value in cursor:
                if subject.owns(value, orjson.loads(value)):
                    found.append((day, event_id))
        return found

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        where = f"sinks.{self._name}.options"
        with asking(where):
            connection = await connect(self._options, self._name)
        try:
            with asking(where):
                yield connection
        finally:
            connection.terminate()


async def _bury(connection: Connection, table: str, found: Sequence[tuple[date, str]]) -> None:
    days, ids = ([*column] for column in zip(*found, strict=True))
    async with connection.transaction():
        await connection.execute(_FORGET, ids)
        await connection.execute(_BURY.format(table=table), days, ids)


def _number(day: date) -> int:
    return day.toordinal() - _EPOCH
