"""What a sink promises on a real broker: every record stored once, and a commit only of what the store has."""

from __future__ import annotations

from typing import Any

import pytest

from streams.testing.items import make_items, replayed
from streams.types import Counts

KEYED = {"use": "tests.stores:Keyed"}
DEDUPLICATED = {"use": "tests.stores:Deduplicated"}


@pytest.mark.parametrize("entry", [KEYED, DEDUPLICATED], ids=["keyed", "deduplicated"])
async def test_every_record_is_stored_once_in_order_and_the_commit_reaches_the_end(
    make_lane: Any, store_of: Any, entry: dict[str, Any]
) -> None:
    lane = await make_lane(partitions=2)
    items = [make_items(500, partition=partition) for partition in range(2)]
    for partition in range(2):
        await lane.enrich(items[partition], partition=partition)

    async with lane.sink(entry) as running:
        await lane.until_sunk({0: 500, 1: 500})
        assert running.role.observe().in_flight_bytes == 0

    stored = [row.event_id for row in store_of(lane).rows]
    for partition in range(2):
        own = [item.event_id for item in items[partition]]
        assert [event_id for event_id in stored if event_id in set(own)] == own
    assert len(stored) == 1_000
    states = await lane.sunk()
    assert [states[partition].counts for partition in range(2)] == [Counts(consumed=500, enriched=500)] * 2


async def test_counters_go_on_after_a_restart_and_replays_are_known(make_lane: Any, store_of: Any) -> None:
    lane = await make_lane()
    items = make_items(60)
    await lane.enrich(replayed(items, (0, 40), (20, 40)))
    async with lane.sink(DEDUPLICATED):
        await lane.until_sunk({0: 60})
    await lane.enrich(replayed(items, (30, 60)))
    async with lane.sink(DEDUPLICATED):
        await lane.until_sunk({0: 90})

    assert [row.event_id for row in store_of(lane).rows] == [item.event_id for item in items]
    assert (await lane.sunk())[0].counts == Counts(consumed=90, enriched=60, sampled=30)
