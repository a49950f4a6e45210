"""What DuckDB and others read from a dataset: exactly the records, typed, in order, by folders or by the log."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.dataset
import pytest

from streams.sinks.parquet import dataset
from streams.testing.items import changed, make_items
from tests.sinks.parquet.datasets import deliver, ids_of, temporary_folder


@pytest.fixture(scope="module")
def stored() -> Iterator[Path]:
    """A dataset of two partitions, each of which was read twice."""
    with temporary_folder() as folder:
        for partition in range(2):
            for seed in range(2):
                asyncio.run(deliver(Path(folder), items_of(partition), partition=partition, seed=seed))
        yield Path(folder)


def items_of(partition: int) -> list[Any]:
    return make_items(200, partition=partition)


def ask(folder: Path, question: str) -> Sequence[Any]:
    """Ask DuckDB about the view through the log."""
    with duckdb.connect() as database:
        database.execute("set timezone = 'UTC'")
        database.execute(dataset.view(folder))
        return database.execute(question).fetchall()


def test_each_event_id_is_there_once(stored: Path) -> None:
    found = ask(stored, "select event_id, count(*) from enriched group by event_id order by event_id")

    assert found == [(event_id, 1) for event_id in sorted(ids_of(items_of(0)) + ids_of(items_of(1)))]


def test_folders_alone_give_the_same(stored: Path) -> None:
    by_folders = f"from read_parquet('{stored}/**/*.parquet', hive_partitioning = true)"

    assert ask(stored, f"{by_folders} select count(*), count(distinct event_id)") == [(400, 400)]
    assert ask(stored, f"{by_folders} except from enriched") == []


def test_a_trace_comes_in_the_order_of_time_and_position(stored: Path) -> None:
    for partition in range(2):
        items = items_of(partition)
        for trace_id in {item.record["trace_id"] for item in items} - {None}:
            found = ask(
                stored,
                f"select event_id from enriched where trace_id = '{trace_id}'"  # noqa: S608
                " order by observed_timestamp, observed_timestamp_nanos, kafka_offset",
            )
            assert [row[0] for row in found] == [item.event_id for item in items if item.record["trace_id"] == trace_id]


def test_columns_have_useful_types(stored: Path) -> None:
    types = dict(row[:2] for row in ask(stored, "describe enriched"))

    assert types["observed_timestamp"] == "TIMESTAMP WITH TIME ZONE"
    assert types["severity_number"] == "TINYINT"
    assert types["flags"] == "VARCHAR[]"
    assert types["day"] == "DATE"
    assert types["signal"] == "VARCHAR"


def test_days_signals_and_attributes_can_be_asked_for(stored: Path) -> None:
    logs = [item.record for item in items_of(0) + items_of(1) if item.record["signal"] == "log"]
    on_the_first = [record for record in logs if record["observed_timestamp"].startswith("2026-03-01")]

    assert ask(stored, "select count(*) from enriched where signal = 'log' and day = date '2026-03-01'") == [
        (len(on_the_first),)
    ]
    assert ask(stored, "select distinct attributes ->> '$.\"check.version\"' from enriched") == [("1",)]
    assert ask(stored, "select count(*) from enriched where observed_timestamp >= timestamptz '2026-03-01'") == [
        (sum(item.record["observed_timestamp"] >= "2026-03-01" for item in items_of(0) + items_of(1)),)
    ]


async def test_the_overflow_folder_has_neither_day_nor_hour(folder: Path) -> None:
    items = make_items(10)
    items[0] = changed(items[0], observed_timestamp="2261-01-01T00:00:00.000000000Z")
    items[1] = changed(items[1], observed_timestamp="1991-01-01T00:00:00.000000000Z")
    near = [changed(item, observed_timestamp="2026-03-01T12:00:00.000000000Z") for item in items[2:]]

    await deliver(folder, items[:2] + near)

    assert ask(folder, "select distinct day, hour from enriched order by day nulls first") == [
        (None, None),
        (date(2026, 3, 1), 12),
    ]


def test_pyarrow_reads_the_folder_as_a_hive_dataset(stored: Path) -> None:
    table = pyarrow.dataset.dataset(stored, partitioning="hive").to_table()

    assert table.num_rows == 400
    assert set(table["signal"].to_pylist()) == {"log", "metric", "span"}


def test_a_dataset_without_records_has_no_view(folder: Path) -> None:
    with duckdb.connect() as database:
        database.execute(dataset.view(folder))
        assert database.execute("select count(*) from duckdb_views() where not internal").fetchall() == [(0,)]


async def test_names_in_the_view_are_quoted(folder: Path) -> None:
    quoted = folder / "it's"
    await deliver(quoted, make_items(3))

    with duckdb.connect() as database:
        database.execute(dataset.view(quoted, 'a "b"'))
        assert database.execute('select count(*) from "a ""b"""').fetchall() == [(3,)]
