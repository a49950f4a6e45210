"""What is in a file after records were written to it, once or more often."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.sinks.base import OK, Item, Outcome
from streams.sinks.sqlite import writing
from streams.sinks.sqlite.connections import open_writer
from streams.sinks.sqlite.rows import row_of
from streams.sinks.sqlite.writing import write
from streams.testing.items import changed
from streams.testing.records import records
from tests.sinks.sqlite.records import (
    DAY,
    at,
    batch,
    check_file,
    check_integrity,
    files_in,
    found,
    item,
    rows,
    sink_in,
    stored,
)

MOMENTS = st.integers(0, 86_399_999)


def written(*batches: Sequence[Item]) -> sqlite3.Connection:
    """Give a file in memory with records in it."""
    connection = open_writer(Path(":memory:"))
    for items in batches:
        write(connection, [row_of(one) for one in items], rewrite=False)
    return connection


@given(st.lists(st.lists(MOMENTS | st.integers(0, 5), max_size=8), max_size=5))
def test_ids_follow_time_and_arrival_within_a_millisecond(moments: list[list[int]]) -> None:
    numbered = iter(range(1_000))
    batches = [[(moment, next(numbered)) for moment in some] for some in moments]
    expected = sorted(one for some in batches for one in some)
    with closing(written(*([item(number, at=at(moment)) for moment, number in some] for some in batches))) as file:
        found_ids = rows(file, "select event_id from record order by id")
    assert found_ids == [(f"raw-logs-0-{number}",) for _, number in expected]


@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=20), max_size=6))
def test_a_millisecond_that_is_full_continues_in_the_next(moments: list[list[int]]) -> None:
    numbered = iter(range(1_000))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "ID_BITS", 2)
        patch.setattr(writing, "_SLOT", 4)
        batches = [[item(next(numbered), at=at(moment)) for moment in some] for some in moments]
        with closing(written(*batches)) as file:
            assert rows(file, "select count(*) from value join record using (id)") == [(next(numbered),)]


@pytest.mark.parametrize(("rewrite", "expected"), [(False, 9), (True, 17)])
async def test_the_first_version_stays_unless_the_sink_rewrites(tmp_path: Path, rewrite: bool, expected: int) -> None:
    await stored(tmp_path, [item(1, severity_number=9), item(2)])
    await stored(tmp_path, [item(1, severity_number=17), item(3)], rewrite=rewrite)
    assert (await found(tmp_path, severity=expected)).count("raw-logs-0-1") == 1
    assert len(await found(tmp_path)) == 3
    check_integrity(tmp_path)


@pytest.mark.parametrize(("rewrite", "expected"), [(False, "first"), (True, "second")])
async def test_of_two_versions_in_one_batch_one_is_stored(tmp_path: Path, rewrite: bool, expected: str) -> None:
    await stored(tmp_path, [item(1, body="first"), item(1, body="second")], rewrite=rewrite)
    assert await found(tmp_path, text=expected) == await found(tmp_path) == ["raw-logs-0-1"]
    check_integrity(tmp_path)


async def test_a_rewritten_record_keeps_its_place_beside_new_ones_of_its_millisecond(tmp_path: Path) -> None:
    await stored(tmp_path, [item(1)])
    await stored(tmp_path, [item(2), item(1, body="again")], rewrite=True)
    assert await found(tmp_path) == ["raw-logs-0-2", "raw-logs-0-1"]
    assert await found(tmp_path, text="again") == ["raw-logs-0-1"]
    check_integrity(tmp_path)


async def test_a_rewritten_record_is_found_by_its_new_words_and_traces_only(tmp_path: Path) -> None:
    old, new = ({"timestamp": None, "trace_id": digit * 32, "span_id": None, "value": 1} for digit in "ab")
    metric = item(1, kind="metric_histogram", attributes={"at": "home"})
    first, second = (changed(metric, metric={**metric.record["metric"], "exemplars": [one]}) for one in (old, new))
    await stored(tmp_path, [first])
    await stored(tmp_path, [changed(second, attributes={"at": "work"})], rewrite=True)
    assert await found(tmp_path, text="home") == await found(tmp_path, trace="a" * 32) == []
    assert await found(tmp_path, text="work") == await found(tmp_path, trace="b" * 32) == ["raw-logs-0-1"]
    check_integrity(tmp_path)


@given(
    st.lists(
        st.tuples(st.booleans(), st.lists(st.tuples(st.integers(0, 9), records()), max_size=5)),
        max_size=4,
    )
)
@settings(max_examples=25)
def test_index_and_counts_say_what_the_records_say(lives: list[tuple[bool, list[tuple[int, Any]]]]) -> None:
    """Whatever is replayed and rewritten: the observed time of an event id is always the same."""
    expected: dict[str, bytes] = {}
    with closing(written()) as file:
        for rewrite, made in lives:
            items = []
            for number, record in made:
                value = orjson.dumps(
                    {**record, "event_id": f"r-0-{number}", "observed_timestamp": at(number // 4 * 59_999)}
                )
                items.append(Item(0, None, value, f"r-0-{number}", orjson.loads(value)))
                expected[f"r-0-{number}"] = value if rewrite else expected.get(f"r-0-{number}", value)
            write(file, [row_of(one) for one in items], rewrite=rewrite)
        check_file(file)
        assert dict(rows(file, "select event_id, value from record join value using (id)")) == expected


@pytest.mark.parametrize(
    "harm",
    [
        "insert into words (rowid, text) values (1, 'more')",
        "insert into words (words, rowid, text) select 'delete', id, text from content",
        "delete from minute",
        "delete from value",
    ],
)
def test_the_check_of_a_file_bites(harm: str) -> None:
    with closing(written([item(1)])) as file:
        check_file(file)
        file.execute(harm)
        with pytest.raises((AssertionError, sqlite3.DatabaseError)):
            check_file(file)


@pytest.mark.parametrize(
    "changes",
    [
        {"observed_timestamp": "2026-03-01T12:00:00Z"},
        {"observed_timestamp": "9999-03-01T12:00:00.000000000Z"},
        {"timestamp": 17},
        {"trace_id": "4bf9"},
        {"trace_id": "x" * 32},
        {"severity_number": "high"},
        {"severity_number": True},
        {"severity_number": 25},
        {"resource": {}},
        {"resource": {"service.name": None}},
        {"signal": None},
        {"attributes": None},
        {"metric": {"exemplars": 17}},
    ],
)
async def test_what_is_no_enriched_record_is_rejected_alone(tmp_path: Path, changes: dict[str, Any]) -> None:
    async with sink_in(tmp_path) as sink:
        results = await sink.write(batch([item(1), changed(item(2), **changes), item(3)]))
    assert [result.outcome for result in results] == [Outcome.OK, Outcome.REJECTED, Outcome.OK]
    assert "high" not in results[1].reason
    assert await found(tmp_path) == ["raw-logs-0-3", "raw-logs-0-1"]


async def test_a_batch_over_several_days_is_stored_where_its_files_can_be_written(tmp_path: Path) -> None:
    """Behind a record that waits, others of its trace wait too, though they are stored."""
    tomorrow = "2026-03-02T00:00:00.000000000Z"
    given_items = [
        item(1, trace_id="a" * 32),
        item(2, trace_id="b" * 32, at=tomorrow),
        item(3, trace_id="b" * 32),
        item(4, trace_id="a" * 32),
    ]
    async with sink_in(tmp_path / "store") as sink:
        (tmp_path / "store" / "2026-03-02.db").mkdir()
        results = await sink.write(batch(given_items))
    assert [result.outcome for result in results] == [Outcome.OK, Outcome.RETRY, Outcome.RETRY, Outcome.OK]
    assert "2026-03-02.db: SQLITE_CANTOPEN" in results[1].reason


async def test_everything_is_there_after_a_stop(tmp_path: Path) -> None:
    async with sink_in(tmp_path) as sink:
        assert await sink.write(batch([item(1)])) == [OK]
    assert files_in(tmp_path) == {DAY}
    assert await found(tmp_path) == ["raw-logs-0-1"]
