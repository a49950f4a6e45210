"""Reads what the sink has stored: searched by indexes, day by day from the newest, and counted by the minute."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import orjson

from schemas.upcast import UnknownVersion, upcast
from streams.errors import ConfigurationError
from streams.sinks.base import Place
from streams.sinks.positions import position_of
from streams.sinks.postgres.conditions import Conditions, counted, wanted
from streams.sinks.postgres.connections import Connection, Pool, readers
from streams.sinks.postgres.errors import asking
from streams.sinks.postgres.options import PostgresOptions
from streams.sinks.postgres.partitions import days_of
from streams.sinks.stores import Bucket, Query, Store, Stored
from streams.values.instants import render

_ALL: Final = "records where true"
_OVERFLOW: Final = "records_overflow where true"
_NEWEST: Final = "observed_ns desc"
_EARLIEST: Final = "happened_ns, observed_ns"
_COUNT: Final = """
select minute * 60 / {seconds} * {seconds} as start, service, signal, severity, sum(records)::bigint as records
from minutes where {conditions} group by 1, 2, 3, 4 having sum(records) > 0 order by 1, 2, 3, 4
"""
_SECOND: Final = 10**9


class PostgresStore(Store):
    """The records of one schema; it connects when it is first asked."""

    def __init__(self, options: PostgresOptions, place: Place) -> None:
        self._options = options
        self._name = place.name
        self._where = f"sinks.{place.name}.options"
        self._pool: Pool | None = None
        self._opening = asyncio.Lock()

    async def search(self, query: Query) -> Sequence[Stored]:
        """Give at most `limit` records, newest first; those of one trace in time order, from the first on.

        Raises:
            ConfigurationError: nothing was ever stored there, or it may not be read.
            Unavailable: the server does not answer.
            ValueError: the trace or a time is not as records write it.
        """
        conditions = wanted(query)
        pool = await self._connections()
        with asking(self._where):
            async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
                if query.trace is None:
                    return await _newest(connection, conditions, query)
                found = await _found(connection, _ALL, conditions, _EARLIEST, query.limit)
        return sorted(found, key=_earliest_first)

    async def counts(self, query: Query, bucket_seconds: int) -> Sequence[Bucket]:
        """Count what was stored; a minute that is partly in the time asked for counts whole.

        Raises:
            ConfigurationError: nothing was ever stored there, or it may not be read.
            Unavailable: the server does not answer.
            ValueError: a bucket is no whole number of minutes, or a time is not as records write it.
        """
        if bucket_seconds < 60 or bucket_seconds % 60:
            raise ValueError("a bucket is a whole number of minutes")
        conditions = counted(query)
        statement = _COUNT.format(seconds=bucket_seconds, conditions=conditions.sql)
        pool = await self._connections()
        with asking(self._where):
            rows = await pool.fetch(statement, *conditions.values)
        return [Bucket(render(start * _SECOND), *rest) for start, *rest in rows]

    async def stop(self) -> None:
        """Close its connections."""
        if self._pool:
            self._pool.terminate()

    async def _connections(self) -> Pool:
        async with self._opening:
            with asking(self._where):
                self._pool = self._pool or await readers(self._options, self._name)
            return self._pool


async def _newest(connection: Connection, conditions: Conditions, query: Query) -> list[Stored]:
    """Ask day after day, so that a word that is in every record costs no more than the newest of them."""
    overflow = await _found(connection, _OVERFLOW, conditions, _NEWEST, query.limit)
    expected: list[Stored] = []
    for day in await days_of(connection):
        if len(expected) == query.limit:
            break
        if _may_hold(day, query):
            left = query.limit - len(expected)
            expected += await _found(connection, f"records where day = '{day}'", conditions, _NEWEST, left)
    return sorted([*overflow, *expected], key=_newest_first, reverse=True)[: query.limit]


def _may_hold(day: date, query: Query) -> bool:
    return (query.since or "")[:10] <= f"{day}" and (query.until is None or f"{day}T" < query.until)


async def _found(connection: Connection, source: str, conditions: Conditions, order: str, limit: int) -> list[Stored]:
    statement = f"select value from {source} and {conditions.sql} order by {order} limit {limit}"  # noqa: S608 (ours)
    return [_decoded(value) for (value,) in await connection.fetch(statement, *conditions.values)]


def _decoded(value: bytes) -> Stored:
    try:
        return upcast(orjson.loads(value))
    except UnknownVersion as error:
        raise ConfigurationError(f"a stored record cannot be read: {error}") from None


def _newest_first(record: Stored) -> tuple[Any, ...]:
    return record["observed_timestamp"], position_of(record["event_id"])


def _earliest_first(record: Stored) -> tuple[Any, ...]:
    """Of what happened at one moment, what was observed first."""
    observed = record["observed_timestamp"]
    return record["timestamp"] or observed, observed, position_of(record["event_id"])
