"""Words as people write them, questions that make no sense, stores that are not there, and what a question costs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from streams.errors import ConfigurationError
from streams.sinks.base import Batch, Item, Unavailable
from streams.sinks.postgres.conditions import wanted
from streams.sinks.stores import Query
from streams.testing.items import changed, make_item, make_items
from tests.sinks.postgres.database import Database, store_all

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def saying(body: object, **attributes: object) -> Item:
    return changed(make_item(0, "raw-0-0"), body=body, attributes=attributes)


async def finds(database: Database, text: str) -> bool:
    async with database.store() as store:
        return bool(await store.search(Query(text=text)))


@pytest.mark.parametrize(
    ("text", "words", "there"),
    [
        ("user bob@example.com logged in", "bob@example.com", True),
        ("user bob at example.com", "bob@example.com", False),
        ("from 10.0.0.1, port 80", "10.0.0.1", True),
        ("from 10.0.0.1", "10.0", True),
        ("from 1.0.0.10", "10.0.0.1", False),
        ("PAYMENT refused", "refused payment", True),
        ("payment refused", "pay", False),
        ("Ärger", "ärger", True),
        ("支付 失败", "支付", True),
        ('say "hello" world', 'world "hello"', True),
        ("say hello", '"hello"', True),
        ("C:\\temp\\file", "c:\\temp", True),
        ("C:\\tempest", "c:\\temp", False),
        ("100_000", "100_000", True),
        ("100 x 000", "100_000", False),
        ("a OR b", "c OR b", False),
        ("a*", "a*", True),
        ("ab", "a*", False),
        ("drop table", "'; drop", True),
        ("a\0b", "b", True),
        ("hello", "-- hello", True),
        ("hello", "--", False),
        ("hello", "hello & !world:*", False),
    ],
)
async def test_words_are_words_and_no_operators(database: Database, text: str, words: str, there: bool) -> None:
    await database.write([saying(text)])
    assert await finds(database, words) is there


async def test_names_of_attributes_and_numbers_are_no_words(database: Database) -> None:
    await database.write([saying(None, status=502, deep={"inner": ["said", True]})])
    assert await finds(database, "said")
    assert [await finds(database, word) for word in ("status", "502", "inner", "true")] == [False] * 4


@pytest.mark.parametrize(
    "conditions",
    [
        {"trace": "4bf9"},
        {"trace": "x" * 32},
        {"since": "yesterday"},
        {"until": "2026-03-01"},
        {"text": ""},
        {"text": " "},
        {"text": "word " * 51},
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(database: Database, conditions: dict[str, Any]) -> None:
    await database.write(make_items(1))
    async with database.store() as store:
        with pytest.raises(ValueError, match=r"time|trace|words|hex"):
            await store.search(Query(**conditions))


@pytest.mark.parametrize("seconds", [0, 59, 90, -60])
async def test_buckets_are_whole_minutes(database: Database, seconds: int) -> None:
    async with database.store() as store:
        with pytest.raises(ValueError, match="whole number of minutes"):
            await store.counts(Query(), seconds)


async def test_where_nothing_was_stored_a_question_says_what_makes_a_store(database: Database) -> None:
    async with database.store() as store:
        with pytest.raises(ConfigurationError, match="`weft sink postgres` makes one"):
            await store.search(Query())
        with pytest.raises(ConfigurationError, match="`weft sink postgres` makes one"):
            await store.counts(Query(), 60)


async def test_a_server_that_is_away_is_no_mistake_of_the_question(tmp_path: Path) -> None:
    async with Database("postgresql://127.0.0.1:1/none", tmp_path).store() as store:
        with pytest.raises(Unavailable):
            await store.search(Query())


async def test_a_record_of_a_newer_program_is_not_misread(database: Database) -> None:
    await database.write([changed(item, schema_version=99) for item in make_items(1)])
    async with database.store() as store:
        with pytest.raises(ConfigurationError, match="schema_version 99"):
            await store.search(Query())


async def test_readers_and_writers_do_not_wait_for_each_other(database: Database) -> None:
    items = make_items(30)
    async with database.sink(lock_seconds=0.2) as sink, database.connection() as other, database.store() as store:
        await store_all(sink, items[:10])
        async with other.transaction():
            await other.execute("insert into records select * from records on conflict do nothing")
            assert len(await store.search(Query())) == 10
        async with other.transaction(isolation="repeatable_read"):
            assert await other.fetchval("select count(*) from records") == 10
            await sink.write(Batch("enriched", 0, items))
            assert await other.fetchval("select count(*) from records") == 10
        assert len(await store.search(Query())) == 30


def indexes_in(plan: Any) -> set[str]:
    """The columns of the conditions that an index answers."""
    found = {plan["Index Cond"]} if "Index Cond" in plan else set()
    return found.union(*(indexes_in(inner) for inner in plan.get("Plans", ())))


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        (Query(trace=TRACE), ["trace_id", "exemplar_traces"]),
        (Query(service="cart", since="2026-01-01T00:00:00.000000000Z"), ["service", "observed_ns"]),
        (Query(signal="span"), ["signal"]),
        (Query(since="2026-01-01T00:00:00.000000000Z"), ["observed_ns"]),
        (Query(text="refused payment"), ["words"]),
    ],
)
async def test_every_condition_has_an_index(database: Database, query: Query, columns: list[str]) -> None:
    await database.write(make_items(50))
    conditions = wanted(query)
    async with database.connection() as connection:
        await connection.execute("set enable_seqscan = off; analyze records")
        statement = f"explain (format json) select value from records where {conditions.sql}"  # noqa: S608 (ours)
        [answer] = await connection.fetchrow(statement, *conditions.values)
    answered = " ".join(indexes_in(json.loads(answer)[0]["Plan"]))
    assert [column for column in columns if column in answered] == columns


async def test_errors_have_an_index_of_their_own(database: Database) -> None:
    await database.write(make_items(50))
    async with database.connection() as connection:
        await connection.execute("set enable_seqscan = off; set enable_sort = off")
        errors = wanted(Query(severity=17)).sql
        statement = f"select value from records_overflow where {errors} order by observed_ns desc"  # noqa: S608 (ours)
        [answer] = await connection.fetchrow(f"explain (format json) {statement}")
    assert json.loads(answer)[0]["Plan"]["Index Name"] == "records_overflow_observed_ns_idx1"


async def test_what_is_found_is_what_was_written(database: Database) -> None:
    items = make_items(50)
    await database.write(items)
    async with database.store() as store:
        found = await store.search(Query())
    assert {one["event_id"]: one for one in found} == {item.event_id: orjson.loads(item.value) for item in items}
