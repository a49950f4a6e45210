"""The one way into a store, which all partitions of a sink share: it counts, bounds and knows how the store is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import structlog

from streams.agents.items import STAGE
from streams.agents.seen import Everything, Marked
from streams.agents.slots import Slots
from streams.metrics import Metrics, SinkStatus
from streams.resilience.adaptive import AdaptiveLimit, AdaptivePolicy
from streams.resilience.attempts import Attempt, Attempts, DeliveryPolicy
from streams.resilience.breaker import Breaker, BreakerPolicy, BreakerState
from streams.resilience.delivery import Delivery
from streams.resilience.parcel import Bury, Delivered, leave
from streams.settings_sinks import SinkEntry
from streams.sinks.base import Batch, BatchBounds, DeduplicatedSink, Item, Sink, Unavailable
from streams.types import DeadLetter, RawRecord

T = TypeVar("T")

_FAILING_SECONDS: Final = 5.0
"""Without any success, after which a store counts as unavailable although its breaker has not seen enough to open."""

log = structlog.get_logger()


class Outlet:
    """A sink with what delivers to it: `started` once it is open; `last_attempt` is when a write last ended."""

    def __init__(
        self,
        sink: Sink,
        entry: SinkEntry,
        bounds: BatchBounds,
        metrics: Metrics,
        *,
        enriched_topic: str,
        congested: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sink = sink
        self.name = sink.place.name
        self.congested = congested
        self.started = False
        self.last_attempt = clock()
        breaker = Breaker(BreakerPolicy(**entry.breaker.model_dump()), clock)
        policy = DeliveryPolicy(**entry.retry.model_dump())
        self._slots = Slots(lambda: self._limit.concurrency)
        self._attempts = Attempts(sink, policy, breaker, self._observe, clock, slot=self._slots.slot)
        self.delivery = Delivery(self._attempts)
        self._enriched_topic = enriched_topic
        self._bounds = bounds
        self._limit = AdaptiveLimit(
            AdaptivePolicy(
                most_records=bounds.records,
                most_concurrency=entry.concurrency,
                target_seconds=entry.batch.write_seconds,
            )
        )
        self._metrics = metrics
        self._clock = clock
        self._trouble = ""
        self._failing_since: float | None = None
        self._unavailable: str | None = None
        self._since = clock()
        self._stored = self._rejected = self._filtered = self._retries = 0

    @property
    def bounds(self) -> BatchBounds:
        """What a batch has at most now, as the store bears it."""
        return self._bounds._replace(records=self._limit.records)

    async def start(self) -> None:
        """Open the sink, however long its store does not answer.

        Raises:
            ConfigurationError: it can never work like this.
        """
        self._failing_since = self._clock()
        await self._insist(self.sink.start)
        self.started = True

    async def begin(self, topic: str, partition: int) -> Everything:
        """Begin with a partition: what of it is stored already, as far as that must be known.

        What was redriven comes on purpose, so it is not filtered.
        """
        sink = self.sink
        if topic != self._enriched_topic or not isinstance(sink, DeduplicatedSink):
            return Everything(topic, partition)
        return Marked(topic, partition, await self._insist(lambda: sink.take(topic, partition)))

    async def deliver(self, batch: Batch, bury: Bury = leave) -> Sequence[Delivered]:
        """Give what became of each record in the end, however long it takes.

        Of a batch with marks, each death is told to `bury`, and nothing behind it is written before that is done.
        """
        self._metrics.sink_batch_records.labels(self.name).observe(len(batch.items))
        return await self.delivery.deliver(batch, bury)

    def rejected(self, raw: RawRecord, item: Item, delivered: Delivered) -> DeadLetter:
        """Make the dead letter of a record that the store will not take."""
        error = f"RejectedRecord: {delivered.error}"
        return DeadLetter(raw, delivered.dead, STAGE, error, sink=self.name, event_id=item.event_id)

    def count(self, *, stored: int, rejected: int, filtered: int) -> None:
        """Take note of what became of records."""
        self._stored += stored
        self._rejected += rejected
        self._filtered += filtered

    def spent(self, stage: str, seconds: float) -> None:
        """Count the seconds of a stage."""
        self._metrics.stage_seconds.labels(stage).inc(seconds)

    def look(self) -> str | None:
        """Say why the store is not written to now, or None; tells the log when that begins and ends."""
        reason, now = self._reason(), self._clock()
        if reason and self._unavailable is None:
            self._since = now if self._failing_since is None else self._failing_since
            log.warning("sink.unavailable", sink=self.name, reason=reason)
        elif not reason and self._unavailable is not None:
            log.info("sink.available", sink=self.name, seconds=round(now - self._since, 1))
        self._unavailable = reason
        return reason

    def status(self) -> SinkStatus:
        """Tell what was done since the start, and how the store is."""
        return SinkStatus(
            name=self.name,
            effect=self.sink.effect,
            breaker=self.delivery.state,
            unavailable=self._unavailable,
            unavailable_seconds=self._clock() - self._since if self._unavailable else 0.0,
            stored=self._stored,
            rejected=self._rejected,
            filtered=self._filtered,
            retries=self._retries,
            batch_records=self._limit.records,
            concurrency=self._limit.concurrency,
        )

    def _reason(self) -> str | None:
        state, trouble = self.delivery.state, self._trouble or self.delivery.trouble
        if state is BreakerState.ISOLATED:
            return "isolated by an operator"
        if state is not BreakerState.CLOSED and not self._answers(state):
            return f"its breaker is {state.replace('_', '-')}: {trouble or 'it is too slow'}"
        failing = self._failing_since
        if failing is None or (self._clock() - failing < _FAILING_SECONDS and (self.started or not trouble)):
            return None
        return trouble or (None if self.started else "its start is not over")

    def _answers(self, state: BreakerState) -> bool:
        """Whether a probe was answered; where little comes in, the next one may be long in coming."""
        return state is BreakerState.HALF_OPEN and self._failing_since is None and not self.delivery.trouble

    def _observe(self, attempt: Attempt) -> None:
        self.last_attempt = attempt.ended
        self._limit.observe(attempt)
        self.spent("write", attempt.ended - attempt.began)
        result = "ok" if attempt.settled else "failed"
        self._metrics.sink_write_seconds.labels(self.name, result).observe(attempt.ended - attempt.began)
        if attempt.settled:
            self._failing_since = None
        else:
            self._retries += 1
            if self._failing_since is None and not attempt.suspect:
                self._failing_since = attempt.began

    async def _insist(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do it, again and again while the store does not answer."""
        backoff = self._attempts.backoff()
        while True:
            try:
                done = await work()
            except (Unavailable, OSError) as error:
                self._trouble = (isinstance(error, Unavailable) and str(error)) or type(error).__name__
            else:
                self._trouble, self._failing_since = "", None
                return done
            if self._failing_since is None:
                self._failing_since = self._clock()
            await asyncio.sleep(backoff.next())
