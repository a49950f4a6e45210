"""Reads what the worker writes during a run, counts all of it and shows as much as a person can follow."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from schemas.headers import DEAD_PREFIX
from streams.dev.trace_groups import EnrichedFields, TraceGroups
from streams.kafka.reader import offset_bounds, replay
from streams.types import RawRecord

_POLL_SECONDS: Final = 0.1
_SHOWN_PER_SECOND: Final = 1.0
_SHOWN_AT_ONCE: Final = 3.0
_REASON: Final = f"{DEAD_PREFIX}reason"


class Screen(Protocol):
    """Where a person looks."""

    def trace(self, records: Sequence[EnrichedFields]) -> None:
        """Show the records of one trace, in their order."""

    def record(self, record: EnrichedFields) -> None:
        """Show a record that belongs to no trace."""

    def dead_letter(self, letter: RawRecord) -> None:
        """Show a dead letter."""

    def progress(self, produced: int, enriched: int, dead: int) -> None:
        """Tell how far the run is."""


class Allowance:
    """Lets `_SHOWN_PER_SECOND` things pass, and `_SHOWN_AT_ONCE` after a pause; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._left = _SHOWN_AT_ONCE
        self._asked = clock()

    def __call__(self) -> bool:
        """Whether one more may pass now."""
        now = self._clock()
        self._left = min(_SHOWN_AT_ONCE, self._left + (now - self._asked) * _SHOWN_PER_SECOND)
        self._asked = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Outputs:
    """The enriched records by dialect and the dead letters by reason, from the moment it was opened."""

    def __init__(self, screen: Screen, dead_topic: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.enriched: Counter[str] = Counter()
        self.dead: Counter[str] = Counter()
        self._screen = screen
        self._dead_topic = dead_topic
        self._clock = clock
        self._groups = TraceGroups()
        self._shows_trace, self._shows_record, self._shows_dead = (Allowance(clock) for _ in range(3))

    def take(self, message: RawRecord) -> None:
        """Count one message of the two output topics, and perhaps show it."""
        if message.topic == self._dead_topic:
            self._take_dead(message)
            return
        record = json.loads(message.value or b"")
        self.enriched[record["dialect"]] += 1
        if record["trace_id"]:
            self._groups.add(record, self._clock())
        elif self._shows_record():
            self._screen.record(record)

    def show_traces(self, *, all_of_them: bool = False) -> None:
        """Show traces that are complete, or all that are left."""
        for records in self._groups.rest() if all_of_them else self._groups.take(self._clock()):
            if self._shows_trace():
                self._screen.trace(records)

    def _take_dead(self, message: RawRecord) -> None:
        reason = dict(message.headers).get(_REASON) or b""
        self.dead[reason.decode()] += 1
        if self._shows_dead():
            self._screen.dead_letter(message)


class OutputReader:
    """Keeps `outputs` up with both topics; opened before the worker starts, so that nothing is missed."""

    def __init__(self, consumer: AIOKafkaConsumer, outputs: Outputs, positions: dict[TopicPartition, int]) -> None:
        self._consumer = consumer
        self._outputs = outputs
        self._positions = positions

    @classmethod
    async def open(cls, consumer: AIOKafkaConsumer, outputs: Outputs, partitions: Sequence[TopicPartition]) -> Self:
        """Start behind what is there now."""
        bounds = await offset_bounds(consumer, partitions)
        return cls(consumer, outputs, {tp: end for tp, (_, end) in bounds.items()})

    async def follow(self) -> None:
        """Read on until cancelled."""
        while True:
            await self.catch_up()
            await asyncio.sleep(_POLL_SECONDS)

    async def catch_up(self) -> int:
        """Read up to the present ends; gives the number of messages."""
        ends = await self._consumer.end_offsets(list(self._positions))
        read = 0
        async for messages in replay(self._consumer, self._positions, ends):
            self._take(messages)
            read += len(messages)
        self._positions |= ends
        self._outputs.show_traces()
        return read

    def _take(self, messages: Sequence[ConsumerRecord[Any, Any]]) -> None:
        for message in messages:
            self._outputs.take(message)
        # Moved at once, not at the ends: a reader that is cancelled must not count twice when it goes on.
        last = messages[-1]
        self._positions[TopicPartition(last.topic, last.partition)] = last.offset + 1
