"""A try at writing: what an earlier one without an answer has stored is not stored again."""

from __future__ import annotations

import asyncio

import pytest

from streams.resilience.deduplication import batch_of
from streams.resilience.writer import Writer
from streams.sinks.base import OK, Marks, Refused, Unavailable
from streams.testing.items import TOPIC, make_items
from streams.testing.memory_sink import DeduplicatedMemorySink, KeyedMemorySink, MemoryStore


class Counted(DeduplicatedMemorySink):
    """Counts how often its marks are asked for."""

    taken = 0

    async def take(self, topic: str, partition: int) -> Marks:
        self.taken += 1
        return await super().take(topic, partition)


ITEMS = make_items(12)
BATCH = batch_of(TOPIC, 0, ITEMS, {})


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


async def test_what_was_stored_without_an_answer_is_not_stored_again(store: MemoryStore) -> None:
    sink = Counted(store=store)
    writer = Writer(sink)
    store.cut_after(0)
    with pytest.raises(Unavailable):
        await writer.write(BATCH)
    assert await writer.write(BATCH) == [OK] * 12
    await writer.write(batch_of(TOPIC, 0, make_items(20)[12:], BATCH.marks))
    assert [item.event_id for item in store.rows] == [item.event_id for item in make_items(20)]
    assert sink.taken == 1


async def test_of_what_was_stored_in_part_the_rest_is_stored(store: MemoryStore) -> None:
    writer = Writer(Counted(store=store))
    store.cut_after(0)
    with pytest.raises(Unavailable):
        await writer.write(batch_of(TOPIC, 0, ITEMS[:5], {}))
    assert await writer.write(BATCH) == [OK] * 12
    assert [item.event_id for item in store.rows] == [item.event_id for item in ITEMS]
    assert store.marks[TOPIC, 0] == BATCH.marks


async def test_a_write_that_was_given_up_may_have_stored_as_well(store: MemoryStore) -> None:
    sink = Counted(store=store)
    writer = Writer(sink)
    store.become("silent")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await writer.write(BATCH)
    store.become("well")
    assert await writer.write(BATCH) == [OK] * 12
    assert (len(store.rows), sink.taken) == (12, 1)


async def test_nobody_is_asked_after_an_answer(store: MemoryStore) -> None:
    sink = Counted(store=store)
    writer = Writer(sink)
    store.tells = False
    store.refuses = lambda item: True
    with pytest.raises(Refused):
        await writer.write(BATCH)
    store.refuses = lambda item: False
    await writer.write(BATCH)
    await writer.write(batch_of(TOPIC, 0, make_items(20)[12:], BATCH.marks))
    assert sink.taken == 0


async def test_other_sinks_are_simply_written_to_again(store: MemoryStore) -> None:
    writer = Writer(KeyedMemorySink(store=store))
    store.cut_after(0)
    with pytest.raises(Unavailable):
        await writer.write(BATCH)
    assert await writer.write(BATCH) == [OK] * 12
    assert len(store.rows) == 12
