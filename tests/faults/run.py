"""One run: load with faults, faults off, recovery, drain, a last sign of life, judgement."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from aiokafka import AIOKafkaProducer

from tests.faults.checker import Verdict, check
from tests.faults.evidence import CommitLog, Lane, collect, raw_ends
from tests.faults.fleet import Fleet
from tests.faults.traffic import Maker, Traffic

RECORDS = 100_000
RATE = 3_000.0
"""Records a second; the run goes on until there are `RECORDS` in any case."""
PARTITIONS = 12
WORKERS = 3
RESUME_SECONDS = 60.0
DRAIN_SECONDS = 120.0
_BEFORE_A_FAULT = 500


@dataclass
class Report:
    """What became of a run: the checker's verdict, and whether faults really happened."""

    seed: int
    verdict: Verdict
    faults: int
    generations: int
    restarts: int
    resumed_seconds: float

    def __str__(self) -> str:
        return (
            f"seed {self.seed}: {self.faults} faults, {self.generations} generations, {self.restarts} restarts, "
            f"resumed in {self.resumed_seconds:.1f} s, {self.verdict}"
        )


class Run:
    """Three workers under load; a schedule of faults uses `random`, `fleet`, `gap` and `working`."""

    def __init__(self, lane: Lane, folder: Path, seed: int, seconds: float) -> None:
        self.random = Random(seed)  # noqa: S311 (a schedule that can be repeated)
        self.seconds = seconds
        self.fleet = Fleet(folder, lane)
        self.commits = CommitLog(lane)
        self._seed = seed
        self._lane = lane
        self._faults = 0
        self._maker = Maker(seed, PARTITIONS)
        self._traffic = Traffic(lane.bootstrap, lane.raw, self._maker, rate=RATE, at_least=RECORDS)

    async def under(self, faults: Callable[[Run], Awaitable[None]]) -> Report:
        """Run to the end under a schedule of faults and judge what is left.

        Raises:
            TimeoutError: it did not go on, drain or answer in time.
            WorkerEnded: a worker ended as none should.
        """
        enough = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as tasks:
                watched = [tasks.create_task(self.commits.run()), tasks.create_task(self.fleet.watch())]
                for _ in range(WORKERS):
                    await self.fleet.add()
                produced = tasks.create_task(self._traffic.run(enough))
                await self.working()
                await faults(self)
                resumed = await self.commits.until(self.commits.total + 1, RESUME_SECONDS)
                enough.set()
                await produced
                await self._drained()
                await self._last_sign_of_life()
                for worker in list(self.fleet.running):
                    await self.fleet.stop(worker)
                for task in watched:
                    task.cancel()
        finally:
            await self.fleet.end()
        verdict = check(await collect(self._lane))
        return Report(self._seed, verdict, self._faults, self.fleet.generations, self.fleet.restarts, resumed)

    async def gap(self, least: float, most: float) -> None:
        """Let the run go on for a random time."""
        await asyncio.sleep(self.random.uniform(least, most))

    async def working(self) -> None:
        """Wait until enough new traffic is acknowledged and some of it is committed, so that a fault hits work."""
        committed = self.commits.total
        await self._traffic.until(self._traffic.acknowledged + _BEFORE_A_FAULT, RESUME_SECONDS)
        await self.commits.until(committed + _BEFORE_A_FAULT, RESUME_SECONDS)

    def fault(self) -> None:
        """Count a fault."""
        self._faults += 1

    async def _drained(self) -> None:
        ends = await raw_ends(self._lane)
        await self.commits.until(sum(ends.values()), DRAIN_SECONDS)

    async def _last_sign_of_life(self) -> None:
        """Send a fresh record through every partition."""
        async with AIOKafkaProducer(bootstrap_servers=self._lane.bootstrap, acks="all") as producer:
            for partition in range(PARTITIONS):
                made = self._maker.untraced(partition)
                await producer.send_and_wait(self._lane.raw, made.value, made.key, made.partition, headers=made.headers)
        await self._drained()
