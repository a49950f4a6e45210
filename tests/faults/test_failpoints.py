"""A worker dies between two steps that belong together: the replay repeats the same bytes and loses nothing."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.faults.checker import Evidence, check
from tests.faults.evidence import CommitLog, Lane, collect, raw_ends
from tests.faults.failpoint_worker import DIED
from tests.faults.fleet import Worker
from tests.faults.run import DRAIN_SECONDS, PARTITIONS
from tests.faults.traffic import Maker, Traffic

RECORDS = 20_000
OFTEN = {"WEFT_TIMING__COMMIT_INTERVAL_SECONDS": "0.05"}
SCRIPT = Path(__file__).with_name("failpoint_worker.py")


@pytest.mark.parametrize(
    ("point", "times", "repeated"),
    [
        ("enriched.acknowledged", 5, "enriched"),
        ("dead.acknowledged", 2, "dead"),
        ("commit.due", 1, "enriched"),
        ("commit.due", 3, "enriched"),
        ("commit.answered", 2, None),
    ],
)
async def test_a_worker_that_dies_between_two_steps(
    kafka: str, new_lane: Callable[[str], Awaitable[Lane]], tmp_path: Path, point: str, times: int, repeated: str | None
) -> None:
    lane = await new_lane(kafka)
    await produce(lane)
    command = (sys.executable, "-P", str(SCRIPT), point, str(times))
    dying = Worker(tmp_path, "dying", lane, command=command, settings=OFTEN)
    await dying.start()
    assert await dying.wait() == DIED, f"void: {point} was not reached\n{dying.log.read_text()}"

    evidence = await recovered(lane, tmp_path)

    verdict = check(evidence)
    assert not verdict.found, str(verdict)
    if repeated:
        replays = len(getattr(evidence, repeated)) - getattr(verdict, repeated)
        assert replays > 0, f"void: nothing {repeated} was repeated"


async def produce(lane: Lane) -> None:
    enough = asyncio.Event()
    enough.set()
    await Traffic(lane.bootstrap, lane.raw, Maker(1, PARTITIONS), rate=RECORDS, at_least=RECORDS).run(enough)


async def recovered(lane: Lane, folder: Path) -> Evidence:
    """Let an ordinary worker finish what is left."""
    commits = CommitLog(lane)
    watching = asyncio.create_task(commits.run())
    worker = Worker(folder, "successor", lane)
    await worker.start()
    try:
        await commits.until(sum((await raw_ends(lane)).values()), DRAIN_SECONDS)
    finally:
        watching.cancel()
        code = await worker.stop()
    assert code == 0
    return await collect(lane)
