"""A sink's agent: a lane for each assignment, nothing for what was given back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from streams.agents.deliver import Deliverer
from streams.agents.outlet import Outlet
from streams.agents.settling import Settling
from streams.metrics import Metrics
from streams.settings_sinks import SinkEntry
from streams.sinks.base import BatchBounds, Place, SinkOptions
from streams.testing.items import make_items
from streams.testing.memory_sink import KeyedMemorySink, MemoryStore

VALUES = [item.value for item in make_items(10)]


class Scene:
    """A deliverer whose batches are full at ten records."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.congested = False
        self.failures: list[BaseException] = []
        sink = KeyedMemorySink(SinkOptions(), Place(name="memory", directory=Path()), self.store)
        bounds = BatchBounds(records=10, seconds=3_600)
        outlet = Outlet(
            sink, SinkEntry(), bounds, Metrics(), enriched_topic="enriched", congested=lambda: self.congested
        )
        ownership: Any = SimpleNamespace(settled=asyncio.Event(), command="")
        publisher: Any = SimpleNamespace(publish=lambda outcome, bundle, partition, settled: settled())
        self.deliverer = Deliverer(outlet, Settling(ownership, publisher, Metrics()), self.failures.append)


@pytest.fixture
async def scene() -> Any:
    here = Scene()
    yield here
    for lane in here.deliverer._lanes.values():
        await lane.abandon()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_each_partition_has_a_lane_of_its_own_that_ends_with_its_assignment(
    scene: Scene, make_assignment: Any, make_chunk: Any
) -> None:
    one, other = make_assignment(0), make_assignment(1)
    for assignment in (one, other):
        scene.deliverer.take(make_chunk(VALUES[:5], assignment))
    assert one.work is not None
    assert one.work is not other.work
    assert scene.deliverer.bytes == 2 * sum(map(len, VALUES[:5]))

    one.active = False
    await one.work.abandon()
    again = make_assignment(0)
    scene.deliverer.take(make_chunk(VALUES[:5], again))

    assert again.work is not one.work
    assert set(scene.deliverer._lanes) == {other, again}


@pytest.mark.parametrize("lost", ["revoked", "given back"])
async def test_what_was_given_back_is_left_alone(
    scene: Scene, make_assignment: Any, make_chunk: Any, lost: str
) -> None:
    assignment = make_assignment()
    chunk = make_chunk(VALUES, assignment)
    if lost == "revoked":
        assignment.active = False
    else:
        assignment.rewind()
    scene.deliverer.take(chunk)
    await settle()

    assert scene.deliverer.bytes == 0
    assert scene.store.rows == []


async def test_a_partition_has_room_for_one_batch_behind_the_one_that_is_written(
    scene: Scene, make_assignment: Any, make_chunk: Any
) -> None:
    scene.store.become("silent")
    assignment = make_assignment()
    assert scene.deliverer.has_room(assignment)
    for expected in (True, True, False):
        scene.deliverer.take(make_chunk(VALUES, assignment))
        await settle()
        assert scene.deliverer.has_room(assignment) is expected


async def test_when_nothing_more_is_fetched_every_lane_writes_what_it_has(
    scene: Scene, make_assignment: Any, make_chunk: Any
) -> None:
    scene.deliverer.take(make_chunk(VALUES[:3], make_assignment(0)))
    await settle()
    assert scene.store.rows == []
    scene.congested = True
    scene.deliverer.take(make_chunk(VALUES[3:5], make_assignment(1)))
    await settle()
    assert len(scene.store.rows) == 5


async def test_what_goes_wrong_in_a_lane_is_reported(scene: Scene, make_assignment: Any, make_chunk: Any) -> None:
    assignment = make_assignment()
    chunk = make_chunk(VALUES, assignment)
    assignment.tracker.rewind()  # as if the records had never been registered
    scene.deliverer.take(chunk)
    await settle()

    assert [type(failure).__name__ for failure in scene.failures] == ["UnexpectedState"]
    assert scene.deliverer.writes is False


async def test_a_lane_that_runs_may_write(scene: Scene, make_assignment: Any, make_chunk: Any) -> None:
    scene.store.become("silent")
    assignment = make_assignment()
    scene.deliverer.take(make_chunk(VALUES, assignment))
    await settle()
    assert scene.deliverer.writes
    assert assignment.work is not None
    await assignment.work.abandon()
    assert not scene.deliverer.writes
