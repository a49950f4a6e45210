"""What a sink promises on a real broker: every record stored once, and a commit only of what the store has."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.kafka.ledger import read_sink_ledger
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
    (account,) = await read_sink_ledger(lane.settings(), lane.sink_name)
    assert (account.lag, list(account.problems())) == (0, [])


async def test_batches_keep_their_bounds(make_lane: Any, store_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lane = await make_lane()
    store = store_of(lane)
    sizes: list[int] = []
    put = store.store
    monkeypatch.setattr(store, "store", lambda batch, how: (sizes.append(len(batch.items)), put(batch, how))[1])
    await lane.enrich(make_items(100))
    async with lane.sink({**KEYED, "batch": {"records": 30}}, flow={"chunk_records": 7}):
        await lane.until_sunk({0: 100})

    assert max(sizes) == 30
    assert sum(sizes) == 100


async def test_what_is_gathered_is_bounded_by_the_bytes_in_flight_and_is_written_before_the_batch_is_full(
    make_lane: Any, store_of: Any
) -> None:
    lane = await make_lane()
    await lane.enrich(make_items(30, body="x" * 100_000))
    patient = {**KEYED, "batch": {"records": 10_000, "bytes": 2**30, "seconds": 3_600}}
    async with lane.sink(patient, flow={"in_flight_bytes": 1_048_576, "chunk_records": 1}) as running:
        await lane.until_sunk({0: 20})

        assert running.role.observe().in_flight_bytes < 2 * 1_048_576
    assert len(store_of(lane).rows) == 30  # the stop hurried the rest


@pytest.mark.parametrize("entry", [KEYED, DEDUPLICATED], ids=["keyed", "deduplicated"])
async def test_partitions_move_between_replicas_without_loss_or_repetition(
    make_lane: Any, store_of: Any, eventually: Any, entry: dict[str, Any]
) -> None:
    lane = await make_lane(partitions=4)
    items = [make_items(400, partition=partition) for partition in range(4)]
    small = {**entry, "batch": {"records": 20}}
    async with lane.sink(small) as first:
        for partition in range(4):
            await lane.enrich(items[partition][:200], partition=partition)
        await eventually(lambda: store_of(lane).rows)
        async with lane.sink(small) as second:
            for partition in range(4):
                await lane.enrich(items[partition][200:], partition=partition)
            await eventually(lambda: [len(one.role.ownership.assignments) for one in (first, second)] == [2, 2], 40)
            await lane.until_sunk(dict.fromkeys(range(4), 400))

    stored = [row.event_id for row in store_of(lane).rows]
    for partition in range(4):
        own = [item.event_id for item in items[partition]]
        assert [event_id for event_id in stored if event_id in set(own)] == own
    assert len(stored) == 1_600


async def test_a_record_that_was_redriven_to_this_sink_is_stored_without_the_filter(
    make_lane: Any, store_of: Any, eventually: Any
) -> None:
    lane = await make_lane()
    items = make_items(20)
    redrive = f"redrive-{lane.sink_name}"
    async with lane.sink(DEDUPLICATED) as running:
        await lane.enrich(items)
        await lane.until_sunk({0: 20})
        await create(lane, redrive, f"redrive-{lane.sink_name}-of-another")
        await eventually(lambda: {tp.topic for tp in running.role.ownership.assignments} == {lane.enriched, redrive})
        await lane.enrich(items[5:6], topic=redrive)
        await lane.until_sunk({0: 1}, topic=redrive)

    stored = [row.event_id for row in store_of(lane).rows]
    assert stored == [item.event_id for item in [*items, items[5]]]
    assert (await lane.sunk(redrive))[0].counts == Counts(consumed=1, enriched=1)


async def create(lane: Any, *topics: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=lane.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1) for topic in topics])
    await admin.close()
