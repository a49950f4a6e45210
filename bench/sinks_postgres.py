"""How fast the PostgreSQL sink writes, against a bare COPY of the same rows into the same indexed table.

    python -m bench.sinks_postgres [RECORDS]

Both begin with decoded records, make rows of them and send those in the same batches to databases of their own in one
server, which asks the disk at each commit; what is measured is the wall time of that, its connection being open.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bench.beside import Beside
from bench.enriched import enriched
from bench.errors import BenchVoid
from streams.sinks.base import Batch, Item, Place
from streams.sinks.postgres.connections import writers
from streams.sinks.postgres.options import PostgresOptions
from streams.sinks.postgres.rows import COLUMNS, rows_of
from streams.sinks.postgres.sink import PostgresSink
from tests.postgres import PostgresServer, connected, missing, server

ROUNDS = 3
_VARIABLE = "BENCH_POSTGRES_DSN"


async def measure(store: PostgresServer, items: Sequence[Item]) -> Beside:
    """Write all records with either, in turn, each time into an empty database.

    Raises:
        BenchVoid: a database does not hold each record once at the end.
    """
    sinks: list[float] = []
    bares: list[float] = []
    for _ in range(ROUNDS):
        sinks.append(await _rate(store, items, _by_sink))
        bares.append(await _rate(store, items, _by_copy))
    return Beside.of(sinks, bares)


async def _rate(
    store: PostgresServer, items: Sequence[Item], write: Callable[[Sequence[Sequence[Item]]], Awaitable[float]]
) -> float:
    dsn = os.environ[_VARIABLE] = await store.new_database()
    size = PostgresSink.batch.records
    seconds = await write([items[at : at + size] for at in range(0, len(items), size)])
    async with connected(dsn) as connection:
        stored = await connection.fetchval("select count(distinct event_id) from weft.records")
    if stored != len(items):
        raise BenchVoid(f"{stored} of {len(items)} records are stored")
    return len(items) / seconds


async def _by_sink(batches: Sequence[Sequence[Item]]) -> float:
    sink = await _started()
    began = time.perf_counter()
    for items in batches:
        await sink.write(Batch("enriched", 0, items))
    seconds = time.perf_counter() - began
    await sink.stop()
    return seconds


async def _by_copy(batches: Sequence[Sequence[Item]]) -> float:
    """The sink makes the tables and, by one record, today's partition."""
    sink = await _started()
    await sink.write(Batch("enriched", 0, [batches[0][0]]))
    await sink.stop()
    pool = await writers(PostgresOptions(dsn_env=_VARIABLE), "bench")
    async with pool.acquire() as connection:
        await connection.execute("delete from records")
        began = time.perf_counter()
        for items in batches:
            rows = rows_of(items, last=False)
            await connection.copy_records_to_table("records", records=rows, columns=COLUMNS)
        seconds = time.perf_counter() - began
    await pool.close()
    return seconds


async def _started() -> PostgresSink:
    sink = PostgresSink(PostgresOptions(dsn_env=_VARIABLE), Place(name="bench", directory=Path()))
    await sink.start()
    return sink


def main(number: int) -> None:
    """Measure on a server of its own and print the figures; without PostgreSQL here, say so."""
    if reason := missing():
        print(f"PostgreSQL was not measured: {reason}")  # noqa: T201
        return
    store = server(durable=True)
    store.start()
    try:
        figures = asyncio.run(measure(store, enriched(number, first_ms=time.time_ns() // 1_000_000)))
    finally:
        store.remove()
    print(figures.told("PostgreSQL", "COPY"))  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 60_000)
