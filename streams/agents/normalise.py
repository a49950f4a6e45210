"""The worker's agent: a chunk in, its outcome to the publisher, its acknowledgement to the tracker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from faust.types import StreamT

from streams.agents.active import Active
from streams.agents.apart import Apart
from streams.agents.lookups import Lookups
from streams.agents.settling import Settling
from streams.kafka.assignment import FetchedChunk
from streams.kafka.ownership import Ownership
from streams.kafka.pace import Pace
from streams.kafka.publisher import Publisher
from streams.metrics import Metrics
from streams.types import Answers, DeadLetter, LookupKeys, Outcome, RawRecord

_NO_ANSWERS: Answers = {}
_NOT_GUARDED = frozenset({"decode.tombstone", "decode.empty"})


async def normalise(chunks: StreamT[FetchedChunk]) -> None:
    """Process chunks for ever; what goes wrong ends the process, never just the chunk."""
    role: Normaliser = chunks.app.role  # type: ignore[attr-defined]  # the app is a WeftApp
    async for chunk in chunks:
        await role.process(chunk)


class Normaliser:
    """What the agent works with; several agents may share it, one partition's chunks still take turns."""

    def __init__(
        self,
        active: Active,
        publisher: Publisher,
        ownership: Ownership,
        pace: Pace,
        metrics: Metrics,
        congested: Callable[[], bool],
        on_failure: Callable[[BaseException], None],
    ) -> None:
        self._active = active
        self._apart = Apart()
        self._ownership = ownership
        self._settling = Settling(ownership, publisher, metrics)
        self._pace = pace
        self._metrics = metrics
        self._congested = congested
        self._on_failure = on_failure

    async def process(self, chunk: FetchedChunk) -> None:
        """Take one chunk through the pipeline, unless it was given back meanwhile."""
        try:
            async with chunk.assignment.turn:
                if not chunk.stale:
                    await self._work(chunk)
        except Exception as error:  # noqa: BLE001 - reported, and the process ends
            self._on_failure(error)

    async def _work(self, chunk: FetchedChunk) -> None:
        if not await self._may_process(chunk):
            return
        pipeline, lookups = self._active.pipeline, self._active.lookups
        keys, seconds = await self._apart.call(pipeline, lambda: pipeline.prepare(chunk))
        self._count("prepare", seconds)
        answers = await self._ask(lookups, keys) if keys else _NO_ANSWERS
        dead: dict[int, bool] = {}
        covered: list[Sequence[RawRecord]] = []
        busy = 0.0

        def finish() -> Outcome | None:
            return None if chunk.stale else pipeline.finish(chunk, answers)

        while not chunk.stale:
            outcome, seconds = await self._apart.call(pipeline, finish)
            if outcome is None or chunk.stale:
                return
            self._count("finish", seconds)
            dead.update((letter.raw.offset, _guarded(letter)) for letter in outcome.dead)
            began = time.perf_counter()
            covered += self._publish(chunk, outcome)
            publishing = time.perf_counter() - began
            self._count("publish", publishing)
            busy += seconds + publishing
            if not outcome.more:
                self._pace.observe(len(chunk.records), busy)
                self._settling.guard(chunk.assignment, covered, dead)
                return
            await self._let_others_work()

    async def _ask(self, lookups: Lookups, keys: LookupKeys) -> Answers:
        began = time.perf_counter()
        answers = await lookups.resolve(keys)
        self._count("lookups", time.perf_counter() - began)
        return answers

    def _count(self, stage: str, seconds: float) -> None:
        self._metrics.stage_seconds.labels(stage).inc(seconds)

    async def _let_others_work(self) -> None:
        """Give the event loop back between the parts of a heavy chunk, and wait while too much is in flight."""
        await asyncio.sleep(0)
        while self._congested():
            self._ownership.settled.clear()
            await self._ownership.settled.wait()

    async def _may_process(self, chunk: FetchedChunk) -> bool:
        """Whether nothing stands in the way; a cut that the chunk obeys must be committed first."""
        cut = chunk.state.cut
        if cut is None or cut > chunk.end:
            return True
        return await self._ownership.commit_cut(chunk.assignment) and not chunk.stale

    def _publish(self, chunk: FetchedChunk, outcome: Outcome) -> Sequence[Sequence[RawRecord]]:
        """Bundle an outcome and hand it over; gives the records that it covers."""
        self._metrics.records_joined.inc(outcome.counts.joined)
        for dialect, records in outcome.dialects.items():
            self._metrics.records_enriched.labels(dialect).inc(records)
        covered = self._settling.publish(chunk.assignment, outcome, () if outcome.more else chunk.records)
        if not outcome.more:
            chunk.assignment.tracker.processed(chunk.end)
        return covered


def _guarded(letter: DeadLetter) -> bool:
    """Whether a death speaks against the input: one by an outage must not hold the partition when that is over."""
    return not letter.outage and letter.reason not in _NOT_GUARDED
