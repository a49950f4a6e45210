"""Which table a record is in, and that its id is there once whatever became of the partitions meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from streams.sinks.base import Item
from streams.sinks.postgres.partitions import Partitions
from streams.testing.items import make_items
from tests.lanes import until
from tests.sinks.postgres.database import Database, store_all

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
OVERFLOW = "records_overflow"
ONE_MORE = """
insert into records select day, 'another-0-0', observed_ns, happened_ns, signal, severity, service, trace_id,
    exemplar_traces, body, attributes, resource, words, value from records limit 1
"""
MANY_DAYS = [f"{year}-{month:02}-01" for year in range(1990, 2262, 3) for month in (1, 5, 9)]


def on(day: str, number: int = 1, *, source: str = "raw") -> list[Item]:
    return make_items(number, source=f"{source}-{day}", observed_timestamp=f"{day}T23:59:59.999999999Z")


async def tables(database: Database) -> dict[str, int]:
    return dict(await database.fetch("select tableoid::regclass::text, count(*) from records group by 1"))


async def partitions(database: Database) -> set[str]:
    found = await database.fetch(
        "select inhrelid::regclass::text from pg_inherits where inhparent = 'records'::regclass"
    )
    return {name for (name,) in found}


async def write_at(database: Database, now: datetime, items: Sequence[Item]) -> None:
    """Store records when it is some time."""
    async with database.sink() as sink:
        sink._partitions = Partitions(sink._pool, database.options(window_days=2), lambda: now)
        await store_all(sink, items)


@pytest.mark.parametrize(
    ("day", "table"),
    [
        ("2026-03-07", OVERFLOW),
        ("2026-03-08", "records_20260308"),
        ("2026-03-10", "records_20260310"),
        ("2026-03-11", "records_20260311"),
        ("2026-03-12", OVERFLOW),
        ("1990-01-01", OVERFLOW),
        ("2261-12-31", OVERFLOW),
    ],
)
async def test_days_of_the_window_have_a_partition_and_others_none(day: str, table: str, database: Database) -> None:
    await write_at(database, NOON, on(day))
    assert await tables(database) == {table: 1}


async def test_tomorrow_has_its_partition_before_it_comes(database: Database) -> None:
    await write_at(database, NOON, on("2026-03-10"))
    assert await partitions(database) == {OVERFLOW, "records_20260310", "records_20260311"}


async def test_hostile_times_make_no_partitions(database: Database) -> None:
    await write_at(database, NOON, [item for day in MANY_DAYS for item in on(day)])
    assert await partitions(database) == {OVERFLOW}
    assert await tables(database) == {OVERFLOW: len(MANY_DAYS)}


async def test_when_a_day_is_expected_at_last_its_records_move_out_of_the_overflow(database: Database) -> None:
    early, others = on("2026-03-20", 30, source="early"), on("2026-03-21", 5)
    await write_at(database, NOON, [*early, *others])
    late = on("2026-03-20", 20, source="late")
    await write_at(database, NOON + timedelta(days=10), [*early, *late])
    assert await tables(database) == {"records_20260320": 50, "records_20260321": 5}
    await database.hold_counts()


async def test_a_day_that_is_past_keeps_its_partition(database: Database) -> None:
    await write_at(database, NOON, on("2026-03-10", 5))
    await write_at(database, NOON + timedelta(days=100), [*on("2026-03-10", 5), *on("2026-03-10", 5, source="more")])
    assert await tables(database) == {"records_20260310": 10}


async def test_replicas_that_need_a_day_at_once_make_it_once(database: Database) -> None:
    days = [f"2026-03-{day:02}" for day in range(8, 12)]

    async def write(replica: int) -> None:
        await write_at(database, NOON, [item for day in days for item in on(day, 3, source=f"raw{replica}")])

    async with database.sink():
        pass
    await asyncio.gather(*map(write, range(6)))
    assert await tables(database) == {f"records_{day.replace('-', '')}": 18 for day in days}


async def test_no_write_waits_for_long_for_somebody_who_reads_the_overflow(database: Database) -> None:
    async with database.sink(lock_seconds=0.2) as sink, database.connection() as reader:
        now = NOON
        sink._partitions = Partitions(sink._pool, sink.options, lambda: now)
        async with reader.transaction():
            await reader.fetch("select count(*) from records_overflow")
            await store_all(sink, on("2026-03-10", 5))
            assert await tables(database) == {OVERFLOW: 5}
        await store_all(sink, on("2026-03-10", 5, source="soon"))
        assert await tables(database) == {OVERFLOW: 10}
        now += timedelta(minutes=1)
        await store_all(sink, on("2026-03-10", 5, source="later"))
    assert await tables(database) == {"records_20260310": 15}
    await database.hold_counts()


async def test_a_record_on_its_way_into_the_overflow_moves_too(database: Database) -> None:
    """Its writer saw no partition; the one who makes it waits until that is over."""
    waiting = "select 1 from pg_locks where not granted and relation = 'weft.records_overflow'::regclass"
    async with database.sink() as sink, database.connection() as other:
        await store_all(sink, on("2026-03-20", 3, source="far"))
        sink._partitions = Partitions(sink._pool, sink.options, lambda: datetime(2026, 3, 20, tzinfo=UTC))
        async with other.transaction():
            await other.execute(ONE_MORE)
            making = asyncio.create_task(store_all(sink, on("2026-03-20", 5)))
            await until(lambda: database.fetch(waiting), 20)
        await making
    assert await tables(database) == {"records_20260320": 9}


async def test_a_partition_that_was_dropped_leaves_room_for_late_records(database: Database) -> None:
    async with database.sink() as sink, database.connection() as owner:
        sink._partitions = Partitions(sink._pool, sink.options, lambda: NOON)
        await store_all(sink, on("2026-03-09", 5))
        await owner.execute("drop table records_20260309")
        await store_all(sink, on("2026-03-09", 5, source="late"))
    assert await tables(database) == {OVERFLOW: 5}
    await write_at(database, NOON, on("2026-03-09", 1, source="later"))
    assert await tables(database) == {"records_20260309": 6}


async def test_the_window_follows_the_clock(database: Database) -> None:
    today = datetime.now(UTC).date()
    await database.write([*on(f"{today}"), *on(f"{today - timedelta(days=31)}")])
    assert await tables(database) == {f"records_{today:%Y%m%d}": 1, OVERFLOW: 1}


async def test_partitions_have_the_indexes_of_the_whole(database: Database) -> None:
    await write_at(database, NOON, on("2026-03-10"))
    of_table = "select count(*) from pg_index where indrelid = '{}'::regclass"
    numbers = [await database.fetch(of_table.format(name)) for name in ("records", OVERFLOW, "records_20260310")]
    assert numbers == [[(8,)]] * 3
