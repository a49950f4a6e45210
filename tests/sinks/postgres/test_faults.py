"""A server that is ended, cut off and locked while several partitions are written: each record is there once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

import pytest

from streams.sinks.base import Batch, Item, Result, Unavailable
from streams.sinks.postgres.sink import PostgresSink
from streams.testing.items import make_items
from streams.testing.proxy import CuttingProxy
from streams.testing.sink_driver import Driver, hold_effect, hold_order
from tests.faults.waiting import until
from tests.postgres import PostgresServer, connected
from tests.sinks.postgres.database import Database, store_all
from tests.sinks.postgres.subject import stored

PARTITIONS: Final = 4
RECORDS: Final = 300
PATIENCE: Final = 60.0
LOOK_SECONDS: Final = 0.01
END_CONNECTIONS: Final = """
select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity
where application_name = 'weft-sink-postgres' and datname = $1
"""


class TalkativeSink(PostgresSink):
    """Remembers what was in its way."""

    reasons: Counter[str]

    async def write(self, batch: Batch) -> Sequence[Result]:
        try:
            return await super().write(batch)
        except Unavailable as unavailable:
            self.reasons[str(unavailable)] += 1
            raise


class Load:
    """Partitions that are written until all is stored, while `fault` disturbs them."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self.database = Database(dsn, folder)
        self.database.kind = TalkativeSink
        self.logs = {number: make_items(RECORDS, partition=number) for number in range(PARTITIONS)}
        self.reasons = Counter[str]()

    async def run(self, fault: Callable[[], Awaitable[None]]) -> None:
        """Write everything twice, then require that it is stored once and each trace in its order."""
        sink = self.database.make(connect_seconds=5, statement_seconds=5, lock_seconds=0.2)
        assert isinstance(sink, TalkativeSink)
        sink.reasons = self.reasons
        driver = await Driver(sink).start()
        disturbing = asyncio.create_task(fault())
        try:
            await asyncio.gather(*(self._write(driver, number) for number in self.logs), disturbing)
        finally:
            disturbing.cancel()
            await sink.stop()
        given: list[Item] = [item for log in self.logs.values() for item in log]
        found = await stored(self.database.dsn)
        hold_effect(PostgresSink, found, given)
        hold_order(PostgresSink, found, given)
        await self.database.hold_counts()

    async def until_stored(self, share: float) -> None:
        """Wait until so much of everything is there."""
        async with asyncio.timeout(PATIENCE), self.database.connection() as connection:
            while True:
                if await connection.fetchval("select count(*) from records") >= share * PARTITIONS * RECORDS:
                    return
                await asyncio.sleep(LOOK_SECONDS)

    async def until_told(self, reason: str) -> None:
        """Wait until something was in the sink's way."""
        await until(lambda: any(reason in told for told in self.reasons), PATIENCE)

    async def _write(self, driver: Driver, number: int) -> None:
        for turn in range(2):
            await driver.read(number, self.logs[number], random.Random(turn))  # noqa: S311 (any splits will do)


async def test_a_server_that_crashes_again_and_again(
    own_postgres: Callable[..., PostgresServer], tmp_path: Path
) -> None:
    server = own_postgres(durable=True)
    load = Load(await server.new_database(), tmp_path)

    async def crash() -> None:
        for share in (0.2, 0.5, 0.8):
            await load.until_stored(share)
            await asyncio.to_thread(server.crash)
            await asyncio.to_thread(server.start)

    await load.run(crash)
    assert load.reasons.total() >= 3


async def test_connections_that_are_killed(postgres: PostgresServer, postgres_dsn: str, tmp_path: Path) -> None:
    load = Load(postgres_dsn, tmp_path)
    killed = 0

    async def kill() -> None:
        nonlocal killed
        async with connected(postgres.dsn()) as admin:
            for step in range(1, 30):
                await load.until_stored(step / 30)
                killed += await admin.fetchval(END_CONNECTIONS, postgres_dsn.rpartition("/")[2])

    await load.run(kill)
    assert killed > 2  # a fast machine is done before many more
    assert load.reasons


@pytest.mark.parametrize("table", ["records", "records_overflow", "minutes"])
async def test_a_table_that_somebody_locks(table: str, postgres_dsn: str, tmp_path: Path) -> None:
    load = Load(postgres_dsn, tmp_path)

    async def lock() -> None:
        await load.until_stored(0.2)
        async with load.database.connection() as other, other.transaction():
            await other.execute(f"lock table {table} in access exclusive mode")
            await load.until_told("LockNotAvailableError 55P03")

    await load.run(lock)


async def test_a_database_without_room_for_more_connections(
    postgres: PostgresServer, postgres_dsn: str, tmp_path: Path
) -> None:
    load = Load(postgres_dsn, tmp_path)
    limit = f"alter database {postgres_dsn.rpartition('/')[2]} connection limit"
    async with connected(postgres.dsn()) as admin:
        await admin.execute(f"{limit} 2")

        async def make_room() -> None:
            await load.until_told("TooManyConnectionsError 53300")
            await admin.execute(f"{limit} -1")

        await load.run(make_room)


async def test_a_statement_that_takes_too_long_is_given_up(database: Database) -> None:
    async with database.connection() as other, other.transaction(), database.sink(statement_seconds=0.3) as sink:
        await other.execute("lock table minutes in access exclusive mode")
        with pytest.raises(Unavailable, match="statement timeout"):
            await asyncio.wait_for(sink.write(Batch("enriched", 0, make_items(5))), PATIENCE)


async def test_a_write_that_is_given_up_waits_for_nothing_more(
    postgres: PostgresServer, postgres_dsn: str, tmp_path: Path
) -> None:
    async with CuttingProxy("127.0.0.1", postgres.port) as proxy:
        name = postgres_dsn.rpartition("/")[2]
        database = Database(postgres.dsn(name, user="weft_sink", port=proxy.port), tmp_path)
        async with database.sink(connect_seconds=PATIENCE) as sink:
            await sink.write(Batch("enriched", 0, make_items(5)))
            proxy.become("silent")
            writing = asyncio.create_task(sink.write(Batch("enriched", 0, make_items(10))))
            await asyncio.wait([writing], timeout=0.1)
            writing.cancel()
            await asyncio.wait_for(asyncio.wait([writing]), PATIENCE / 10)
        assert writing.cancelled()


async def test_a_dsn_that_changes_is_read_again(postgres: PostgresServer, database: Database) -> None:
    async with database.sink() as sink, connected(postgres.dsn()) as admin:
        for dsn in ("", "postgresql://127.0.0.1:1/none", "nonsense"):
            await admin.fetch(END_CONNECTIONS, database.dsn.rpartition("/")[2])
            database.file.write_text(dsn)
            with pytest.raises(Unavailable):
                await sink.write(Batch("enriched", 0, make_items(5)))
        database.file.write_text(database.dsn)
        await store_all(sink, make_items(5))
