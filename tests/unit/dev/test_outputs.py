"""What the demo counts and shows of the two output topics."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
import pytest
from aiokafka import TopicPartition

from streams.dev.outputs import OutputReader, Outputs
from streams.dev.trace_groups import EnrichedFields
from streams.testing import FakeRecord
from streams.types import RawRecord


class RecordingScreen:
    """Remembers what was shown."""

    def __init__(self) -> None:
        self.traces: list[list[str]] = []
        self.records: list[str] = []
        self.dead_letters: list[RawRecord] = []

    def trace(self, records: Sequence[EnrichedFields]) -> None:
        self.traces.append([record["body"] for record in records])

    def record(self, record: EnrichedFields) -> None:
        self.records.append(record["body"])

    def dead_letter(self, letter: RawRecord) -> None:
        self.dead_letters.append(letter)

    def progress(self, produced: int, enriched: int, dead: int) -> None:
        raise AssertionError("outputs don't tell progress")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def screen() -> RecordingScreen:
    return RecordingScreen()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outputs(screen: RecordingScreen, clock: Clock) -> Outputs:
    return Outputs(screen, "dead-letters", clock)


def _enriched(body: str, *, trace_id: str | None = None, dialect: str = "json", offset: int = 0) -> FakeRecord:
    value = orjson.dumps({"dialect": dialect, "trace_id": trace_id, "body": body})
    return FakeRecord(value, offset, topic="enriched")


def _dead(reason: bytes) -> FakeRecord:
    return FakeRecord(b"?", headers=(("weft.dead.reason", reason),), topic="dead-letters")


def test_everything_is_counted_by_dialect_and_reason(outputs: Outputs) -> None:
    for _ in range(100):
        outputs.take(_enriched("x"))
        outputs.take(_enriched("x", dialect="text", trace_id="a"))
    for reason in (b"decode.json", b"decode.empty", b"decode.json"):
        outputs.take(_dead(reason))
    assert outputs.enriched == {"json": 100, "text": 100}
    assert outputs.dead == {"decode.json": 2, "decode.empty": 1}


def test_no_more_is_shown_than_a_person_can_follow(outputs: Outputs, screen: RecordingScreen, clock: Clock) -> None:
    for second in range(10):
        clock.now = float(second)
        for number in range(50):
            outputs.take(_enriched("x"))
            outputs.take(_enriched("x", trace_id=f"{second}-{number}"))
            outputs.take(_dead(b"decode.json"))
        outputs.show_traces()
    at_first, then_a_second = 3, 1
    assert len(screen.records) == len(screen.dead_letters) == at_first + 9 * then_a_second
    assert 9 <= len(screen.traces) <= at_first + 9 * then_a_second


def test_a_trace_is_shown_together_once_it_is_quiet(outputs: Outputs, screen: RecordingScreen, clock: Clock) -> None:
    for body, trace_id in [("a1", "a"), ("b1", "b"), ("a2", "a")]:
        outputs.take(_enriched(body, trace_id=trace_id))
    outputs.show_traces()
    assert screen.traces == []
    clock.now = 1.0
    outputs.show_traces()
    assert screen.traces == [["b1"], ["a1", "a2"]]


def test_at_the_end_traces_are_not_waited_for(outputs: Outputs, screen: RecordingScreen) -> None:
    outputs.take(_enriched("a1", trace_id="a"))
    outputs.show_traces(all_of_them=True)
    assert screen.traces == [["a1"]]


class FakeConsumer:
    """A consumer of one partition; `pause_before` a fetch waits for ever, once."""

    tp = TopicPartition("enriched", 0)

    def __init__(self, records: Iterable[FakeRecord], pause_before: int | None = None) -> None:
        self.records = list(records)
        self.at = 0
        self.pause_before = pause_before
        self.paused = asyncio.Event()

    def assign(self, partitions: Sequence[TopicPartition]) -> None:
        assert list(partitions) == [self.tp]

    def seek(self, tp: TopicPartition, offset: int) -> None:
        self.at = offset

    async def position(self, tp: TopicPartition) -> int:
        return self.at

    async def beginning_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {self.tp: 0}

    async def end_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {self.tp: len(self.records)}

    async def getmany(self, *partitions: TopicPartition, **limits: int) -> dict[TopicPartition, list[FakeRecord]]:
        if self.at == self.pause_before:
            self.pause_before = None
            self.paused.set()
            await asyncio.Event().wait()
        fetched = self.records[self.at : self.at + 2]
        self.at += len(fetched)
        return {self.tp: fetched}


async def test_what_was_written_before_the_run_is_not_counted(outputs: Outputs) -> None:
    consumer: Any = FakeConsumer([_enriched("before")])
    reader = await OutputReader.open(consumer, outputs, [FakeConsumer.tp])
    consumer.records += [_enriched("in the run", offset=1)]
    assert await reader.catch_up() == 1
    assert outputs.enriched.total() == 1


async def test_a_reader_that_was_cancelled_goes_on_without_counting_twice(outputs: Outputs) -> None:
    consumer: Any = FakeConsumer([], pause_before=4)
    reader = await OutputReader.open(consumer, outputs, [FakeConsumer.tp])
    consumer.records += [_enriched(str(offset), offset=offset) for offset in range(7)]
    following = asyncio.create_task(reader.follow())
    await asyncio.wait_for(consumer.paused.wait(), 5)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert await reader.catch_up() == 3
    assert outputs.enriched.total() == 7
