"""Drives a sink as the framework does, only without pauses, and holds every answer against the protocol."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from streams.resilience.deduplication import Deduplication, batch_of, part_of
from streams.resilience.writer import Writer
from streams.sinks.base import Batch, DeduplicatedSink, Effect, Item, Marks, Outcome, Refused, Result, Sink, Unavailable
from streams.sinks.stores import Stored
from streams.testing.items import TOPIC

T = TypeVar("T")

PATIENCE: Final = 20.0
"""Seconds after which something that should be over by now has failed."""

_LONGEST_BATCH = 9


def hold(condition: object, kind: type[Sink], rule: str) -> None:
    """Require a rule of a sink.

    Raises:
        AssertionError: it does not hold.
    """
    if not condition:
        raise AssertionError(f"{kind.name}: {rule}")


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Call again as long as the store is unavailable."""
    ends, pause = time.monotonic() + PATIENCE, 0.001
    while True:
        try:
            return await call()
        except Unavailable:
            if time.monotonic() > ends:
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, 0.2)


class Driver:
    """One life of a sink, which is started and has taken its partitions as they come."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self._writer = Writer(sink)
        self._marks: dict[int, Marks] = {}

    async def start(self) -> Driver:
        """Start the sink, once its store is there."""
        await patiently(self.sink.start)
        return self

    async def read(self, partition: int, log: Sequence[Item], dice: random.Random) -> list[Result]:
        """Deliver what a partition of `enriched` holds, in batches of any size; gives the results of what was new."""
        known = Deduplication(await self.marks(partition))
        results: list[Result] = []
        position = 0
        while position < len(log):
            items = log[position : position + dice.randint(1, _LONGEST_BATCH)]
            position += len(items)
            fresh = [item for item in items if known.is_new(item)] if self._filters else items
            if fresh:
                results += await self.settle(await self.batch(partition, fresh))
        return results

    async def marks(self, partition: int) -> Marks:
        """Give the marks of a partition, which is taken the first time."""
        if partition not in self._marks:
            sink = self.sink
            self._marks[partition] = (
                await patiently(lambda: sink.take(TOPIC, partition)) if isinstance(sink, DeduplicatedSink) else {}
            )
        return self._marks[partition]

    async def batch(self, partition: int, items: Sequence[Item]) -> Batch:
        """Make the batch of some items; the next one stands behind it."""
        before = await self.marks(partition)
        if not self._filters:
            return Batch(TOPIC, partition, items)
        batch = batch_of(TOPIC, partition, items, before)
        self._marks[partition] = batch.marks
        return batch

    async def settle(self, batch: Batch, results: Sequence[Result] = ()) -> list[Result]:
        """Write until each record is stored or rejected; `results` are those of the first try, if there was one."""
        tried = list(results) or [Result(Outcome.RETRY)] * len(batch.items)
        ends, pause = time.monotonic() + PATIENCE, 0.001
        while waiting := [index for index, result in enumerate(tried) if result.outcome is Outcome.RETRY]:
            hold(time.monotonic() < ends, type(self.sink), "it does not settle a batch although its store is well")
            part = part_of(batch, [batch.items[index] for index in waiting], len(batch.items))
            if results:
                await asyncio.sleep(pause)
            results = await self._in_time(self._try_or_halve(part))
            for index, result in zip(waiting, results, strict=True):
                tried[index] = result
            pause = min(2 * pause, 0.2)
        return tried

    async def _in_time(self, work: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(PATIENCE) as deadline:
                return await work
        except TimeoutError:
            hold(not deadline.expired(), type(self.sink), "it does not end a write although its store is well")
            raise

    async def _try_or_halve(self, batch: Batch) -> Sequence[Result]:
        try:
            return await self.attempt(batch)
        except Refused as refused:
            if len(batch.items) == 1:
                return [Result(Outcome.REJECTED, str(refused))]
        half = len(batch.items) // 2
        first = await self.settle(part_of(batch, batch.items[:half], half))
        return [*first, *await self.settle(part_of(batch, batch.items[half:], len(batch.items)))]

    async def attempt(self, batch: Batch) -> Sequence[Result]:
        """Write once, and hold the answer against the protocol; none is the answer that all is to be tried again."""
        before = [(item.value, repr(item.record)) for item in batch.items]
        try:
            results = await self._writer.write(batch)
        except Unavailable as unavailable:
            results = [Result(Outcome.RETRY, str(unavailable))] * len(batch.items)
        except Refused as refused:
            self._hold_silence(str(refused), batch)
            raise
        self._hold_results(batch, results)
        hold(before == [(item.value, repr(item.record)) for item in batch.items], type(self.sink), "it changes records")
        return results

    @property
    def _filters(self) -> bool:
        return isinstance(self.sink, DeduplicatedSink)

    def _hold_results(self, batch: Batch, results: Sequence[Result]) -> None:
        kind = type(self.sink)
        hold(len(results) == len(batch.items), kind, f"{len(results)} results for {len(batch.items)} records")
        waiting: set[bytes] = set()
        for item, result in zip(batch.items, results, strict=True):
            hold(isinstance(result, Result) and isinstance(result.outcome, Outcome), kind, f"{result!r} is no result")
            if result.outcome is Outcome.RETRY and item.key is not None:
                waiting.add(item.key)
            hold(
                self._filters or result.outcome is Outcome.RETRY or item.key not in waiting,
                kind,
                f"behind a `retry` a record of the same trace is `{result.outcome}`",
            )
            hold(result.outcome is not Outcome.REJECTED or result.reason, kind, "it rejects without a reason")
            self._hold_silence(result.reason, batch)
        outcomes = {result.outcome for result in results}
        hold(
            not self._filters or outcomes == {Outcome.OK} or Outcome.OK not in outcomes,
            kind,
            "it stores a part of a batch, and with it marks that stand behind the rest",
        )

    def _hold_silence(self, message: str, batch: Batch) -> None:
        texts = (item.record["body"] for item in batch.items)
        told = any(isinstance(text, str) and len(text) > 6 and text in message for text in texts)
        hold(not told, type(self.sink), "a reason or an error repeats a record's text")


def hold_effect(kind: type[Sink], stored: Sequence[Stored], given: Iterable[Item]) -> None:
    """Require that exactly the declared effect came of what was given, of each event id the first version."""
    first: dict[str, Item] = {}
    for item in given:
        first.setdefault(item.event_id, item)
    times = Counter(record["event_id"] for record in stored)
    missing = [event_id for event_id in first if event_id not in times]
    hold(not missing, kind, f"{len(missing)} records are not stored, as {missing[:3]}")
    strange = [event_id for event_id in times if event_id not in first]
    hold(not strange, kind, f"{len(strange)} records are stored that were not given, as {strange[:3]}")
    wrong = [record["event_id"] for record in stored if not _same(record, first[record["event_id"]].record)]
    hold(not wrong, kind, f"{len(wrong)} records are stored with other fields than those given, as {wrong[:3]}")
    several = [event_id for event_id, number in times.items() if number > 1]
    once = kind.effect is Effect.AT_LEAST_ONCE or not several
    hold(once, kind, f"{len(several)} records are stored more than once, as {several[:3]}")


def hold_order(kind: type[Sink], stored: Sequence[Stored], given: Iterable[Item]) -> None:
    """Require that records of one trace were stored, for the first time, in the order in which they were given."""
    arrived = {event_id: place for place, event_id in enumerate(dict.fromkeys(one["event_id"] for one in stored))}
    last: dict[bytes, str] = {}
    for event_id, item in {item.event_id: item for item in given}.items():
        if item.key is None or event_id not in arrived:
            continue
        before = last.get(item.key)
        hold(
            before is None or arrived[before] < arrived[event_id],
            kind,
            f"{event_id} is stored before {before}, which comes earlier in its trace",
        )
        last[item.key] = event_id


def _same(stored: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Tell whether fields are as they were given; a store may keep only some of them."""
    return all(name in given and given[name] == value for name, value in stored.items())
