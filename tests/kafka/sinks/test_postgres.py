"""The sink role with a real PostgreSQL: a server that crashes, replicas that come and go, a record it will not have."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streams.sinks.postgres.sink import PostgresSink
from streams.testing.items import changed, make_items
from streams.testing.sink_driver import hold_effect, hold_order
from tests.postgres import PostgresServer
from tests.sinks.postgres.database import Database
from tests.sinks.postgres.subject import stored

LOGS = {partition: make_items(400, partition=partition) for partition in range(2)}
ITEMS = [item for log in LOGS.values() for item in log]
SMALL_BATCHES = {"records": 20}


def entry(database: Database, **more: Any) -> dict[str, Any]:
    options = {"dsn_file": str(database.file), "connect_seconds": 2}
    return {"use": "postgres", "options": options, "batch": SMALL_BATCHES, **more}


async def enrich(lane: Any, start: int, end: int) -> None:
    for partition, log in LOGS.items():
        await lane.enrich(log[start:end], partition=partition)


async def is_begun(database: Database) -> bool:
    return await stored(database.dsn) != []


async def test_a_server_that_crashes_while_the_role_writes(
    make_lane: Any, eventually: Any, own_postgres: Callable[..., PostgresServer], tmp_path: Path
) -> None:
    server, lane = own_postgres(durable=True), await make_lane(partitions=2)
    database = Database(await server.new_database(), tmp_path)
    async with lane.sink(entry(database)) as sink:
        await enrich(lane, 0, 150)
        await eventually(lambda: is_begun(database), 30)
        await asyncio.gather(asyncio.to_thread(server.crash), enrich(lane, 150, 400))
        await asyncio.to_thread(server.start)
        await lane.until_sunk({0: 400, 1: 400}, seconds=60)
        assert await sink.stop() == 0
    found = await stored(database.dsn)
    hold_effect(PostgresSink, found, ITEMS)
    hold_order(PostgresSink, found, ITEMS)
    assert await lane.dead_letters() == []


async def test_replicas_that_come_and_go_store_each_record_once(
    make_lane: Any, postgres_dsn: str, tmp_path: Path
) -> None:
    lane, database = await make_lane(partitions=2), Database(postgres_dsn, tmp_path)
    async with lane.sink(entry(database)):
        await enrich(lane, 0, 200)
        async with lane.sink(entry(database)):
            await enrich(lane, 200, 400)
            await lane.until_sunk({0: 300}, seconds=60)
        await lane.until_sunk({0: 400, 1: 400}, seconds=60)
    found = await stored(database.dsn)
    hold_effect(PostgresSink, found, ITEMS)
    hold_order(PostgresSink, found, ITEMS)


async def test_only_the_record_that_postgresql_will_not_have_is_dead(
    make_lane: Any, postgres_dsn: str, tmp_path: Path
) -> None:
    lane, database = await make_lane(), Database(postgres_dsn, tmp_path)
    items = make_items(100)
    items[37] = changed(items[37], severity_number=40_000)
    await lane.enrich(items)
    async with lane.sink(entry(database)):
        await lane.until_sunk({0: 100}, seconds=60)
    hold_effect(PostgresSink, await stored(database.dsn), [*items[:37], *items[38:]])
    [(value, headers)] = await lane.dead_letters()
    assert value == items[37].value
    assert headers["weft.dead.reason"] == b"sink.rejected"
