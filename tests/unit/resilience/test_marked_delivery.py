"""Delivery to a store that only appends: whatever fails and wherever it is given up, each record is there once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from streams.resilience.deduplication import Deduplication, batch_of
from streams.resilience.parcel import Delivered
from streams.sinks.base import Batch, DeduplicatedSink, Item, Marks, Refused, Result, Unavailable
from streams.testing.items import TOPIC, make_items
from streams.testing.memory_sink import DeduplicatedMemorySink, MemoryStore
from streams.testing.outside import ManualClock
from tests.fickle import Fickle
from tests.virtual_time import in_virtual_time

ITEMS = make_items(24)


class Script:
    """How the next writes end: well, refused, unanswered before, or unanswered after they were done."""

    def __init__(self, store: MemoryStore, draws: list[int]) -> None:
        self._store = store
        self._draws = draws

    def __call__(self, items: Sequence[Item]) -> None:
        kind = self._draws.pop() % 5 if self._draws else 4
        if kind == 0:
            raise Unavailable("away")
        if kind == 1:
            raise Refused("something")
        if kind == 2:
            self._store.cut_after(0)


def life(store: MemoryStore, draws: list[int]) -> Fickle:
    """Begin a life of the sink on a store."""
    clock = ManualClock()
    fickle = Fickle(DeduplicatedMemorySink, clock=clock, sleep=clock.sleep, store=store)
    fickle.behave = Script(store, draws)
    return fickle


@given(
    st.lists(st.integers(0, 1_000), max_size=40),
    st.lists(st.integers(0, 150), max_size=4),
    st.integers(1, 24),
    st.sets(st.integers(0, 23), max_size=4),
)
async def test_each_record_is_stored_once_or_buried_in_all_lives_together(
    draws: list[int], ends: list[int], size: int, bad: set[int]
) -> None:
    store, buried = MemoryStore(), set[str]()
    store.refuses = lambda item: item.offset in bad
    for turns in (*ends, None):
        fickle = life(store, draws)
        reading = asyncio.create_task(_read(fickle, size, buried))
        for _ in range(turns or 0):
            await asyncio.sleep(0)
        if turns is not None:
            reading.cancel()
        await asyncio.wait([reading])
    reading.result()
    stored = [item.event_id for item in store.rows]
    assert sorted(stored) == sorted(set(stored))
    assert {item.event_id for item in ITEMS} == buried | set(stored)
    for key in {item.key for item in ITEMS if item.key}:
        mine = [item.event_id for item in store.rows if item.key == key]
        assert mine == [item.event_id for item in ITEMS if item.key == key and item.event_id in mine]


async def _read(fickle: Fickle, size: int, buried: set[str]) -> None:
    """Deliver everything from the beginning, past the filter, as a reader does whose offsets were not committed."""

    async def bury(item: Item, delivered: Delivered) -> None:
        await asyncio.sleep(0)
        buried.add(item.event_id)

    sink = fickle.sink
    assert isinstance(sink, DeduplicatedSink)
    marks: Marks = await sink.take(TOPIC, 0)
    known = Deduplication(marks)
    for start in range(0, len(ITEMS), size):
        items = [item for item in ITEMS[start : start + size] if known.is_new(item)]
        if items:
            await fickle.deliver_marked(items, marks, bury)
            marks = batch_of(TOPIC, 0, items, marks).marks


async def test_marks_are_never_ahead_of_what_is_stored_or_rejected() -> None:
    """The fourth and the ninth are refused, without a name: each half has the marks of its own end."""
    bad = {ITEMS[4].event_id, ITEMS[9].event_id}
    seen: list[tuple[Marks, set[str]]] = []

    class Watched(DeduplicatedMemorySink):
        async def write(self, batch: Batch) -> Sequence[Result]:
            results = await super().write(batch)
            seen.append((batch.marks, {item.event_id for item in self.memory.rows}))
            return results

    fickle = Fickle(Watched)
    fickle.store.tells = False
    fickle.store.refuses = lambda item: item.event_id in bad
    await fickle.deliver_marked(ITEMS, {})
    assert len(seen) > 2
    for marks, stored in seen:
        passed = [item.event_id for item in ITEMS if not Deduplication(marks).is_new(item)]
        assert set(passed) <= stored | bad


@in_virtual_time
async def test_nothing_behind_a_dead_record_is_written_before_it_is_buried() -> None:
    fickle = Fickle(DeduplicatedMemorySink)
    fickle.store.refuses = lambda item: item.offset == 5
    safe = asyncio.Event()

    async def bury(item: Item, delivered: Delivered) -> None:
        assert (item, delivered) == (ITEMS[5], Delivered("sink.rejected", "the store refused it"))
        await safe.wait()

    delivering = asyncio.create_task(fickle.deliver_marked(ITEMS, {}, bury))
    await asyncio.sleep(60)
    assert (fickle.stored, fickle.store.marks) == ([], {})
    safe.set()
    assert [one.dead for one in await delivering] == [""] * 5 + ["sink.rejected"] + [""] * 18


async def test_marks_stand_behind_a_dead_record_at_the_end_of_a_batch() -> None:
    fickle = Fickle(DeduplicatedMemorySink)
    fickle.store.refuses = lambda item: item.offset == 23
    await fickle.deliver_marked(ITEMS, {})
    assert fickle.store.marks[TOPIC, 0] == batch_of(TOPIC, 0, ITEMS, {}).marks
