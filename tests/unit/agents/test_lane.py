"""A lane: when a batch is written, what is settled then, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from streams.agents.lane import Lane
from streams.agents.outlet import Outlet
from streams.agents.settling import Settling
from streams.errors import TemporaryError
from streams.kafka.assignment import Assignment
from streams.metrics import Metrics
from streams.settings_sinks import SinkEntry
from streams.sinks.base import Batch, BatchBounds, Place, SinkOptions
from streams.testing.items import make_items
from streams.testing.memory_sink import DeduplicatedMemorySink, KeyedMemorySink, MemoryStore
from streams.types import Counts, Outcome

ITEMS = make_items(100)
FOR_EVER = 3_600.0


class Scene:
    """A lane on a store in memory; what is settled is acknowledged at once."""

    def __init__(self, assignment: Assignment, kind: type[KeyedMemorySink], **bounds: float) -> None:
        self.store = MemoryStore()
        self.assignment = assignment
        self.batches: list[int] = []
        self.outcomes: list[Outcome] = []
        self.congested = False
        self.acknowledges = True
        self._unacknowledged: list[Callable[[], None]] = []
        self.given_back: list[Assignment] = []
        put = self.store.store
        self.store.store = lambda batch, how: (self.batches.append(len(batch.items)), put(batch, how))[1]  # type: ignore[method-assign]
        metrics = Metrics()
        self.outlet = Outlet(
            kind(SinkOptions(), Place(name="memory", directory=Path()), self.store),
            SinkEntry(),
            BatchBounds()._replace(**{"records": 10, "seconds": FOR_EVER, **bounds}),
            metrics,
            enriched_topic="enriched",
            congested=lambda: self.congested,
        )
        ownership: Any = SimpleNamespace(
            settled=asyncio.Event(), command="weft sink memory", give_back=self.given_back.extend, hold=self._hold
        )
        publisher: Any = SimpleNamespace(publish=self._publish)
        self.lane = Lane(assignment, self.outlet, Settling(ownership, publisher, metrics))
        assignment.work = self.lane

    def _publish(self, outcome: Outcome, bundle: Any, partition: int, settled: Callable[[], None]) -> None:
        self.outcomes.append(outcome)
        self._unacknowledged.append(settled)
        if self.acknowledges:
            self.acknowledge()

    def acknowledge(self) -> None:
        """Acknowledge what was published, and from now on everything."""
        self.acknowledges = True
        while self._unacknowledged:
            self._unacknowledged.pop(0)()

    def _hold(self, assignment: Assignment, reason: Any, explanation: str) -> None:
        assignment.holds[reason] = explanation

    @property
    def stored(self) -> list[str]:
        return [row.event_id for row in self.store.rows]


@pytest.fixture
async def scene(make_assignment: Any) -> Any:
    scenes: list[Scene] = []

    def make(kind: Any = KeyedMemorySink, guard: dict[str, int] | None = None, **bounds: float) -> Scene:
        scenes.append(Scene(make_assignment(**(guard or {})), kind, **bounds))
        return scenes[-1]

    yield make
    for one in scenes:
        if not one.lane.task.done():
            await one.lane.abandon()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - any condition, not only an event
            await asyncio.sleep(0.001)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def values(start: int, end: int) -> list[bytes]:
    return [item.value for item in ITEMS[start:end]]


async def test_a_full_batch_is_written_at_once_and_the_rest_waits(scene: Any, make_chunk: Any) -> None:
    here = scene()
    here.lane.put(make_chunk(values(0, 25), here.assignment))
    await until(lambda: len(here.store.rows) == 20)
    await settle()

    assert here.batches == [10, 10]
    assert here.assignment.tracker.prefix == 20
    assert here.lane.bytes == sum(map(len, values(20, 25)))


@pytest.mark.parametrize("why", ["old enough", "no room for more", "nothing more comes"])
async def test_a_batch_that_is_not_full_is_written_when_waiting_is_over(scene: Any, make_chunk: Any, why: str) -> None:
    here = scene(seconds=0.05 if why == "old enough" else FOR_EVER)
    here.lane.put(make_chunk(values(0, 3), here.assignment))
    await settle()
    assert here.batches == []
    if why == "no room for more":
        here.congested = True
        here.lane.look()
    elif why == "nothing more comes":
        here.lane.hurry()
    await until(lambda: here.batches == [3])


async def test_offsets_without_records_are_settled_too(scene: Any, make_chunk: Any) -> None:
    here = scene()
    here.lane.put(make_chunk(values(0, 2), here.assignment, end=5))
    here.lane.hurry()
    await until(lambda: here.assignment.tracker.prefix == 5)
    here.lane.put(make_chunk([], here.assignment, end=9))
    await until(lambda: here.assignment.tracker.idle)

    assert here.assignment.tracker.prefix == 9
    assert here.assignment.tracker.counts == Counts(consumed=2, enriched=2)


async def test_every_record_has_its_outcome(scene: Any, make_chunk: Any) -> None:
    here = scene(DeduplicatedMemorySink)
    here.store.refuses = lambda item: item.event_id == ITEMS[1].event_id
    replays = [*values(0, 3), *values(0, 3), b"no record"]
    here.lane.put(make_chunk(replays, here.assignment))
    here.lane.hurry()
    await until(lambda: here.assignment.tracker.idle)

    assert here.assignment.tracker.counts == Counts(consumed=7, enriched=2, dead=2, sampled=3)
    letters = [
        (letter.raw.offset, letter.reason, letter.sink, letter.event_id) for one in here.outcomes for letter in one.dead
    ]
    assert letters == [(1, "sink.rejected", "memory", ITEMS[1].event_id), (6, "schema.invalid", "memory", None)]
    status = here.outlet.status()
    assert (status.stored, status.rejected, status.filtered) == (2, 2, 3)


async def test_marks_pass_a_dead_record_only_once_its_letter_is_acknowledged(scene: Any, make_chunk: Any) -> None:
    here = scene(DeduplicatedMemorySink)
    here.store.refuses = lambda item: item.event_id == ITEMS[1].event_id
    here.acknowledges = False
    here.lane.put(make_chunk(values(0, 3), here.assignment))
    here.lane.hurry()
    await until(lambda: here.outcomes)
    await settle()
    assert (here.stored, here.store.marks, here.assignment.tracker.prefix) == ([], {}, 0)

    here.acknowledge()
    await until(lambda: here.assignment.tracker.idle)
    assert here.stored == [ITEMS[0].event_id, ITEMS[2].event_id]


async def test_a_redriven_record_is_not_filtered(make_assignment: Any, make_chunk: Any) -> None:
    assignment = make_assignment(topic="redrive-memory")
    here = Scene(assignment, DeduplicatedMemorySink)
    here.store.marks["redrive-memory", 0] = {("raw-checks", 0): (1_000, -1)}
    here.lane.put(make_chunk(values(0, 1), assignment))
    here.lane.hurry()
    await until(lambda: assignment.tracker.idle)
    await here.lane.abandon()

    assert here.stored == [ITEMS[0].event_id]


async def test_what_waits_behind_a_dead_letter_is_bounded_until_that_is_acknowledged(
    scene: Any, make_chunk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = scene()
    waiting: list[Callable[[], None]] = []

    def publish(outcome: Outcome, bundle: Any, partition: int, settled: Callable[[], None]) -> None:
        bundle.pending = len(outcome.dead)
        (waiting.append(lambda: (setattr(bundle, "pending", 0), settled())[1]) if outcome.dead else settled())

    monkeypatch.setattr(here.lane._settling._publisher, "publish", publish)
    here.store.refuses = lambda item: item.event_id == ITEMS[0].event_id
    here.lane.put(make_chunk(values(0, 70), here.assignment))
    await until(lambda: len(here.batches) == 7)
    assert here.lane.has_room
    assert here.assignment.tracker.prefix == 0

    here.lane.put(make_chunk(values(70, 80), here.assignment))
    await until(lambda: len(here.batches) == 8)
    await settle()
    assert here.lane.bytes == sum(map(len, values(0, 80)))
    assert not here.lane.has_room

    waiting.pop()()
    assert here.assignment.tracker.prefix == 80
    assert here.lane.bytes == 0
    assert here.lane.has_room


async def test_an_abandoned_write_ends_and_nothing_of_it_is_settled(scene: Any, make_chunk: Any) -> None:
    here = scene()
    here.store.become("silent")
    here.lane.put(make_chunk(values(0, 15), here.assignment))
    await settle()
    assert here.lane.bytes > 0

    await here.lane.abandon()

    assert here.lane.task.done()
    assert here.lane.bytes == 0
    assert here.assignment.tracker.prefix == 0


async def test_a_write_that_does_not_end_is_told(scene: Any, make_chunk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.agents.lane._END_SECONDS", 0.01)
    here, stubborn = scene(), asyncio.Event()

    async def write(batch: Batch) -> Any:
        while not stubborn.is_set():
            try:
                await stubborn.wait()
            except asyncio.CancelledError:
                continue
        raise asyncio.CancelledError

    monkeypatch.setattr(here.outlet.sink, "write", write)
    here.lane.put(make_chunk(values(0, 10), here.assignment))
    await settle()
    with pytest.raises(TemporaryError, match="enriched-0"):
        await here.lane.abandon()
    stubborn.set()
    await asyncio.wait([here.lane.task])


async def test_a_flood_pauses_the_partition_and_forgets_what_was_gathered(scene: Any, make_chunk: Any) -> None:
    here = scene(guard={"dead_run": 10})
    here.store.refuses = lambda item: True
    here.lane.put(make_chunk(values(0, 35), here.assignment))
    await until(lambda: "flood" in here.assignment.holds)
    await settle()

    assert here.given_back == [here.assignment]
    assert here.lane.bytes == 0
    assert here.batches == [10]
    assert "`weft sink memory --resume-partition enriched:0`" in here.assignment.holds["flood"]


async def test_waiting_for_a_batch_to_fill_is_a_sign_of_life(scene: Any, make_chunk: Any) -> None:
    here = scene()
    here.lane.put(make_chunk(values(0, 3), here.assignment))
    loop_time = asyncio.get_running_loop().time()
    assert here.lane.heard > loop_time + FOR_EVER / 2
