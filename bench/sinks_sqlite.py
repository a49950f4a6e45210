"""How fast the SQLite sink writes, against a bare `executemany` upsert into the same tables.

    python -m bench.sinks_sqlite [RECORDS]

Both begin with decoded records, make rows of them and write those in the same batches, each on the disk before the
next; the bare one keeps no counts and knows that ids are free. Measured is the wall time of that.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.beside import Beside
from bench.enriched import enriched
from bench.errors import BenchVoid
from streams.sinks.base import OK, Batch, Item, Place
from streams.sinks.sqlite.connections import open_writer
from streams.sinks.sqlite.layout import ID_BITS, transaction
from streams.sinks.sqlite.rows import row_of
from streams.sinks.sqlite.sink import SqliteOptions, SqliteSink

ROUNDS = 3
_INSERT = """
insert into record (id, event_id, time, trace_id, service, signal, severity) values (?, ?, ?, ?, ?, ?, ?)
on conflict (event_id) do nothing
"""


def measure(items: Sequence[Item]) -> Beside:
    """Write all records with either, in turn, each time into an empty folder.

    Raises:
        BenchVoid: a file does not hold each record once at the end.
    """
    sinks: list[float] = []
    bares: list[float] = []
    for _ in range(ROUNDS):
        sinks.append(_rate(items, by_sink))
        bares.append(_rate(items, by_executemany))
    return Beside.of(sinks, bares)


def by_sink(directory: Path, batches: Sequence[Sequence[Item]]) -> float:
    """Write batches with the sink; gives the seconds inside `write`."""
    return asyncio.run(_by_sink(directory, batches))


async def _by_sink(directory: Path, batches: Sequence[Sequence[Item]]) -> float:
    sink = SqliteSink(SqliteOptions(), Place(name="bench", directory=directory))
    await sink.start()
    began = time.perf_counter()
    for items in batches:
        if any(result is not OK for result in await sink.write(Batch("enriched", 0, items))):
            raise BenchVoid("not every record was stored")
    seconds = time.perf_counter() - began
    await sink.stop()
    return seconds


def by_executemany(directory: Path, batches: Sequence[Sequence[Item]]) -> float:
    """Write batches with three bare statements each; gives the seconds, the file being open."""
    with closing(open_writer(directory / "bare.db")) as connection:
        began = time.perf_counter()
        for items in batches:
            rows = [row_of(item) for item in items]
            ids = [(row.observed << ID_BITS) + place for place, row in enumerate(rows)]
            with transaction(connection):
                both = list(zip(ids, rows, strict=True))
                connection.executemany(_INSERT, [(id_, *row[:6]) for id_, row in both])
                connection.executemany("insert into value values (?, ?)", [(id_, row.value) for id_, row in both])
                connection.executemany(
                    "insert into words (rowid, text) values (?, ?)", [(id_, row.words) for id_, row in both]
                )
        return time.perf_counter() - began


def _rate(items: Sequence[Item], write: Callable[[Path, Sequence[Sequence[Item]]], float]) -> float:
    size = SqliteSink.batch.records
    with TemporaryDirectory(prefix="weft-bench-sqlite-") as name:
        seconds = write(Path(name), [items[at : at + size] for at in range(0, len(items), size)])
        if (stored := sum(map(_count, Path(name).glob("[!t]*.db")))) != len(items):
            raise BenchVoid(f"{stored} of {len(items)} records are stored")
    return len(items) / seconds


def _count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute("select count(*) from record join value using (id)").fetchone()[0]
        return found


def yesterday_ms() -> int:
    """Give the beginning of yesterday, in milliseconds since 1970."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return int((today - timedelta(days=1)).timestamp()) * 1_000


def main(number: int) -> None:
    """Measure and print the figures."""
    figures = measure(enriched(number, first_ms=yesterday_ms()))
    print(figures.told("SQLite", "upsert"))  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 100_000)
