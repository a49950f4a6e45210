"""What is particular to this sink: zombies, answers that come too late, redriven records, and what it rejects."""

from __future__ import annotations

import asyncio
import random
import threading
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest

from streams.resilience.deduplication import batch_of, part_of
from streams.sinks.base import OK, Batch, BatchBounds, Outcome, Unavailable
from streams.sinks.parquet.files import open_files
from streams.sinks.parquet.sink import ParquetSink
from streams.testing.items import TOPIC, changed, make_items
from streams.testing.sink_driver import Driver
from tests.sinks.parquet.datasets import (
    Hooked,
    committed_files,
    committed_ids,
    deliver,
    ids_of,
    lying_files,
    lying_ids,
    make_sink,
)

ITEMS = make_items(30)


async def started(folder: Path, files: Hooked | None = None) -> ParquetSink:
    sink = make_sink(folder, files)
    await sink.start()
    return sink


async def test_a_zombie_commits_nothing_and_its_files_go(folder: Path) -> None:
    zombie, owner = await started(folder), await started(folder)
    marks = await zombie.take(TOPIC, 0)
    await owner.take(TOPIC, 0)

    with pytest.raises(Unavailable, match="taken over"):
        await zombie.write(batch_of(TOPIC, 0, ITEMS, marks))
    await owner.write(batch_of(TOPIC, 0, ITEMS, marks))

    assert lying_ids(folder) == committed_ids(folder) == ids_of(ITEMS)


@pytest.mark.parametrize("moment", range(12))
async def test_a_writer_that_is_taken_over_in_the_middle_doubles_nothing(folder: Path, moment: int) -> None:
    """Whatever step it stands at, its batch is stored before the others take over, or not at all."""
    steps = count()

    def take_over(operation: str, path: str) -> None:
        if operation in ("write", "create") and next(steps) == moment:
            asyncio.run(deliver(folder, ITEMS, seed=moment))

    files = Hooked(open_files(folder))
    zombie = await started(folder, files)
    marks = await zombie.take(TOPIC, 0)
    files.before = take_over
    try:
        await zombie.write(batch_of(TOPIC, 0, ITEMS, marks))
    except Unavailable:
        assert moment < 8
    await deliver(folder, ITEMS)

    assert lying_ids(folder) == committed_ids(folder) == ids_of(ITEMS)


async def test_what_a_zombie_wrote_and_could_not_remove_is_gone_after_the_next_assignment(folder: Path) -> None:
    gone = threading.Event()

    def die(operation: str, path: str) -> None:
        if operation in ("create", "delete") and gone.is_set():
            raise Unavailable("dead")

    zombie = await started(folder, Hooked(open_files(folder), before=die))
    marks = await zombie.take(TOPIC, 0)
    await deliver(folder, ITEMS[:10])
    gone.set()
    with pytest.raises(Unavailable):
        await zombie.write(batch_of(TOPIC, 0, ITEMS, marks))
    assert lying_files(folder) > committed_files(folder)

    await deliver(folder, ITEMS)

    assert lying_files(folder) == committed_files(folder)
    assert committed_ids(folder) == ids_of(ITEMS)


async def test_replicas_write_their_partitions_to_one_dataset(folder: Path) -> None:
    logs = [make_items(40, partition=number) for number in range(4)]

    await asyncio.gather(*(deliver(folder, log, partition=number) for number, log in enumerate(logs)))

    assert lying_ids(folder) == committed_ids(folder) == sorted(item.event_id for log in logs for item in log)


@pytest.mark.parametrize("place", ["local", "remote"])
async def test_redriven_records_whose_answer_was_lost_are_stored_once(folder: Path, place: str) -> None:
    """They come without marks, so nobody filters them: the sink finds out what became of them, whatever step it was."""
    for moment in count():
        url = str(folder / str(moment)) if place == "local" else f"memory://{uuid4().hex}"
        files = Hooked(open_files(url))
        sink = make_sink(url, files)
        await sink.start()
        await sink.take("redrive-parquet", 0)
        files.lose_answer(moment)
        try:
            await sink.write(Batch("redrive-parquet", 0, ITEMS[:20]))
            break
        except Unavailable:
            await sink.write(Batch("redrive-parquet", 0, ITEMS[:10]))
            await sink.write(Batch("redrive-parquet", 0, ITEMS[10:]))
        assert committed_ids(url) == ids_of(ITEMS)
    assert moment > 8


async def test_a_write_that_was_given_up_and_ends_later_is_not_stored_again(folder: Path) -> None:
    held = threading.Event()

    def hold(operation: str, path: str) -> None:
        if operation == "create" and path.startswith("_weft/log") and path.endswith("2.json"):
            held.wait()

    sink = await started(folder, Hooked(open_files(folder), before=hold))
    await sink.take("redrive-parquet", 0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await sink.write(Batch("redrive-parquet", 0, ITEMS[:20]))
    again = asyncio.create_task(sink.write(Batch("redrive-parquet", 0, ITEMS)))
    await asyncio.sleep(0)
    held.set()

    assert await again == [OK] * len(ITEMS)
    assert lying_ids(folder) == committed_ids(folder) == ids_of(ITEMS)


async def test_a_write_that_was_given_up_is_waited_for_before_the_next_of_its_partition(folder: Path) -> None:
    held = threading.Event()

    def hold(operation: str, path: str) -> None:
        if operation == "write" and path.startswith("signal="):
            held.wait()

    sink = await started(folder, Hooked(open_files(folder), before=hold))
    await sink.take(TOPIC, 0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await sink.write(Batch(TOPIC, 0, ITEMS))

    again = asyncio.create_task(sink.write(Batch(TOPIC, 0, ITEMS)))
    other = asyncio.create_task(sink.take(TOPIC, 1))
    done, _ = await asyncio.wait({again, other}, timeout=0.5)
    held.set()

    assert done == {other}
    assert await again == [OK] * len(ITEMS)
    assert committed_ids(folder) == ids_of(ITEMS)


async def test_a_partition_that_nobody_took_is_taken_by_its_first_batch(folder: Path) -> None:
    sink = await started(folder)

    await sink.write(Batch("redrive-parquet", 3, ITEMS))

    assert committed_ids(folder) == ids_of(ITEMS)


async def test_only_what_is_no_record_is_rejected_and_its_text_is_not_repeated(folder: Path) -> None:
    items = list(ITEMS)
    items[3] = changed(items[3], severity_number="a secret")
    items[7] = changed(items[7], observed_timestamp="../a secret")
    items[20] = changed(items[20], signal="profile")
    sink = await started(folder)

    batch = batch_of(TOPIC, 0, items, await sink.take(TOPIC, 0))
    results = await sink.write(batch)

    assert [at for at, result in enumerate(results) if result.outcome is Outcome.REJECTED] == [3, 7, 20]
    assert not any("secret" in result.reason for result in results)
    assert not lying_files(folder), "marks behind them would hide those that were rejected from a replay"

    rest = [item for at, item in enumerate(items) if at not in (3, 7, 20)]
    assert await sink.write(part_of(batch, rest, len(items))) == [OK] * len(rest)
    assert committed_ids(folder) == ids_of(rest)


async def test_a_batch_of_nothing_but_rejected_records_leaves_no_file(folder: Path) -> None:
    sink = await started(folder)

    await sink.write(Batch(TOPIC, 0, [changed(ITEMS[0], body=0, source=None)]))

    assert not lying_files(folder)


async def test_hostile_clocks_make_few_files(folder: Path) -> None:
    items = [
        changed(item, observed_timestamp=f"{1990 + at % 270}-01-{at % 28 + 1:02}T{at % 24:02}:00:00.000000000Z")
        for at, item in enumerate(make_items(1_000))
    ]

    await deliver(folder, items[:500])
    driver = await Driver(make_sink(folder)).start()
    await driver.settle(await driver.batch(1, items[500:]))

    folders = {path.rpartition("/")[0] for path in committed_files(folder)}
    assert len(committed_files(folder)) > len(folders)
    assert len([name for name in folders if "HIVE_DEFAULT" in name]) == 3


def test_its_batches_are_large() -> None:
    assert ParquetSink.batch == BatchBounds(50_000, 67_108_864, 60.0)


async def test_replays_in_another_split_change_no_file(folder: Path) -> None:
    await deliver(folder, ITEMS, seed=1)
    before = committed_files(folder)

    for seed in range(2, 6):
        await deliver(folder, ITEMS, seed=random.Random(seed).randint(2, 99))  # noqa: S311

    assert committed_files(folder) == before == lying_files(folder)
