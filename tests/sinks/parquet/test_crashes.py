"""A process that is killed at any step of a write or a compaction leaves a dataset that loses and doubles nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.sinks.parquet.compaction import compact
from streams.testing.items import TOPIC
from tests.sinks.parquet.crashing import FIRST, ITEMS, LATER
from tests.sinks.parquet.datasets import (
    committed_files,
    committed_ids,
    deliver,
    ids_of,
    lying_files,
    lying_ids,
    make_sink,
)

pytestmark = pytest.mark.faults


def crashed(work: str, folder: Path, at_least: int) -> Iterator[Path]:
    """Give the dataset of every child, the dead ones' and the last one's; there were enough steps to die at."""
    script = [sys.executable, "-m", "tests.sinks.parquet.crashing", work, str(folder)]
    done = subprocess.run(script, check=True, capture_output=True, text=True, timeout=120)
    died = int(done.stdout)
    assert died >= at_least
    for step in range(1, died + 2):
        yield folder / str(step)


async def test_a_killed_write_is_committed_whole_or_not_at_all_and_its_replay_doubles_nothing(folder: Path) -> None:
    """What it left uncommitted is gone as soon as its partition is assigned again."""
    left, sizes = 0, set()
    for seed, dataset in enumerate(crashed("write", folder, at_least=20)):
        sizes.add(len(committed_ids(dataset)))
        left += len(lying_files(dataset) - committed_files(dataset))

        sink = make_sink(dataset)
        await sink.start()
        await sink.take(TOPIC, 0)
        assert lying_files(dataset) == committed_files(dataset)

        await deliver(dataset, ITEMS, seed=seed)
        assert committed_ids(dataset) == ids_of(ITEMS)
        assert lying_files(dataset) == committed_files(dataset)

    assert sizes == {FIRST, len(ITEMS)}
    assert left


def test_a_killed_compaction_loses_nothing_and_the_next_one_cleans_up(folder: Path) -> None:
    doubled = 0
    for dataset in crashed("compact", folder, at_least=20):
        assert committed_ids(dataset) == ids_of(ITEMS[:FIRST])
        assert set(lying_ids(dataset)) == set(ids_of(ITEMS[:FIRST]))
        doubled += len(lying_ids(dataset)) > FIRST

        compact(dataset, before=LATER)

        assert lying_files(dataset) == committed_files(dataset)
        assert committed_ids(dataset) == ids_of(ITEMS[:FIRST])
    assert doubled
