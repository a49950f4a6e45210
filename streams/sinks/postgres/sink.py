"""Stores records in PostgreSQL: each batch is copied into a staging table and merged in one transaction.

Of one event id the first version stays, unless the sink was started to rewrite. A batch is stored whole or not at all,
so `ok` is always a prefix of each trace.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, ClassVar, Final

from streams.sinks.base import OK, Batch, BatchBounds, Effect, Place, Result, Sink, SinkOptions
from streams.sinks.governed import Governed, Keeper
from streams.sinks.postgres.connections import Pool, connect, transaction, writers
from streams.sinks.postgres.errors import asking, writing
from streams.sinks.postgres.keeper import PostgresKeeper
from streams.sinks.postgres.migrations import migrate, scripts
from streams.sinks.postgres.options import PostgresOptions
from streams.sinks.postgres.partitions import Partitions
from streams.sinks.postgres.rows import COLUMNS, rows_of
from streams.sinks.postgres.store import PostgresStore
from streams.sinks.stores import Readable, Store

_MERGE: Final = """
with stored as (
    insert into records select * from staging
    where not exists (select from forgotten where forgotten.event_id = staging.event_id)
    on conflict (day, event_id) do nothing
    returning observed_ns, service, signal, severity
)
insert into minutes
select observed_ns / 60000000000, service, signal, severity, count(*)
from stored group by 1, 2, 3, 4 order by 1, 2, 3, 4
on conflict (minute, service, signal, severity) do update set records = minutes.records + excluded.records
"""
"""Counts in the order of the key, so that writers which meet wait for each other and not in a circle."""

_REMOVE: Final = """
with removed as (
    delete from records using staging
    where records.day = any($1) and (records.day, records.event_id) = (staging.day, staging.event_id)
    returning records.observed_ns, records.service, records.signal, records.severity
), uncounted as (
    select observed_ns / 60000000000 as minute, service, signal, severity, count(*) as records
    from removed group by 1, 2, 3, 4 order by 1, 2, 3, 4
)
update minutes set records = minutes.records - uncounted.records from uncounted
where (minutes.minute, minutes.service, minutes.signal, minutes.severity)
    = (uncounted.minute, uncounted.service, uncounted.signal, uncounted.severity)
"""


class PostgresSink(Sink, Readable, Governed):
    """Keeps one version of each event id in a table partitioned by the observed day."""

    name = "postgres"
    effect = Effect.KEYED
    needs = ("asyncpg",)
    extra = "postgres"
    batch: ClassVar[BatchBounds] = BatchBounds(records=5_000)
    Options: ClassVar[type[SinkOptions]] = PostgresOptions

    def __init__(self, options: Any, place: Place) -> None:
        super().__init__(options, place)
        self._pool: Pool
        self._partitions: Partitions
        self._close = ExitStack()

    @classmethod
    def store(cls, options: PostgresOptions, place: Place) -> Store:
        """Give a reader of the schema; it blocks no writer."""
        return PostgresStore(options, place)

    @classmethod
    def keeper(cls, options: PostgresOptions, place: Place) -> Keeper:
        """Give the keeper of the schema."""
        return PostgresKeeper(options, place)

    async def start(self) -> None:
        """Bring the schema to the present version.

        Raises:
            ConfigurationError: the DSN, the account or the database does not allow it.
            Unavailable: the server does not answer now.
        """
        with asking(f"sinks.{self.place.name}.options"):
            connection = await connect(self.options, self.place.name)
            try:
                await migrate(connection, self.options.schema_name, scripts())
            finally:
                connection.terminate()
            self._pool = await writers(self.options, self.place.name)
            self._close.callback(self._pool.terminate)
            self._partitions = Partitions(self._pool, self.options)

    async def write(self, batch: Batch) -> Sequence[Result]:
        """Store a batch in one transaction.

        Raises:
            Unavailable: the server does not answer, or somebody holds a lock; nothing is known of the batch.
            Refused: it will not have one of the records.
        """
        rows = await asyncio.to_thread(rows_of, batch.items, last=self.place.rewrite)
        days = {row[0] for row in rows}
        with writing():
            await self._partitions.prepare(days)
            async with transaction(self._pool, self.options) as connection:
                await connection.copy_records_to_table("staging", records=rows, columns=COLUMNS)
                if self.place.rewrite:
                    await connection.execute(_REMOVE, days)
                await connection.execute(_MERGE)
        return [OK] * len(batch.items)

    async def stop(self) -> None:
        """Close its connections."""
        self._close.close()
