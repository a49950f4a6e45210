"""The pipeline at work with what answers its look-ups: swapped as one, between two chunks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping

from streams.agents.lookups import Lookups
from streams.metrics import ProcessorStatus
from streams.pipeline import Pipeline
from streams.pipeline.chain import Step, Tally
from streams.resilience.breaker import Breaker


class Active:
    """What the next chunk goes through; a chunk keeps what it began with.

    What the processors count goes on from one pipeline to the next of the same names.
    """

    def __init__(self, pipeline: Pipeline, deadline_seconds: float) -> None:
        self.pipeline = pipeline
        self.lookups = Lookups(pipeline.chain, deadline_seconds)
        self._deadline = deadline_seconds
        self._counted: Mapping[str, ProcessorStatus] = {}
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def breakers(self) -> Mapping[str, Breaker]:
        """The breakers of the look-ups, by the names of their processors."""
        return self.lookups.breakers

    def use(self, pipeline: Pipeline) -> None:
        """Take up a pipeline; the look-ups of the old one end once nothing waits for them."""
        self._counted = {**self._counted, **{status.name: status for status in self.status()}}
        ending = asyncio.create_task(self.lookups.stop())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
        self.pipeline = pipeline
        self.lookups = Lookups(pipeline.chain, self._deadline, self.breakers)

    async def stop(self) -> None:
        """End all look-ups."""
        await asyncio.gather(self.lookups.stop(), *self._ending)

    def status(self) -> list[ProcessorStatus]:
        """Tell what each processor of the chain did since the start, and how its look-up is."""
        return [_sum(status, self._counted.get(status.name)) for status in self._present()]

    def _present(self) -> Iterator[ProcessorStatus]:
        chain, lookups = self.pipeline.chain, self.lookups.status
        for place, (step, tally) in enumerate(zip(chain.steps, chain.tallies, strict=True)):
            stage = "prepare" if place < chain.first_lookup and chain.asks else "finish"
            status = _describe(step, tally, stage, chain.records)
            lookup = lookups.get(status.name)
            yield status._replace(**lookup._asdict()) if lookup else status


def _describe(step: Step, tally: Tally, stage: str, records: int) -> ProcessorStatus:
    processor = step.processor
    hits, misses = processor.cached()
    return ProcessorStatus(
        name=processor.name,
        version=processor.version,
        stage=stage,
        records=records,
        changed=tally.acted,
        failed=tally.failed,
        seconds=tally.seconds,
        hits=hits,
        misses=misses,
        redacted=dict(processor.counts),
    )


def _sum(now: ProcessorStatus, before: ProcessorStatus | None) -> ProcessorStatus:
    """Give what is now with what was counted before."""
    if before is None:
        return now
    return now._replace(
        records=now.records + before.records,
        changed=now.changed + before.changed,
        failed=now.failed + before.failed,
        seconds=now.seconds + before.seconds,
        hits=now.hits + before.hits,
        misses=now.misses + before.misses,
        redacted=Counter(now.redacted) + Counter(before.redacted),
        waited=now.waited + before.waited,
    )
