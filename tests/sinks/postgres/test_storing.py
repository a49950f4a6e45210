"""What the tables hold after batches."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.sinks.base import Batch, Item, Refused
from streams.testing.items import HOSTILE, changed, make_item, make_items
from streams.testing.records import records
from streams.testing.sink_driver import patiently
from tests.sinks.postgres.database import Database, store_all

ANY_NUMBER_OF_BATCHES = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def canonical(value: bytes) -> bytes:
    return orjson.dumps(orjson.loads(value), option=orjson.OPT_SORT_KEYS)


async def values(database: Database) -> dict[str, bytes]:
    return dict(await database.fetch("select event_id, value from records"))


@ANY_NUMBER_OF_BATCHES
@given(st.lists(records(), min_size=1, max_size=20))
def test_whatever_the_schema_allows_comes_out_as_it_went_in(database: Database, given: list[dict[str, Any]]) -> None:
    marker = f"raw-{time.monotonic_ns()}-0"
    items = [make_item(number, f"{marker}-{number}") for number in range(len(given))]
    items = [changed(item, **{**record, "event_id": item.event_id}) for item, record in zip(items, given, strict=True)]
    asyncio.run(database.write(items))
    found = asyncio.run(values(database))
    assert {item.event_id: found[item.event_id] for item in items} == {item.event_id: item.value for item in items}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_stores_have_trouble_with_keeps_its_bytes(name: str, database: Database) -> None:
    item = changed(make_items(1)[0], **HOSTILE[name])
    await database.write([item])
    assert await values(database) == {item.event_id: item.value}


@pytest.mark.parametrize(
    "value",
    [b'{"a":"\\u0000"}', b'{"a":-0.0,"b":1e16,"c":18446744073709551615}', b'{"b":1,"a":2}', b'{"a": "\\ud800"}'],
    ids=["NUL", "numbers", "order of keys", "lone surrogate"],
)
async def test_bytes_are_kept_that_jsonb_would_alter_or_refuse(value: bytes, database: Database) -> None:
    item = make_items(1)[0]._replace(value=value)
    await database.write([item])
    assert await values(database) == {item.event_id: value}


async def test_sql_sees_body_attributes_and_resource_as_jsonb(database: Database) -> None:
    await database.write([make_item(0, "raw-0-0")])
    assert await database.fetch(
        "select body #>> '{}', attributes ->> 'http.request.method', (attributes -> 'customer' ->> 'tier'),"
        " resource ->> 'service.name', severity from records"
    ) == [("payment refused", "POST", "gold", "checkout", 17)]


async def test_minutes_count_new_records_once(database: Database) -> None:
    items = make_items(300)
    async with database.sink() as sink:
        await store_all(sink, items[:200])
        await store_all(sink, items[100:])
        await store_all(sink, items)
    await database.hold_counts()
    assert await database.fetch("select sum(records)::int from minutes") == [(300,)]


async def test_minutes_follow_when_versions_are_replaced(database: Database) -> None:
    items = make_items(50)
    await database.write(items)
    await database.write([changed(item, severity_number=21) for item in items[:20]], rewrite=True)
    await database.hold_counts()
    assert await database.fetch("select count(*) from records where severity = 21") == [(20,)]
    assert await database.fetch("select sum(records)::int from minutes") == [(50,)]


@pytest.mark.parametrize(("rewrite", "stays"), [(False, 1), (True, 3)])
async def test_a_batch_may_hold_an_event_id_several_times(rewrite: bool, stays: int, database: Database) -> None:
    versions = [item for version in (1, 2, 3) for item in make_items(10, version=version)]
    await database.write(versions, rewrite=rewrite)
    found = await database.fetch("select distinct attributes -> 'check.version', count(*) over () from records")
    assert found == [(str(stays), 10)]


async def test_writers_of_several_partitions_meet_in_one_minute(database: Database) -> None:
    async def write(partition: int) -> None:
        for number in range(10):
            items = make_items(40, source=f"raw{number}", partition=partition)
            await sink.write(Batch("enriched", partition, items))

    async with database.sink(connections=4) as sink:
        await asyncio.gather(*map(write, range(8)))
    await database.hold_counts()
    assert await database.fetch("select sum(records)::int from minutes") == [(8 * 10 * 40,)]


async def test_two_replicas_that_write_the_same_at_once_store_it_once(database: Database) -> None:
    items = make_items(400)
    async with database.sink() as one, database.sink() as other:
        for at in range(0, 400, 40):
            part = items[at : at + 40]
            crossing = [(one, part), (other, part), (one, [*reversed(part)]), (other, part[20:])]
            await asyncio.gather(*(patiently(partial(store_all, *write)) for write in crossing))
    await database.hold_counts()
    assert await database.fetch("select count(*) from records") == [(400,)]


def too_long(item: Item) -> Item:
    return changed(item, trace_id="".join(f"{number * 2654435761 % 2**32:08x}" for number in range(2_000)))


async def test_a_batch_with_a_record_that_does_not_fit_is_refused_whole(database: Database) -> None:
    items = make_items(10)
    async with database.sink() as sink:
        with pytest.raises(Refused, match=r"^ProgramLimitExceededError 54000$"):
            await sink.write(Batch("enriched", 0, [*items[:5], too_long(items[5]), *items[6:]]))
        assert await values(database) == {}
        await store_all(sink, items)


async def test_ok_is_durable_where_a_database_would_not_wait_for_the_disk(database: Database) -> None:
    [(name,)] = await database.fetch("select current_database()")
    async with database.connection() as owner:
        await owner.execute(f"alter database {name} set synchronous_commit = off")
    async with database.sink() as sink:
        await store_all(sink, make_items(1))
        assert await sink._pool.fetchval("show synchronous_commit") == "on"
