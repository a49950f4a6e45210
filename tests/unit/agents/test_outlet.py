"""What is known of a store: when it counts as unavailable, why, since when, and what was counted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from streams.agents.outlet import Outlet
from streams.agents.slots import Slots
from streams.metrics import Metrics
from streams.resilience.attempts import Attempt
from streams.settings_sinks import SinkEntry
from streams.sinks.base import Batch, BatchBounds, Place, SinkOptions
from streams.testing.items import make_items
from streams.testing.memory_sink import KeyedMemorySink, MemoryStore
from streams.testing.outside import ManualClock


class Scene:
    """An outlet whose time a test moves."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.clock = ManualClock()
        self.metrics = Metrics()
        sink = KeyedMemorySink(SinkOptions(), Place(name="memory", directory=Path()), self.store)
        entry = SinkEntry.model_validate({"retry": {"first_seconds": 0.001, "longest_seconds": 0.001}})
        self.outlet = Outlet(
            sink, entry, BatchBounds(), self.metrics, enriched_topic="e", congested=bool, clock=self.clock
        )

    def attempt(self, *, settled: bool) -> None:
        self.outlet._observe(Attempt(10, self.clock(), self.clock(), settled))


@pytest.fixture
async def scene() -> Scene:
    here = Scene()
    await here.outlet.start()
    return here


async def test_a_store_is_unavailable_after_five_seconds_without_success(scene: Scene) -> None:
    scene.outlet._attempts.trouble = "it is away"
    scene.attempt(settled=False)
    scene.clock.advance(4.9)
    assert scene.outlet.look() is None
    scene.clock.advance(0.2)
    assert scene.outlet.look() == "it is away"
    scene.clock.advance(3)
    scene.outlet.look()
    status = scene.outlet.status()
    assert (status.unavailable, status.unavailable_seconds, status.retries) == ("it is away", pytest.approx(8.1), 1)

    scene.attempt(settled=True)
    assert scene.outlet.look() is None
    assert scene.outlet.status().unavailable_seconds == 0


@pytest.mark.parametrize("attempt", ["refused", "suspect"])
async def test_what_tells_nothing_bad_of_the_store_does_not_make_it_unavailable(scene: Scene, attempt: str) -> None:
    """A record that is refused, and one that fails alone while others do not."""
    scene.store.tells, scene.store.refuses = False, lambda item: True
    if attempt == "refused":
        scene.outlet._attempts.trouble = "it was away before"
        await scene.outlet.deliver(Batch("e", 0, make_items(1)))
    else:
        scene.outlet._attempts.trouble = "this record fails"
        scene.outlet._observe(Attempt(1, 0, 0, settled=False, suspect=True))
    scene.clock.advance(10)
    assert scene.outlet.look() is None


async def test_a_store_that_answered_one_probe_is_there_though_no_other_record_comes(scene: Scene) -> None:
    """The breaker wants two; on a quiet topic the second may be hours away."""
    scene.store.become("unreachable")
    delivering = asyncio.create_task(scene.outlet.deliver(Batch("e", 0, make_items(1))))
    async with asyncio.timeout(5):
        while scene.outlet.status().breaker != "open":  # noqa: ASYNC110 - a status is no event
            await asyncio.sleep(0.001)
    assert scene.outlet.look() is not None
    scene.store.become("well")
    scene.clock.advance(60)
    scene.outlet._attempts.breaker._wake()
    await asyncio.wait_for(delivering, 5)
    assert scene.outlet.status().breaker == "half_open"
    assert scene.outlet.look() is None


async def test_one_success_in_between_is_enough(scene: Scene) -> None:
    for _ in range(5):
        scene.attempt(settled=False)
        scene.clock.advance(4)
        scene.attempt(settled=True)
    assert scene.outlet.look() is None


async def test_an_isolated_store_is_unavailable_until_it_is_reset(scene: Scene) -> None:
    scene.outlet.delivery.isolate()
    assert scene.outlet.look() == "isolated by an operator"
    assert scene.outlet.status().breaker == "isolated"
    scene.outlet.delivery.reset()
    assert scene.outlet.look() is None


async def test_a_start_is_tried_until_the_store_answers() -> None:
    scene = Scene()
    scene.store.become("unreachable")
    starting = asyncio.create_task(scene.outlet.start())
    async with asyncio.timeout(5):
        while scene.outlet.look() is None:  # noqa: ASYNC110 - a look is no event
            await asyncio.sleep(0.001)
    assert scene.outlet.look() == "the store is unreachable"
    assert not scene.outlet.started

    scene.store.become("well")
    await asyncio.wait_for(starting, 5)
    assert scene.outlet.started
    assert scene.outlet.look() is None


async def test_a_start_that_does_not_end_is_told() -> None:
    scene = Scene()
    scene.store.become("silent")
    starting = asyncio.create_task(scene.outlet.start())
    await asyncio.sleep(0)
    assert scene.outlet.look() is None
    scene.clock.advance(6)
    assert scene.outlet.look() == "its start is not over"
    assert scene.outlet.status().unavailable_seconds == 6

    scene.store.become("well")
    await asyncio.wait_for(starting, 5)
    assert scene.outlet.look() is None


async def test_writes_are_measured(scene: Scene) -> None:
    items = make_items(20)
    await scene.outlet.deliver(Batch("e", 0, items))

    def sample(name: str, **labels: str) -> Any:
        return scene.metrics.registry.get_sample_value(name, {"sink": "memory", **labels})

    assert sample("weft_sink_batch_records_sum") == 20
    assert sample("weft_sink_write_seconds_count", result="ok") == 1
    assert sample("weft_sink_write_seconds_count", result="failed") is None


async def test_no_more_slots_are_taken_than_there_are_now() -> None:
    limit, inside, most = 3, 0, []
    slots, gate = Slots(lambda: limit), asyncio.Event()

    async def work() -> None:
        nonlocal inside
        async with slots.slot():
            inside += 1
            most.append(inside)
            try:
                await gate.wait()
            finally:
                inside -= 1

    tasks = [asyncio.create_task(work()) for _ in range(10)]
    for _ in range(5):
        await asyncio.sleep(0)
    assert inside == 3
    tasks[0].cancel()
    limit = 1
    gate.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert max(most) == 3
    assert most[-1] == 1
