"""A database of a real server with the sink and the store that use it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from streams.sinks.base import OK, Batch, Item, Place
from streams.sinks.postgres.options import PostgresOptions
from streams.sinks.postgres.sink import PostgresSink
from streams.sinks.postgres.store import PostgresStore
from tests.postgres import connected


class Database:
    """An empty one at first; `folder` holds the file with its DSN."""

    kind: type[PostgresSink] = PostgresSink

    def __init__(self, dsn: str, folder: Path) -> None:
        self.dsn = dsn
        self.file = folder / "dsn"
        self.file.write_text(dsn)

    def make(self, *, rewrite: bool = False, **options: Any) -> PostgresSink:
        """A sink that is not started."""
        place = Place(name="postgres", directory=self.file.parent, rewrite=rewrite)
        return self.kind(self.options(**options), place)

    def options(self, **options: Any) -> PostgresOptions:
        return PostgresOptions(**{"dsn_file": self.file, **options})

    @asynccontextmanager
    async def sink(self, **options: Any) -> AsyncIterator[PostgresSink]:
        """A sink that has started."""
        sink = self.make(**options)
        try:
            await sink.start()
            yield sink
        finally:
            await sink.stop()

    @asynccontextmanager
    async def store(self) -> AsyncIterator[PostgresStore]:
        store = PostgresStore(self.options(), Place(name="postgres", directory=self.file.parent))
        try:
            yield store
        finally:
            await store.stop()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """One of the owner, who sees the sink's tables by their names."""
        async with connected(self.dsn) as connection:
            await connection.execute("set search_path = weft")
            yield connection

    async def write(self, items: Sequence[Item], **options: Any) -> None:
        """Store records, all of them."""
        async with self.sink(**options) as sink:
            await store_all(sink, items)

    async def fetch(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask a question in SQL."""
        async with self.connection() as connection:
            return [tuple(row) for row in await connection.fetch(statement)]

    async def hold_counts(self) -> None:
        """Require that the minutes count just what there is."""
        counted = await self.fetch("select * from minutes where records <> 0 order by 1, 2, 3, 4")
        there = await self.fetch(
            "select observed_ns / 60000000000, service, signal, severity, count(*) from records group by 1, 2, 3, 4"
            " order by 1, 2, 3, 4"
        )
        assert counted == there


async def store_all(sink: PostgresSink, items: Sequence[Item]) -> None:
    assert [*await sink.write(Batch("enriched", 0, items))] == [OK] * len(items)
