"""The PostgreSQL sink for the contract's checks: a database of its own in a real server, behind a proxy."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from streams.sinks.base import Item, Place, Sink
from streams.sinks.positions import position_of
from streams.sinks.postgres.options import PostgresOptions
from streams.sinks.postgres.sink import PostgresSink
from streams.sinks.stores import Stored
from streams.testing.items import changed
from streams.testing.sink_subject import ProxiedSinkUnderTest
from tests.postgres import PostgresServer, connected, shared, small_disk

VARIABLE = "TEST_POSTGRES_DSN"
_ROOM_BYTES = 48 * 2**20


class PostgresUnderTest(ProxiedSinkUnderTest):
    """A proxy in front of the server makes it unreachable and silent."""

    server: PostgresServer
    dsn: str

    async def open(self) -> None:
        self.server = shared()
        self.dsn = await self.new_database()
        await self.open_proxy("127.0.0.1", self.server.port)
        os.environ[VARIABLE] = self.server.dsn(urlsplit(self.dsn).path[1:], user="weft_sink", port=self.proxy.port)

    async def new_database(self) -> str:
        return await self.server.new_database()

    def make(self, *, rewrite: bool = False) -> Sink:
        options = PostgresOptions(dsn_env=VARIABLE, connect_seconds=2, statement_seconds=5, lock_seconds=1)
        return PostgresSink(options, Place(name="postgres", directory=Path(), rewrite=rewrite))

    async def read(self) -> Sequence[Stored]:
        return await stored(self.dsn)

    def spoil(self, item: Item) -> Item:
        """A key that no index of PostgreSQL has room for."""
        return changed(item, trace_id=random.Random(1).randbytes(9_000).hex())  # noqa: S311 (any will do)


class FullPostgresUnderTest(PostgresUnderTest):
    """Its database has a small disk of its own."""

    async def open(self) -> None:
        self._disk = small_disk(_ROOM_BYTES)
        self.room = self._disk.__enter__()
        await super().open()

    async def new_database(self) -> str:
        space = f"space_{self.room.name.replace('-', '_')}"
        async with connected(self.server.dsn()) as admin:
            await admin.execute(f"create tablespace {space} location '{self.room}/data'")
        return await self.server.new_database(tablespace=space)

    async def close(self) -> None:
        await super().close()
        name = urlsplit(self.dsn).path[1:]
        async with connected(self.server.dsn()) as admin:
            space = await admin.fetchval(
                "select spcname from pg_database join pg_tablespace s on s.oid = dattablespace where datname = $1", name
            )
            await admin.execute(f"drop database {name} with (force)")
            await admin.execute(f"drop tablespace {space}")
        self._disk.__exit__(None, None, None)

    async def fill(self) -> None:
        with suppress(OSError):
            (self.room / "ballast").write_bytes(bytes(_ROOM_BYTES))

    async def mend(self) -> None:
        (self.room / "ballast").unlink(missing_ok=True)
        await super().mend()


async def stored(dsn: str) -> list[Stored]:
    """Give all records of a database as they became visible; those of one transaction did at once, so by their ids."""
    async with connected(dsn) as connection:
        if not await connection.fetchval("select to_regclass('weft.records')"):
            return []
        rows = await connection.fetch("select pg_xact_commit_timestamp(xmin), event_id, value from weft.records")
    rows.sort(key=lambda row: (row[0], position_of(row[1])))
    return [orjson.loads(value) for *_, value in rows]
