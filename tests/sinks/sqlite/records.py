"""Records and folders to try the SQLite sink on."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Final

import orjson

from schemas.examples import example
from streams.sinks.base import OK, Batch, Item, Place
from streams.sinks.sqlite.connections import open_writer
from streams.sinks.sqlite.sink import SqliteOptions, SqliteSink
from streams.sinks.sqlite.store import SqliteStore
from streams.sinks.stores import Query

DAY: Final = "2026-03-01.db"


def item(number: int, *, at: str = "2026-03-01T12:00:00.000000000Z", kind: str = "log", **changes: Any) -> Item:
    """Make the record of raw offset `number`, observed at a time."""
    event_id = f"raw-logs-0-{number}"
    record = example(kind, **{"event_id": event_id, "observed_timestamp": at, **changes})
    key = record["trace_id"].encode() if record["trace_id"] else None
    return Item(number, key, orjson.dumps(record), event_id, record)


def at(milliseconds: int) -> str:
    """Give a time of the first of March 2026."""
    seconds, rest = divmod(milliseconds, 1_000)
    return f"2026-03-01T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}000000Z"


def batch(items: Iterable[Item]) -> Batch:
    return Batch("enriched", 0, [*items])


@asynccontextmanager
async def sink_in(directory: Path, *, rewrite: bool = False, **options: Any) -> AsyncIterator[SqliteSink]:
    """Give a sink that has started; the window of its days is wide."""
    chosen = SqliteOptions(**{"window_days": 3_650, **options})
    sink = SqliteSink(chosen, Place(name="sqlite", directory=directory, rewrite=rewrite))
    try:
        await sink.start()
        yield sink
    finally:
        await sink.stop()


async def stored(directory: Path, items: Sequence[Item], *, rewrite: bool = False) -> None:
    """Store records, all of them."""
    async with sink_in(directory, rewrite=rewrite) as sink:
        assert [*await sink.write(batch(items))] == [OK] * len(items)


async def found(directory: Path, **conditions: Any) -> list[str]:
    """Ask; gives event ids."""
    store = SqliteStore(directory)
    try:
        return [record["event_id"] for record in await store.search(Query(**conditions))]
    finally:
        await store.stop()


def files_in(directory: Path) -> set[str]:
    """Give the names of what is in a folder, other than what is always there."""
    return {path.name for path in directory.iterdir()} - {"writer.lock", "traces.db", "traces.db-wal", "traces.db-shm"}


def check_integrity(directory: Path) -> None:
    """Require of every file with records in a folder what `check_file` does."""
    for path in directory.glob("[!t]*.db"):
        with closing(open_writer(path)) as connection:
            check_file(connection)


def check_file(connection: sqlite3.Connection) -> None:
    """Require that SQLite finds a file whole, its full-text index just what the records say, and the counts too."""
    assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
    connection.execute("insert into words (words, rank) values ('integrity-check', 1)")
    assert counted(connection) == recounted(connection)
    ids = rows(connection, "select id from record order by id")
    assert ids == rows(connection, "select id from value order by id")


def counted(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    return rows(connection, "select minute, service, signal, severity, records from minute order by 1, 2, 3, 4")


def recounted(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    return rows(
        connection,
        "select (id >> 19) / 60000, service, signal, severity, count(*) from record group by 1, 2, 3, 4"
        " order by 1, 2, 3, 4",
    )


def rows(connection: sqlite3.Connection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()
