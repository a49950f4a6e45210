"""The SQLite sink for the contract's checks, on files of its own."""

from __future__ import annotations

import resource
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp

import pytest

from streams.sinks.base import Item, Place, Sink
from streams.sinks.sqlite import connections
from streams.sinks.sqlite.days import OVERFLOW
from streams.sinks.sqlite.sink import SqliteOptions, SqliteSink
from streams.sinks.sqlite.store import SqliteStore
from streams.sinks.stores import Query, Stored
from streams.testing.items import changed
from streams.testing.sink_subject import SinkUnderTest

FILES = ("2026-03-01.db", "2026-03-02.db", "2026-03-03.db", OVERFLOW)
"""Where the checks' records go; those of 1991 and 2261 into the overflow."""

_NO_FILE_IS_SO_SMALL = 1_024


class SqliteUnderTest(SinkUnderTest):
    """Another connection's lock makes it unreachable or silent, and a bound on the size of files makes it full."""

    def __init__(self) -> None:
        self.directory = Path(mkdtemp(prefix="weft-sqlite-"))
        self._locks: list[sqlite3.Connection] = []
        self._patience = pytest.MonkeyPatch()
        self._patience.setattr(connections, "BUSY_SECONDS", 0.05)
        self._soft, self._hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def make(self, *, rewrite: bool = False) -> Sink:
        options = SqliteOptions(window_days=3_650, open_files=4)
        return SqliteSink(options, Place(name="sqlite", directory=self.directory, rewrite=rewrite))

    async def read(self) -> Sequence[Stored]:
        store = SqliteStore(self.directory)
        try:
            return [*reversed(await store.search(Query(limit=1_000_000)))]
        finally:
            await store.stop()

    async def close(self) -> None:
        await self.mend()
        self._patience.undo()
        shutil.rmtree(self.directory)

    def spoil(self, item: Item) -> Item:
        return changed(item, severity_number="high")

    async def make_unreachable(self) -> None:
        for file in FILES:
            lock = sqlite3.connect(self.directory / file, isolation_level=None)
            self._locks.append(lock)
            lock.execute("pragma journal_mode = wal")
            lock.execute("begin immediate")

    async def make_silent(self) -> None:
        await self.make_unreachable()

    async def fill(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (_NO_FILE_IS_SO_SMALL, self._hard))

    async def mend(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._soft, self._hard))
        while self._locks:
            self._locks.pop().close()
