"""The sink role with Parquet files: replicas that come and go, processes that are killed, and one that only slept."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from streams.sinks.parquet import dataset
from streams.sinks.parquet.sink import ParquetSink
from streams.sinks.stores import Stored
from streams.testing.items import changed, make_items
from streams.testing.sink_driver import hold_effect, hold_order
from tests.kafka.sinks.test_processes import sink_process, until_event
from tests.sinks.parquet.datasets import committed_files, lying_files

LOGS = {partition: make_items(400, partition=partition) for partition in range(2)}
ITEMS = [item for log in LOGS.values() for item in log]


def entry(folder: Path) -> dict[str, Any]:
    return {
        "use": "parquet",
        "options": {"url": str(folder), "past_days": 3_650},
        "batch": {"records": 20, "seconds": 0.2},
    }


def configured(lane: Any, folder: Path) -> dict[str, str]:
    file = folder.parent / "weft.yaml"
    file.write_text(json.dumps({"sinks": {lane.sink_name: entry(folder)}}))
    return {"WEFT_CONFIG": str(file), "WEFT_TIMING__SESSION_TIMEOUT_SECONDS": "6"}


def stored(folder: Path) -> Sequence[Stored]:
    """Give the records in the order of the folders' hours, and there as Kafka had them."""
    return sorted(dataset.records(folder), key=lambda record: record["observed_timestamp"])


async def enrich(lane: Any, start: int, end: int) -> None:
    for partition, log in LOGS.items():
        await lane.enrich(log[start:end], partition=partition)


def hold_all(folder: Path) -> None:
    found = stored(folder)
    hold_effect(ParquetSink, found, ITEMS)
    hold_order(ParquetSink, found, ITEMS)
    assert lying_files(folder) == committed_files(folder)


async def test_replicas_that_come_and_go_store_each_record_once(make_lane: Any, tmp_path: Path) -> None:
    lane, folder = await make_lane(partitions=2), tmp_path / "records"
    async with lane.sink(entry(folder)):
        await enrich(lane, 0, 200)
        async with lane.sink(entry(folder)):
            await enrich(lane, 200, 400)
            await lane.until_sunk({0: 300}, seconds=60)
        await lane.until_sunk({0: 400, 1: 400}, seconds=60)

    hold_all(folder)


async def test_processes_that_are_killed_while_they_write_store_each_record_once(
    make_lane: Any, tmp_path: Path, eventually: Any
) -> None:
    """Nothing was committed to Kafka by those that died, so their successors read all of it again."""
    lane, folder = await make_lane(partitions=2), tmp_path / "records"
    config = configured(lane, folder)
    never = {**config, "WEFT_TIMING__COMMIT_INTERVAL_SECONDS": "1000"}
    await enrich(lane, 0, 400)
    for least in (1, 150, 400):
        async with sink_process(lane, tmp_path, lane.sink_name, **never) as process:
            await eventually(lambda least=least: records_in(folder) >= least, 60)
            process.kill()
            await process.wait()
    assert await lane.sunk() == {}

    async with sink_process(lane, tmp_path, lane.sink_name, **config):
        await lane.until_sunk({0: 400, 1: 400}, seconds=60)

    hold_all(folder)


async def test_a_process_that_slept_while_others_took_its_partitions_doubles_nothing(
    make_lane: Any, tmp_path: Path, eventually: Any
) -> None:
    lane, folder = await make_lane(partitions=2), tmp_path / "records"
    config = configured(lane, folder)
    await enrich(lane, 0, 200)
    async with sink_process(lane, tmp_path, lane.sink_name, **config) as sleeper:
        await eventually(lambda: records_in(folder) > 0, 60)
        sleeper.send_signal(signal.SIGSTOP)
        async with sink_process(lane, tmp_path, lane.sink_name, **config) as other:
            await until_event(other, "ready")
            await lane.until_sunk({0: 200, 1: 200}, seconds=60)
            sleeper.send_signal(signal.SIGCONT)
            await enrich(lane, 200, 400)
            await lane.until_sunk({0: 400, 1: 400}, seconds=60)
            other.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(other.wait(), 30) == 0
    await lane.until_sunk({0: 400, 1: 400}, seconds=60)

    hold_all(folder)


async def test_only_what_is_no_record_is_dead(make_lane: Any, tmp_path: Path) -> None:
    lane, folder = await make_lane(), tmp_path / "records"
    items = make_items(100)
    items[37] = changed(items[37], severity_number=40_000)
    await lane.enrich(items)

    async with lane.sink(entry(folder)):
        await lane.until_sunk({0: 100}, seconds=60)

    hold_effect(ParquetSink, stored(folder), [*items[:37], *items[38:]])
    [(value, headers)] = await lane.dead_letters()
    assert value == items[37].value
    assert headers["weft.dead.reason"] == b"sink.rejected"


def records_in(folder: Path) -> int:
    return sum(file.records for file in dataset.committed(folder))
