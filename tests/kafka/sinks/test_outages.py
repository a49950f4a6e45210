"""A store that is away: partitions pause, the group keeps its member, nothing dies, and all goes on by itself."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from streams.control import ask
from streams.health import Status
from streams.kafka.positions import unpause
from streams.testing.items import make_items

ENTRY = {
    "use": "tests.stores:Keyed",
    "retry": {"first_seconds": 0.01, "longest_seconds": 0.05, "attempt_seconds": 0.2},
    "breaker": {"minimum_calls": 3, "open_seconds": 0.3, "probes": 1},
}
ITEMS = make_items(300)


def rules(running: Any) -> set[str]:
    return {finding.rule for finding in running.role.monitor.report().findings}


def holds(running: Any) -> set[str]:
    return {reason for a in running.role.ownership.assignments.values() for reason in a.holds}


@pytest.mark.parametrize("mood", ["unreachable", "silent"])
async def test_a_dead_store_pauses_the_partitions_and_all_of_it_is_stored_once_it_is_back(
    make_lane: Any, store_of: Any, eventually: Any, mood: Any
) -> None:
    lane = await make_lane()
    store = store_of(lane)
    async with lane.sink(ENTRY) as running:
        await lane.enrich(ITEMS[:100])
        await lane.until_sunk({0: 100})
        member, generation = running.role.ownership._membership.current, running.role.observe()
        store.become(mood)
        await lane.enrich(ITEMS[100:])
        await eventually(lambda: holds(running) == {"sink.unavailable"})
        troubled = running.role.monitor.report()
        ready = running.role.monitor.unready()
        store.become("well")
        await lane.until_sunk({0: 300})
        await eventually(lambda: not holds(running))

        assert running.role.ownership._membership.current == member
        assert generation.assigned
        assert "sink.unavailable" not in rules(running)

    assert troubled.status is Status.DEGRADED
    assert ready is not None
    assert [row.event_id for row in store.rows] == [item.event_id for item in ITEMS]
    assert await lane.dead_letters() == []
    assert (await lane.sunk())[0].counts.balance == 0


async def test_the_watchdog_leaves_a_long_outage_alone(make_lane: Any, store_of: Any, eventually: Any) -> None:
    lane = await make_lane()
    store = store_of(lane)
    rare = {**ENTRY, "breaker": {"minimum_calls": 1_000}}  # the breaker sees too little to open
    async with lane.sink(rare, timing={"stuck_after_seconds": 6}) as running:
        await lane.enrich(ITEMS[:1])
        await lane.until_sunk({0: 1})
        store.become("unreachable")
        await lane.enrich(ITEMS[1:])
        await eventually(lambda: running.role.observe().sink.unavailable_seconds > 8)

        assert not running.failed.is_set()
        assert holds(running) == {"sink.unavailable"}
        store.become("well")
        await lane.until_sunk({0: 300})


async def test_the_lag_of_a_paused_partition_is_told_though_it_is_not_fetched(
    make_lane: Any, store_of: Any, eventually: Any
) -> None:
    lane = await make_lane()
    store = store_of(lane)
    async with lane.sink(ENTRY) as running:
        await lane.enrich(ITEMS[:1])
        await lane.until_sunk({0: 1})
        store.become("unreachable")
        await lane.enrich(ITEMS[1:2])
        await eventually(lambda: holds(running) == {"sink.unavailable"})
        await lane.enrich(ITEMS[2:100])
        await eventually(lambda: [p.lag_records for p in running.role.observe().partitions] == [99])
        store.become("well")
        await lane.until_sunk({0: 100})


async def test_a_partition_that_goes_on_has_its_time_to_fetch_again(make_lane: Any) -> None:
    """The watchdog must not count the hours in which it was paused on purpose."""
    lane = await make_lane()
    async with lane.sink(ENTRY) as running:
        await lane.enrich(ITEMS[:1])
        await lane.until_sunk({0: 1})
        ownership = running.role.ownership
        (assignment,) = ownership.assignments.values()
        ownership.hold(assignment, "flood", "as long as nobody comes")
        assignment.caught_up_at -= 3_600
        assert ownership.resume(lane.enriched, 0)
        assert time.monotonic() - assignment.caught_up_at < 60


async def test_a_stop_during_an_outage_waits_for_nothing_and_loses_nothing(
    make_lane: Any, store_of: Any, eventually: Any
) -> None:
    lane = await make_lane()
    store = store_of(lane)
    async with lane.sink(ENTRY) as running:
        await lane.enrich(ITEMS[:100])
        await lane.until_sunk({0: 100})
        store.become("silent")
        await lane.enrich(ITEMS[100:])
        await eventually(lambda: holds(running) == {"sink.unavailable"})
        async with asyncio.timeout(5):
            assert await running.stop() == 0
    assert (await lane.sunk())[0].offset == 100

    store.become("well")
    async with lane.sink(ENTRY):
        await lane.until_sunk({0: 300})
    assert [row.event_id for row in store.rows] == [item.event_id for item in ITEMS]


async def test_a_store_that_is_away_at_the_start_is_waited_for_outside_the_group(
    make_lane: Any, store_of: Any, eventually: Any
) -> None:
    lane = await make_lane()
    store = store_of(lane)
    store.become("unreachable")
    await lane.enrich(ITEMS)
    async with lane.sink(ENTRY, timing={"start_deadline_seconds": 0.5}) as running:
        await eventually(lambda: "sink.unavailable" in rules(running))
        await eventually(lambda: running.role.observe().sink.unavailable_seconds > 1)
        unassigned = not running.role.ownership.assigned
        store.become("well")
        await lane.until_sunk({0: 300})

    assert unassigned
    assert len(store.rows) == 300


async def test_a_sink_that_waits_for_its_store_can_be_stopped(make_lane: Any, store_of: Any, eventually: Any) -> None:
    lane = await make_lane()
    store_of(lane).become("unreachable")
    async with lane.sink(ENTRY) as running:
        await eventually(lambda: "sink.unavailable" in rules(running))
        async with asyncio.timeout(5):
            assert await running.stop() == 0


async def test_an_operator_isolates_a_sink_and_resets_it(make_lane: Any, store_of: Any, eventually: Any) -> None:
    lane = await make_lane()
    store = store_of(lane)
    async with lane.sink(ENTRY) as running:
        socket = str(running.role.presence._control.path)
        await lane.enrich(ITEMS[:100])
        await lane.until_sunk({0: 100})
        assert (await asyncio.to_thread(ask, socket, {"command": "isolate"}))["ok"]
        await lane.enrich(ITEMS[100:])
        await eventually(lambda: holds(running) == {"sink.unavailable"})
        isolated = running.role.monitor.report()
        assert len(store.rows) == 100
        assert (await asyncio.to_thread(ask, socket, {"command": "reset"}))["ok"]
        await lane.until_sunk({0: 300})

    (finding,) = [finding for finding in isolated.findings if finding.rule == "sink.unavailable"]
    assert "isolated by an operator" in finding.message
    assert finding.next == f"`weft sink {lane.sink_name} --reset`"


async def test_a_store_that_refused_the_last_record_for_good_is_not_away(
    make_lane: Any, store_of: Any, eventually: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal is an answer: were the partition paused, nothing would ever come that shows how the store is."""
    monkeypatch.setattr("streams.agents.outlet._FAILING_SECONDS", 0.05)
    lane = await make_lane()
    store = store_of(lane)
    store.tells, store.refuses = False, lambda item: item.event_id == ITEMS[0].event_id
    async with lane.sink(ENTRY) as running:
        await lane.enrich(ITEMS[:1])
        await lane.until_sunk({0: 1})
        looks = time.monotonic() + 2.5
        await eventually(lambda: time.monotonic() > looks)
        await lane.enrich(ITEMS[1:])
        await lane.until_sunk({0: 300})

        assert "sink.unavailable" not in rules(running)
    assert len(store.rows) == 299


async def test_a_partition_that_is_taken_in_an_outage_tries_the_store_itself(
    make_lane: Any, store_of: Any, eventually: Any
) -> None:
    """What another owner's lane would have written next is gone with it: something must come to probe the store."""
    lane = await make_lane()
    store = store_of(lane)
    async with lane.sink(ENTRY) as running:
        await lane.enrich(ITEMS[:100])
        await lane.until_sunk({0: 100})
        store.become("unreachable")
        await lane.enrich(ITEMS[100:])
        await eventually(lambda: holds(running) == {"sink.unavailable"})
        ownership = running.role.ownership
        taken = [*ownership.assignments]
        await ownership.release(0.1)
        for tp in taken:
            unpause(running.role.consumer, tp)  # as a rebalance does: it knows nothing of pauses
        await ownership.take(taken)
        running.role.look()
        store.become("well")
        await lane.until_sunk({0: 300})
    assert [row.event_id for row in store.rows] == [item.event_id for item in ITEMS]
