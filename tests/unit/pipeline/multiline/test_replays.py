"""However records are split into chunks, wherever a worker dies, whenever it cuts: one outcome, and balanced books."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import event, given, settings
from hypothesis import strategies as st

from streams.pipeline import Pipeline
from streams.testing import NOON, FakeRecord
from streams.types import Chunk, Counts, Outcome, PartitionState
from tests.joined import TOPIC, joining_pipeline, outcomes

BOUNDS = {
    "event_lines": 3,
    "event_bytes": 1_024,
    "event_milliseconds": 6,
    "chain_records": 6,
    "chain_bytes": 1_500,
    "chain_milliseconds": 9,
}
SMALL_PARTS = {"part_bytes": 1}
PIPELINE = joining_pipeline(**BOUNDS)
PIPELINE_OF_SMALL_PARTS = joining_pipeline(flow=SMALL_PARTS, **BOUNDS)


def docker(log: str, stream: str) -> bytes:
    return json.dumps({"log": log, "stream": stream, "time": "2026-11-24T12:00:00Z"}).encode()


VALUES = st.sampled_from(
    [
        b"2026-11-24 12:00:00 ERROR it failed",
        b"java.lang.IllegalStateException: no stock",
        b"\tat shop.Main.main(Main.java:3)",
        b"\tat " + b"x" * 600,
        b"Caused by: java.lang.Error",
        b"Traceback (most recent call last):",
        b"KeyError: 'tea'",
        b"panic: nothing left",
        b"goroutine 1 [running]:",
        b"plain",
        b"",
        b"",
        None,
        b'{"message":"hello"}',
        b'[{"message":"a"},{"message":"b"}]',
        b"\x00binary",
        docker("half ", "stdout"),
        docker("\tat whole\n", "stdout"),
        docker("\n", "stdout"),
        docker("other ", "stderr"),
        docker('{"message":', "stdout"),
        docker('"hello"}\n', "stdout"),
        b"2026-11-24T12:00:00.000Z stdout P part ",
        b"2026-11-24T12:00:00.000Z stdout F whole",
    ]
)
KEYS = st.sampled_from([None, b"a", b"b"])
HEADERS = st.sampled_from([(), (), (), (("weft-dialect", b"json"),), (("weft-dialect", b"logfmt"),)])


@dataclass
class Log:
    """A partition's records, those that Kafka's client cannot read, and the ends at which nothing more was to come."""

    records: list[FakeRecord]
    undecodable: dict[int, str]
    cuts: list[int]
    end: int

    def chunk(self, start: int, end: int, state: PartitionState) -> Chunk:
        records = [record for record in self.records if start <= record.offset < end]
        bad = {
            record.offset: self.undecodable[record.offset] for record in records if record.offset in self.undecodable
        }
        return Chunk(TOPIC, 0, records, end, state, bad)


@st.composite
def logs(draw: st.DrawFn) -> Log:
    records, offset, now = [], 0, NOON
    for _ in range(draw(st.integers(1, 16))):
        offset += draw(st.sampled_from([1, 1, 1, 1, 3]))
        now += draw(st.sampled_from([0, 0, 1, 1, 4, 12, -5]))
        records.append(FakeRecord(draw(VALUES), offset, draw(KEYS), draw(HEADERS), now))
    end = offset + draw(st.sampled_from([1, 1, 3]))
    bad = draw(st.sets(st.sampled_from([record.offset for record in records]), max_size=1))
    cuts = draw(st.sets(st.integers(1, end - 1) if end > 1 else st.nothing(), max_size=3))
    return Log(records, dict.fromkeys(bad, "a broken header"), [*sorted(cuts), end], end)


@dataclass
class Worker:
    """What the runtime does with a partition: its commits survive a death, all else does not."""

    log: Log
    pipeline: Pipeline
    committed: int = 0
    committed_cut: int | None = None
    committed_counts: Counts = field(default_factory=Counts)
    published: list[tuple[str, bytes]] = field(default_factory=list)
    dead: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.state = PartitionState(TOPIC, 0, self.committed_cut)
        self.position = self.complete = self.committed
        self.counts = Counts()
        self.counts.add(self.committed_counts)

    def take(self, end: int, most_parts: int | None = None) -> None:
        """Process up to an offset and publish, but no more than some parts of it."""
        chunk = self.log.chunk(self.position, end, self.state)
        for outcome in outcomes(self.pipeline, chunk)[:most_parts]:
            self._publish(outcome)
        self.position = end

    def _publish(self, outcome: Outcome) -> None:
        before, self.complete = self.complete, outcome.complete_through + 1
        assert before <= self.complete
        consumed = [record for record in self.log.records if before <= record.offset < self.complete]
        outcome.counts.consumed = len(consumed)
        assert outcome.counts.balance == 0
        self.counts.add(outcome.counts)
        self.published += [(json.loads(value)["event_id"], value) for value in outcome.values]
        self.dead += [(letter.raw.offset, letter.reason) for letter in outcome.dead]

    def commit(self) -> None:
        self.committed = self.complete
        self.committed_counts = Counts()
        self.committed_counts.add(self.counts)
        if self.committed_cut is not None and self.committed_cut <= self.committed:
            self.committed_cut = None

    def cut(self) -> None:
        """Decide that what is open is over, and commit that before anything is done about it."""
        self.commit()
        if self.committed_cut is None and self.committed < self.position:
            self.state.cut = self.committed_cut = self.position


def run_at_once(log: Log) -> Worker:
    """Process as much as possible at a time, with nothing going wrong."""
    worker = Worker(log, PIPELINE)
    for cut in log.cuts:
        worker.take(cut)
        worker.cut()
        worker.take(cut)
    worker.commit()
    return worker


@given(logs(), st.data(), st.sampled_from([PIPELINE, PIPELINE_OF_SMALL_PARTS]))
@settings(max_examples=250)
def test_the_same_bytes_whatever_happens(log: Log, data: st.DataObject, pipeline: Pipeline) -> None:
    expected = run_at_once(log)
    worker, deaths, decided = Worker(log, pipeline), data.draw(st.integers(0, 4), label="deaths"), 0
    while decided < len(log.cuts):
        visible = log.cuts[decided]
        if worker.position >= visible:
            worker.cut()
            decided += 1
            fate = data.draw(st.sampled_from(["live", "die"]), label="with a cut that was not obeyed")
        else:
            parts = data.draw(st.sampled_from([None, None, 1, 2]) if deaths else st.none(), label="parts published")
            worker.take(data.draw(st.integers(worker.position + 1, visible), label="end of a chunk"), parts)
            fate = data.draw(st.sampled_from(["live", "commit", "die", "commit and die"]), label="then")
            fate = "commit and die" if parts else fate
        if "commit" in fate:
            worker.commit()
        if "die" in fate and deaths:
            deaths -= 1
            worker.restart()
    worker.take(log.end)
    worker.commit()

    event(f"replays: {len(worker.published) > len(expected.published)}")
    assert worker.complete == log.end
    assert dict(worker.published) == dict(expected.published)
    assert set(worker.published) == set(expected.published)
    assert set(worker.dead) == set(expected.dead)
    assert worker.committed_counts == expected.committed_counts
    assert worker.committed_counts.consumed == len(log.records)


@given(logs())
@settings(max_examples=60)
def test_first_offsets_ascend_and_every_record_has_its_place(log: Log) -> None:
    worker = run_at_once(log)
    offsets = [json.loads(value)["source"]["offset"] for _, value in worker.published]

    assert offsets == sorted(offsets)
    counts = worker.committed_counts
    assert (counts.balance, counts.consumed) == (0, len(log.records))


@given(st.lists(VALUES, max_size=12), st.integers(1, 12))
@settings(max_examples=60)
def test_a_chunk_of_each_size_gives_the_same(values: Sequence[bytes | None], size: int) -> None:
    records = [FakeRecord(value, offset) for offset, value in enumerate(values)]
    log = Log(records, {}, [len(values)] if values else [], len(values))
    worker = Worker(log, PIPELINE)
    for start in range(0, len(values), size):
        worker.take(min(start + size, len(values)))
    worker.cut()
    worker.take(log.end)

    assert worker.published == run_at_once(log).published
