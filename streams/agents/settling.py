"""From an outcome to the commit: outputs to the publisher, deaths to the flood guard, the prefix to the tracker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from functools import partial

from streams.kafka.assignment import Assignment
from streams.kafka.commits import Bundle
from streams.kafka.ownership import Ownership
from streams.kafka.publisher import Publisher
from streams.metrics import Metrics
from streams.types import Counts, DeadLetter, Outcome, RawRecord


class Settling:
    """Shared by all partitions of a role."""

    def __init__(self, ownership: Ownership, publisher: Publisher, metrics: Metrics) -> None:
        self._ownership = ownership
        self._publisher = publisher
        self._metrics = metrics

    def publish(
        self, assignment: Assignment, outcome: Outcome, records: Sequence[RawRecord]
    ) -> Sequence[Sequence[RawRecord]]:
        """Bundle an outcome and hand it over; gives the records that it covers.

        `records` are those that are done with once all of it is acknowledged, none while more of them follows.
        """
        bundle = assignment.tracker.bundle(outcome.complete_through, outcome.counts)
        for letter in outcome.dead:
            self._metrics.records_dead.labels(letter.stage, letter.reason).inc()
        settled = partial(self._settled, assignment, records)
        self._publisher.publish(outcome, bundle, assignment.tp.partition, settled)
        return bundle.records

    async def bury(self, assignment: Assignment, letter: DeadLetter) -> None:
        """Publish a dead letter before the bundle that counts it, and wait until it is acknowledged."""
        safe = asyncio.Event()
        self._metrics.records_dead.labels(letter.stage, letter.reason).inc()
        alone = Outcome([], [], [], [letter], Counts(dead=1), letter.raw.offset, {})
        bundle = Bundle(letter.raw.offset + 1, alone.counts, time.monotonic())
        self._publisher.publish(alone, bundle, assignment.tp.partition, safe.set)
        await safe.wait()

    def guard(self, assignment: Assignment, covered: Sequence[Sequence[RawRecord]], dead: Mapping[int, bool]) -> bool:
        """Show the guard which of the covered records died; True when it has paused the partition.

        `dead` says by offset whether a death is the guard's business; the others do not count at all.
        """
        if dead:
            covered_offsets = (raw.offset for records in covered for raw in records)
            offsets = [offset for offset in covered_offsets if dead.get(offset, True)]
            flooded = assignment.guard.observe(
                len(offsets), [index for index, offset in enumerate(offsets) if offset in dead]
            )
        else:
            flooded = assignment.guard.observe(sum(map(len, covered)), ())
        if not flooded or "flood" in assignment.holds:
            return False
        where = f"{assignment.tp.topic}:{assignment.tp.partition}"
        self._ownership.give_back([assignment])
        cure = f"see `weft tail dead`, then `{self._ownership.command} --resume-partition {where}`"
        self._ownership.hold(assignment, "flood", f"most records die: {cure}")
        return True

    def _settled(self, assignment: Assignment, records: Sequence[RawRecord]) -> None:
        """All outputs of a bundle are acknowledged: the prefix may move."""
        self._ownership.settled.set()  # also for a partition that is gone: what it held in flight was room for others
        if not assignment.active:
            return
        assignment.tracker.settle()
        if records:
            assignment.last_timestamp_ms = records[-1].timestamp
            age = time.time() - records[0].timestamp / 1000
            self._metrics.end_to_end_seconds.observe(max(0.0, age))
