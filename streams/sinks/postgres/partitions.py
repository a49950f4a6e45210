"""A partition for each observed day that is expected; records of all other days share `records_overflow`.

A record is where its day has a partition, so an id is there once also when the window has moved on: what the overflow
holds of a day moves into its partition in the transaction that makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from asyncpg.exceptions import LockNotAvailableError, QueryCanceledError

from streams.sinks.postgres.connections import Connection, Pool, transaction
from streams.sinks.postgres.options import PostgresOptions

_AGAIN_AFTER: Final = timedelta(minutes=1)
_ONE: Final = timedelta(days=1)

_ONE_AT_A_TIME: Final = "select pg_advisory_xact_lock(hashtextextended('weft ' || current_schema(), 0))"
_MAKE: Final = """
lock table only records in share update exclusive mode;
lock table records_overflow in access exclusive mode;
create table if not exists {name} (like records including all);
with moved as (delete from records_overflow where day = '{day}' returning *)
insert into {name} select * from moved on conflict do nothing;
alter table records attach partition {name} for values from ('{day}') to ('{next}')
"""
_DAYS: Final = """
select to_date(right(relname, 8), 'YYYYMMDD') from pg_inherits join pg_class on oid = inhrelid
where inhparent = 'records'::regclass and relname <> 'records_overflow' order by 1 desc
"""


def _now() -> datetime:
    return datetime.now(UTC)


class Partitions:
    """Which days have a partition, and the making of those that need one."""

    def __init__(self, pool: Pool, options: PostgresOptions, now: Callable[[], datetime] = _now) -> None:
        self._pool = pool
        self._options = options
        self._now = now
        self._there: set[date] = set()
        self._not_before = datetime.min.replace(tzinfo=UTC)

    async def prepare(self, days: Iterable[date]) -> None:
        """Make the partitions that records of these days need, and tomorrow's in time.

        Where the overflow is locked by somebody who reads it for long, the records go there until a later call
        makes the partition: no write waits for a reader.

        Raises:
            asyncpg.PostgresError: the server refused something else.
        """
        now = self._now()
        missing = {day for day in days if self._expected(day, now.date())} - self._there
        if not missing or now < self._not_before:
            return
        if now.date() in missing:
            missing.add(now.date() + _ONE)
        for day in sorted(missing):
            try:
                await self._make(day)
            except (LockNotAvailableError, QueryCanceledError):
                self._not_before = now + _AGAIN_AFTER
                return
            self._there.add(day)

    def _expected(self, day: date, today: date) -> bool:
        return today - timedelta(days=self._options.window_days) <= day <= today + _ONE

    async def _make(self, day: date) -> None:
        name = partition_name(day)
        async with transaction(self._pool, self._options) as connection:
            await connection.execute(_ONE_AT_A_TIME)
            if not await _is_there(connection, name):
                await connection.execute(_MAKE.format(name=name, day=day, next=day + _ONE))


async def days_of(connection: Connection) -> list[date]:
    """Give the days that have a partition, the newest first."""
    return [day for (day,) in await connection.fetch(_DAYS)]


def partition_name(day: date) -> str:
    """Give the name of a day's table."""
    return f"records_{day:%Y%m%d}"


async def _is_there(connection: Connection, name: str) -> bool:
    return bool(await connection.fetchval("select 1 from pg_inherits where inhrelid = to_regclass($1)", name))
