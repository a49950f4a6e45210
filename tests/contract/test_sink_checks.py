"""Each check of the contract bites: a sink that breaks one rule is told which."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

import pytest
from pydantic import Field

from streams.sinks.base import OK, Batch, BatchBounds, Effect, Item, Marks, Outcome, Result, SinkOptions, Unavailable
from streams.testing import sink_driver, sinks
from streams.testing.items import changed
from streams.testing.memory_sink import AppendingMemorySink, DeduplicatedMemorySink, KeyedMemorySink
from streams.testing.sinks import check_declarations, checks_for
from tests.sinks.memory import MemoryUnderTest

RETRY = Result(Outcome.RETRY)


def with_items(batch: Batch, items: Sequence[Item]) -> Batch:
    return Batch(batch.topic, batch.partition, items, batch.marks, batch.before)


class CallsItselfKeyed(AppendingMemorySink):
    effect = Effect.KEYED


class ForgetsItsMarks(DeduplicatedMemorySink):
    async def take(self, topic: str, partition: int) -> Marks:
        return {}


class MarksThePartitionOnly(DeduplicatedMemorySink):
    """Keeps one position a partition of `enriched`, whatever raw partition it is of."""

    async def take(self, topic: str, partition: int) -> Marks:
        return dict.fromkeys(await super().take(topic, partition), (10**6, -1))


class TakesTheLast(KeyedMemorySink):
    def _upsert(self, items: Sequence[Item]) -> None:
        rows = {item.event_id: item for item in (*self.memory.rows, *items)}
        self.memory.rows[:] = rows.values()


class NeverRewrites(KeyedMemorySink):
    def _upsert(self, items: Sequence[Item]) -> None:
        rows = {item.event_id: item for item in (*items, *self.memory.rows)}
        self.memory.rows[:] = rows.values()


class Reverses(AppendingMemorySink):
    async def write(self, batch: Batch) -> Sequence[Result]:
        return (await super().write(with_items(batch, batch.items[::-1])))[::-1]


class LosesTheLast(AppendingMemorySink):
    async def write(self, batch: Batch) -> Sequence[Result]:
        return [*await super().write(with_items(batch, batch.items[:-1])), OK]


class Shortens(KeyedMemorySink):
    async def write(self, batch: Batch) -> Sequence[Result]:
        return await super().write(with_items(batch, [_shortened(item) for item in batch.items]))


def _shortened(item: Item) -> Item:
    body = item.record["body"]
    return changed(item, body=body[:1_000]) if isinstance(body, str) else item


class RejectsTheNeighbour(AppendingMemorySink):
    async def write(self, batch: Batch) -> Sequence[Result]:
        results = list(await super().write(batch))
        if Outcome.REJECTED in {result.outcome for result in results}:
            results[-1] = Result(Outcome.REJECTED, "beside")
        return results


class RejectsAll(AppendingMemorySink):
    async def write(self, batch: Batch) -> Sequence[Result]:
        return [Result(Outcome.REJECTED, "no")] * len(batch.items)


class TellsTheText(AppendingMemorySink):
    async def write(self, batch: Batch) -> Sequence[Result]:
        results = await super().write(batch)
        pairs = zip(batch.items, results, strict=True)
        return [one if one is OK else Result(one.outcome, f"cannot take {item.record['body']}") for item, one in pairs]


class GivesNoReason(AppendingMemorySink):
    async def write(self, batch: Batch) -> Sequence[Result]:
        return [one._replace(reason="") for one in await super().write(batch)]


class GivesOneResult(AppendingMemorySink):
    async def write(self, batch: Batch) -> Sequence[Result]:
        return (await super().write(batch))[:1]


class Changes(AppendingMemorySink):
    async def write(self, batch: Batch) -> Sequence[Result]:
        for item in batch.items:
            item.record["stored"] = True
        return await super().write(batch)


class SkipsTheFirst(AppendingMemorySink):
    """Stores what stands behind a record that it does not store."""

    async def write(self, batch: Batch) -> Sequence[Result]:
        if len(batch.items) > 1:
            return [RETRY, *await super().write(with_items(batch, batch.items[1:]))]
        return await super().write(batch)


class StoresAPart(DeduplicatedMemorySink):
    async def write(self, batch: Batch) -> Sequence[Result]:
        if len(batch.items) > 1:
            return [*await super().write(with_items(batch, batch.items[:-1])), RETRY]
        return await super().write(batch)


class NeverSettles(AppendingMemorySink):
    async def write(self, batch: Batch) -> Sequence[Result]:
        return [RETRY] * len(batch.items)


class Says(AppendingMemorySink):
    """Gives an answer, where the store gives none."""

    answer: ClassVar[Result] = OK

    async def start(self) -> None:
        pass

    async def write(self, batch: Batch) -> Sequence[Result]:
        try:
            return await super().write(batch)
        except Unavailable:
            return [self.answer] * len(batch.items)


class SaysRejected(Says):
    answer = Result(Outcome.REJECTED, "the store is full")


class Buffers(AppendingMemorySink):
    """Stores a batch when the next one comes, or when it stops."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._kept: list[Batch] = []

    async def write(self, batch: Batch) -> Sequence[Result]:
        await self._flush()
        self._kept.append(batch)
        return [OK] * len(batch.items)

    async def stop(self) -> None:
        await self._flush()

    async def _flush(self) -> None:
        while self._kept:
            await super().write(self._kept.pop())


class DoesNotWaitForIt(DeduplicatedMemorySink):
    """Leaves what it does to a task that goes on when nobody waits any more, as a thread does."""

    async def write(self, batch: Batch) -> Sequence[Result]:
        return await asyncio.shield(self._later(batch))

    async def _later(self, batch: Batch) -> Sequence[Result]:
        for _ in range(50):
            await asyncio.sleep(0)
        return await super().write(batch)


class KeepsItsLock(AppendingMemorySink):
    """Is busy for ever after a write that was given up."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._lock = asyncio.Lock()

    async def write(self, batch: Batch) -> Sequence[Result]:
        await self._lock.acquire()
        results = await super().write(batch)
        self._lock.release()
        return results


class MarksInASecondStep(DeduplicatedMemorySink):
    """The marks are stored only once the answer has come."""

    async def write(self, batch: Batch) -> Sequence[Result]:
        place = batch.topic, batch.partition
        marks = self.memory.marks.get(place, {})
        try:
            return await super().write(batch)
        except Unavailable:
            self.memory.marks[place] = marks
            raise


class AsksForNothing(AppendingMemorySink):
    """Cannot be started a second time."""

    started = False

    async def start(self) -> None:
        if self.started:
            raise RuntimeError("it was started before")
        self.started = True
        await super().start()


BROKEN: list[tuple[type[AppendingMemorySink], str, str]] = [
    (CallsItselfKeyed, "check_replay", "stored more than once"),
    (ForgetsItsMarks, "check_replay", "stored more than once"),
    (MarksThePartitionOnly, "check_replay", "are not stored"),
    (LosesTheLast, "check_replay", "are not stored"),
    (NeverSettles, "check_replay", "does not settle a batch"),
    (GivesOneResult, "check_replay", "1 results for"),
    (Changes, "check_replay", "it changes records"),
    (SkipsTheFirst, "check_replay", "behind a `retry` a record of the same trace is `ok`"),
    (StoresAPart, "check_replay", "stores a part of a batch"),
    (RejectsAll, "check_replay", "are not stored"),
    (TakesTheLast, "check_first_version_stays", "other fields than those given"),
    (NeverRewrites, "check_first_version_stays", "other fields than those given"),
    (Reverses, "check_order", "which comes earlier in its trace"),
    (Shortens, "check_hostile_records", "other fields than those given"),
    (RejectsAll, "check_hostile_records", "rejects a harmless record"),
    (RejectsTheNeighbour, "check_partial_rejection", "where the store refuses"),
    (TellsTheText, "check_partial_rejection", "repeats a record's text"),
    (GivesNoReason, "check_partial_rejection", "rejects without a reason"),
    (Says, "check_unreachable_at_start", "although its store is unreachable"),
    (AsksForNothing, "check_unreachable_at_start", "it was started before"),
    (Says, "check_full", "although its store is full"),
    (SaysRejected, "check_full", "although its store is full"),
    (Buffers, "check_dies_in_the_middle", "were `ok` and are not stored"),
    (Says, "check_dies_in_the_middle", "were `ok` and are not stored"),
    (Buffers, "check_slow", "although its store is silent"),
    (KeepsItsLock, "check_slow", "does not end a write"),
    (DoesNotWaitForIt, "check_stop_while_writing", "stored more than once"),
    (MarksInASecondStep, "check_ambiguous", "stored more than once"),
    (CallsItselfKeyed, "check_ambiguous", "stored more than once"),
    (LosesTheLast, "check_ambiguous", "are not stored"),
]


@pytest.mark.parametrize(("kind", "check", "rule"), BROKEN, ids=[f"{row[1]}-{row[0].__name__}" for row in BROKEN])
async def test_a_broken_sink_is_told_its_rule(
    kind: type[AppendingMemorySink], check: str, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sink_driver, "PATIENCE", 0.1)
    subject = type("BrokenUnderTest", (MemoryUnderTest,), {"kind": kind})
    with pytest.raises((AssertionError, RuntimeError), match=rule):
        await getattr(sinks, check)(subject())


def test_every_check_has_a_sink_that_breaks_it() -> None:
    assert {check.__name__ for check in checks_for(MemoryUnderTest)} == {check for _, check, _ in BROKEN}


async def test_an_ambiguous_check_without_cuts_says_so() -> None:
    class Uncut(MemoryUnderTest):
        def cutter(self) -> Any:
            return type("NoCutter", (), {"cuts": 0, "answered": 0, "cut_after": lambda self, answered: None})()

    with pytest.raises(AssertionError, match="0 of 0 cuts"):
        await sinks.check_ambiguous(Uncut())


class _Odd(SinkOptions):
    size: int = 3


class _Described(SinkOptions):
    size: int = Field(3, description="how many")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        pytest.param({"name": "A Sink"}, "is not small letters", id="name"),
        pytest.param({"effect": "keyed?"}, "is no effect", id="effect"),
        pytest.param({"effect": Effect.DEDUPLICATED}, "only as a subclass of DeduplicatedSink", id="marks"),
        pytest.param({"__doc__": None}, "no docstring", id="docs"),
        pytest.param({"Options": dict}, "no subclass of streams.sinks.base.SinkOptions", id="options"),
        pytest.param({"Options": _Odd}, "the option size has no description", id="description"),
        pytest.param({"batch": BatchBounds(records=0)}, "is no bound of a batch", id="bounds"),
    ],
)
def test_a_sink_that_does_not_say_what_it_is_is_told_so(change: dict[str, Any], rule: str) -> None:
    good = {"__doc__": "Stores.", "Options": _Described}
    check_declarations(type("Good", (AppendingMemorySink,), good))
    with pytest.raises(AssertionError, match=rule):
        check_declarations(type("Odd", (AppendingMemorySink,), good | change))
