"""Records of several days and persons, and the stores from which they are deleted and erased."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any, Final, Self

import orjson

from schemas.examples import example
from streams.sinks.base import Item, Place, Sink
from streams.sinks.governed import Governed, Keeper
from streams.sinks.parquet import dataset
from streams.sinks.parquet.sink import ParquetOptions, ParquetSink
from streams.sinks.sqlite.connections import open_writer
from streams.sinks.sqlite.days import OVERFLOW, days_in
from streams.sinks.sqlite.sink import SqliteOptions, SqliteSink
from streams.sinks.stores import Query, Readable
from streams.testing.sink_driver import Driver
from tests.postgres import connected, shared
from tests.sinks.postgres.database import Database

FIRST, SECOND = "2026-03-01", "2026-03-02"
HOSTILE = "1991-01-01"
PERSON: Final = "person-7f3a9c"
_FIRST_OWN: Final = 16_384
"""What PostgreSQL numbers below is its catalogue."""
TRACE: Final = "5cf92f3577b34da6a3ce929d0e0e4736"


def of(day: str, number: int, *, kind: str = "log", **changes: Any) -> Item:
    """Make the record of raw offset `number`, observed on a day."""
    said = {"event_id": f"raw-logs-0-{number}", "observed_timestamp": f"{day}T12:00:00.000000000Z"}
    record = example(kind, **{**said, "severity_number": 9, **changes})
    return Item(number, None, orjson.dumps(record), said["event_id"], record)


ITEMS: Final = [
    of(FIRST, 0),
    of(FIRST, 1, severity_number=17),
    of(FIRST, 2, kind="metric_sum"),
    of(SECOND, 3),
    of(SECOND, 4, severity_number=17),
    of(HOSTILE, 5),
]
"""Two days that have a place each, and one in the overflow."""

PERSONAL: Final = [
    of(FIRST, 10, attributes={"user.id": PERSON, "note": "left"}, body=f"{PERSON} came"),
    of(FIRST, 11, trace_id=TRACE),
    of(SECOND, 12, kind="metric_sum", attributes={"user.id": PERSON}),
    of(SECOND, 13, body=f"it follows {TRACE}", trace_id=None),
    of(HOSTILE, 14, attributes={"user.id": PERSON}, trace_id=TRACE),
]


class GovernedStore(ABC):
    """A store of its own for one test; `written` says whether its sink runs all the time."""

    written = False

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._open = AsyncExitStack()
        self._sink: Sink | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        if self.written:
            self._sink = self.make()
            await self._sink.start()
            self._open.push_async_callback(self._sink.stop)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def open(self) -> None:  # noqa: B027 - not every store needs something
        """Get it ready, empty."""

    @abstractmethod
    def make(self, *, rewrite: bool = False) -> Sink:
        """Make its sink, which is not started."""

    @abstractmethod
    async def counted(self) -> int:
        """How many records its counts tell of."""

    @abstractmethod
    def files(self) -> Sequence[Path]:
        """All files that it consists of."""

    async def settle(self) -> None:  # noqa: B027 - most files are what they seem to be
        """Let the files be what they will be in a while."""

    async def put(self, items: Sequence[Item], *, rewrite: bool = False) -> None:
        """Deliver records, as the framework does, until all are stored."""
        sink = self._sink
        if sink is None or rewrite:
            sink = self.make(rewrite=rewrite)
            await sink.start()
        try:
            await Driver(sink).read(0, items, random.Random(1))  # noqa: S311 - any split will do
        finally:
            if sink is not self._sink:
                await sink.stop()

    async def found(self) -> list[str]:
        """The ids of all records."""
        sink = self.make()
        assert isinstance(sink, Readable)
        store = sink.store(sink.options, sink.place)
        try:
            return sorted(record["event_id"] for record in await store.search(Query(limit=1_000)))
        finally:
            await store.stop()

    def keeper(self) -> Keeper:
        sink = self.make()
        assert isinstance(sink, Governed)
        return sink.keeper(sink.options, sink.place)

    async def bytes_left(self, needles: Sequence[bytes]) -> list[str]:
        """The files in which any of the needles lies."""
        await self.settle()
        return [path.name for path in self.files() if any(needle in path.read_bytes() for needle in needles)]


class SqliteAlone(GovernedStore):
    """A folder of files, into which nobody writes."""

    def make(self, *, rewrite: bool = False) -> Sink:
        place = Place(name="sqlite", directory=self.directory, rewrite=rewrite)
        return SqliteSink(SqliteOptions(window_days=3_650), place)

    async def counted(self) -> int:
        overflow = self.directory / OVERFLOW
        files = [*days_in(self.directory).values(), *([overflow] if overflow.exists() else [])]
        return sum(_counted_in(file) for file in files)

    def files(self) -> Sequence[Path]:
        return [*self.directory.iterdir()]


class SqliteWritten(SqliteAlone):
    """A folder of files, into which a sink writes."""

    written = True


def _counted_in(file: Path) -> int:
    with closing(open_writer(file)) as connection:
        found: int = connection.execute("select coalesce(sum(records), 0) from minute").fetchone()[0]
        return found


class PostgresWritten(GovernedStore):
    """A database, into which a sink writes."""

    written = True

    async def open(self) -> None:
        self._server = shared()
        self._database = Database(await self._server.new_database(), self.directory)
        async with self._database.connection() as connection:
            found = await connection.fetchval("select oid::text from pg_database where datname = current_database()")
        self._number = str(found)

    def make(self, *, rewrite: bool = False) -> Sink:
        return self._database.make(rewrite=rewrite, window_days=3_650)

    async def counted(self) -> int:
        return int((await self._database.fetch("select coalesce(sum(records), 0) from minutes"))[0][0])

    def files(self) -> Sequence[Path]:
        """Those of its own tables: the server's statistics are its own business, as the keeper's note says."""
        folder = self._server.folder / "data" / "base" / self._number
        return [path for path in folder.iterdir() if _relation(path) >= _FIRST_OWN]

    async def settle(self) -> None:
        async with connected(self._server.dsn()) as administrator:
            await administrator.execute("checkpoint")  # files that are no longer used go then


def _relation(path: Path) -> int:
    """The number of the table or index that a file belongs to, 0 of none."""
    number = path.name.partition(".")[0].partition("_")[0]
    return int(number) if number.isdecimal() else 0


class ParquetWritten(GovernedStore):
    """A dataset in a folder, to which a sink writes."""

    written = True

    def make(self, *, rewrite: bool = False) -> Sink:
        options = ParquetOptions(past_days=3_650)
        return ParquetSink(options, Place(name="parquet", directory=self.directory, rewrite=rewrite))

    async def found(self) -> list[str]:
        return sorted(record["event_id"] for record in dataset.records(self.directory))

    async def counted(self) -> int:
        return sum(file.records for file in dataset.committed(self.directory))

    def files(self) -> Sequence[Path]:
        return [path for path in self.directory.rglob("*") if path.is_file()]


STORES: Final[list[type[GovernedStore]]] = [SqliteAlone, SqliteWritten, PostgresWritten, ParquetWritten]
