"""Compaction and deletion replace files in one step; marks, neighbours and other writers stay as they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import TemporaryError
from streams.resilience.deduplication import batch_of
from streams.sinks.parquet import dataset
from streams.sinks.parquet.compaction import Most, compact, plan
from streams.sinks.parquet.files import open_files
from streams.sinks.parquet.maintenance import Maintenance
from streams.sinks.parquet.manifest import DataFile
from streams.sinks.parquet.parquet import from_parquet
from streams.testing.items import TOPIC, make_items
from tests.sinks.parquet.datasets import (
    committed_files,
    committed_ids,
    deliver,
    ids_of,
    lying_files,
    lying_folders,
    make_sink,
)

ITEMS = make_items(60)
LATER = datetime(2270, 1, 1, tzinfo=UTC)
HOUR = datetime(2026, 3, 1, 12, tzinfo=UTC)


def records_by_id(url: str | Path) -> dict[str, bytes]:
    return {
        record["event_id"]: orjson.dumps(record, option=orjson.OPT_SORT_KEYS) for record in dataset.records(str(url))
    }


@pytest.mark.parametrize("place", ["local", "remote"])
async def test_an_hour_becomes_one_file_with_the_same_records(folder: Path, place: str) -> None:
    url = str(folder) if place == "local" else f"memory://{uuid4().hex}"
    await deliver(url, ITEMS)
    before = records_by_id(url)

    groups = compact(url, before=LATER)

    files = committed_files(url)
    assert len(files) == len({path.rpartition("/")[0] for path in files})
    assert sum(map(len, groups)) > len(groups) > 1
    assert records_by_id(url) == before
    assert place == "remote" or lying_files(folder) == files
    assert not compact(url, before=LATER)


async def test_rows_are_sorted_by_observed_time_and_then_as_they_stood_in_kafka(folder: Path) -> None:
    await deliver(folder, ITEMS)
    compact(folder, before=LATER)

    for path in committed_files(folder):
        table = from_parquet(open_files(folder).read(path))
        rows = list(zip(table["observed_timestamp"].to_pylist(), table["kafka_offset"].to_pylist(), strict=True))
        assert rows == sorted(rows)


@pytest.mark.parametrize(
    ("before", "merged"),
    [(HOUR, 0), (HOUR + timedelta(minutes=59), 0), (HOUR + timedelta(hours=1), 1), (LATER, 1)],
)
def test_only_hours_that_are_over_are_merged(before: datetime, merged: int) -> None:
    files = [file_in("day=2026-03-01/hour=12") for _ in range(2)]

    assert len(list(plan(files, before=before))) == merged


def test_what_has_no_hour_can_always_be_merged() -> None:
    null = "__HIVE_DEFAULT_PARTITION__"

    assert len(list(plan([file_in(f"day={null}/hour={null}") for _ in range(2)], before=HOUR))) == 1


@given(st.lists(st.tuples(st.integers(1, 120), st.integers(1, 120), st.booleans()), max_size=30))
def test_groups_are_of_one_folder_small_enough_and_more_than_one_file(sizes: list[tuple[int, int, bool]]) -> None:
    files = [file_in(f"day=2026-03-01/hour={11 + late}", records, size) for records, size, late in sizes]
    most = Most(records=100, bytes=100)

    groups = list(plan(files, before=LATER, most=most))

    for group in groups:
        assert len(group) > 1
        assert len({file.path.rpartition("/")[0] for file in group}) == 1
        assert sum(file.records for file in group) <= most.records
        assert sum(file.bytes for file in group) <= most.bytes
        assert all(max(file.records, file.bytes) < 50 for file in group)
    grouped = [file for group in groups for file in group]
    assert len(grouped) == len(set(grouped))


async def test_the_writer_of_a_partition_goes_on_while_others_compact(folder: Path) -> None:
    sink = make_sink(folder)
    await sink.start()
    marks = await sink.take(TOPIC, 0)
    for start in range(0, 60, 20):
        batch = batch_of(TOPIC, 0, ITEMS[start : start + 20], marks)
        await sink.write(batch)
        marks = batch.marks
        compact(folder, before=LATER)

    assert committed_ids(folder) == ids_of(ITEMS)


async def test_replays_after_compaction_and_deletion_store_nothing(folder: Path) -> None:
    await deliver(folder, ITEMS)
    compact(folder, before=LATER)
    maintenance = Maintenance(folder)
    maintenance.replace([file for file in maintenance.files if "signal=span" in file.path])
    left = committed_ids(folder)
    assert 0 < len(left) < len(ITEMS)

    await deliver(folder, ITEMS, seed=5)

    assert committed_ids(folder) == left


async def test_the_second_maintainer_shuts_out_the_first(folder: Path) -> None:
    await deliver(folder, ITEMS)
    first = Maintenance(folder)
    Maintenance(folder)

    with pytest.raises(TemporaryError):
        first.replace(first.files)

    assert committed_ids(folder) == ids_of(ITEMS)
    assert lying_files(folder) == committed_files(folder)


async def test_files_that_are_replaced_by_nothing_are_gone_with_their_folders(folder: Path) -> None:
    await deliver(folder, ITEMS)
    maintenance = Maintenance(folder)
    old = [file for file in maintenance.files if "day=2026-03-01" in file.path]

    maintenance.replace(old)

    assert old
    assert not any("day=2026-03-01" in name for name in lying_folders(folder))
    assert lying_files(folder) == committed_files(folder)
    assert sum(file.records for file in old) + len(committed_ids(folder)) == len(ITEMS)


async def test_rows_that_are_left_out_are_in_no_file_and_their_neighbours_stay(folder: Path) -> None:
    await deliver(folder, ITEMS)
    maintenance = Maintenance(folder)
    (file, *_) = (file for file in maintenance.files if file.records > 1)
    table = maintenance.read(file)

    maintenance.replace([file], table.slice(1))

    assert committed_ids(folder) == sorted({item.event_id for item in ITEMS} - {table["event_id"][0].as_py()})
    assert lying_files(folder) == committed_files(folder)


async def test_a_file_of_which_no_row_is_left_is_removed(folder: Path) -> None:
    await deliver(folder, ITEMS)
    maintenance = Maintenance(folder)

    for file in maintenance.files:
        maintenance.replace([file], maintenance.read(file).slice(0, 0))

    assert not lying_files(folder)


def test_a_dataset_without_files_needs_nothing(folder: Path) -> None:
    assert not compact(folder, before=LATER)
    assert not open_files(folder).names("signal=log")


def file_in(folder: str, records: int = 1, size: int = 1) -> DataFile:
    return DataFile(f"signal=log/{folder}/{uuid4().hex}.parquet", records, size, "a", "b")
