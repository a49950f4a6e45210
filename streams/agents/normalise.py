"""The worker's agent: a chunk in, its outcome to the publisher, its acknowledgement to the tracker."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from faust.types import StreamT

from streams.kafka.assignment import Assignment, FetchedChunk
from streams.kafka.ownership import Ownership
from streams.kafka.pace import Pace
from streams.kafka.publisher import Publisher
from streams.metrics import Metrics
from streams.pipeline import Pipeline
from streams.types import Answers, Lookups, Outcome

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
        pipeline: Pipeline,
        publisher: Publisher,
        ownership: Ownership,
        pace: Pace,
        lookups: Lookups,
        metrics: Metrics,
        on_failure: Callable[[BaseException], None],
    ) -> None:
        self._pipeline = pipeline
        self._publisher = publisher
        self._ownership = ownership
        self._pace = pace
        self._lookups = lookups
        self._metrics = metrics
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
        began = time.perf_counter()
        keys = self._pipeline.prepare(chunk)
        prepared = time.perf_counter()
        answers = await self._lookups(keys) if keys else _NO_ANSWERS
        if chunk.stale:
            return
        answered = time.perf_counter()
        outcome = self._pipeline.finish(chunk, answers)
        finished = time.perf_counter()
        self._publish(chunk, outcome)
        published = time.perf_counter()
        self._pace.observe(len(chunk.records), (prepared - began) + (published - answered))
        seconds = self._metrics.stage_seconds.labels
        seconds("prepare").inc(prepared - began)
        seconds("lookups").inc(answered - prepared)
        seconds("finish").inc(finished - answered)
        seconds("publish").inc(published - finished)

    def _publish(self, chunk: FetchedChunk, outcome: Outcome) -> None:
        assignment = chunk.assignment
        bundle = assignment.tracker.bundle(outcome.complete_through, outcome.counts)
        for dialect, records in outcome.dialects.items():
            self._metrics.records_enriched.labels(dialect).inc(records)
        for letter in outcome.dead:
            self._metrics.records_dead.labels(letter.stage, letter.reason).inc()
        settled = partial(self._settled, assignment, chunk)
        self._publisher.publish(outcome, bundle, chunk.partition, settled)
        if self._flooded(chunk, outcome):
            self._ownership.give_back([assignment])
            self._ownership.hold(
                assignment,
                "flood",
                f"most records die: see `weft tail dead`, then `weft worker --resume-partition "
                f"{chunk.topic}:{chunk.partition}`",
            )

    def _flooded(self, chunk: FetchedChunk, outcome: Outcome) -> bool:
        """Show the guard which of the chunk's records died; tombstones and empty values do not count at all."""
        if not outcome.dead:
            return chunk.assignment.guard.observe(len(chunk.records), ())
        ignored = {letter.raw.offset for letter in outcome.dead if letter.reason in _NOT_GUARDED}
        dead = {letter.raw.offset for letter in outcome.dead} - ignored
        offsets = [raw.offset for raw in chunk.records if raw.offset not in ignored]
        return chunk.assignment.guard.observe(
            len(offsets), [index for index, offset in enumerate(offsets) if offset in dead]
        )

    def _settled(self, assignment: Assignment, chunk: FetchedChunk) -> None:
        """All outputs of a bundle are acknowledged: the prefix may move."""
        if not assignment.active:
            return
        assignment.tracker.settle()
        if chunk.records:
            assignment.last_timestamp_ms = chunk.records[-1].timestamp
            age = time.time() - chunk.records[0].timestamp / 1000
            self._metrics.end_to_end_seconds.observe(max(0.0, age))
        self._ownership.settled.set()
