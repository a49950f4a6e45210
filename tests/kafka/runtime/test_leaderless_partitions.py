"""A partition is taken while its leader is away: its range is checked by the first fetch that is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, OffsetAndMetadata, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from streams.kafka.ownership import Bounds
from streams.kafka.positions import stable_end

LINE = b'{"level":"INFO","message":"hello"}'


@asynccontextmanager
async def taking_without_leader(lane: Any, **changes: Any) -> AsyncIterator[Any]:
    """Run a worker that hears of no leader while it takes its partitions, and of all of them in between."""
    async with lane.worker(**changes) as running:
        ownership = running.worker.ownership
        take, bounds, taking = ownership.take, ownership.bounds, False

        async def take_without(partitions: Any) -> None:
            nonlocal taking
            taking = True
            await take(partitions)
            taking = False

        async def bounds_unless_taking(partitions: Any) -> dict[TopicPartition, Bounds]:
            return {} if taking else await bounds(partitions)

        ownership.take, ownership.bounds = take_without, bounds_unless_taking
        yield running


async def commit(lane: Any, offset: int) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=lane.bootstrap, group_id=lane.group, enable_auto_commit=False)
    await consumer.start()
    try:
        tp = TopicPartition(lane.raw, 0)
        consumer.assign([tp])
        await consumer.commit({tp: OffsetAndMetadata(offset, "")})
    finally:
        await consumer.stop()


async def begin_log_at(lane: Any, offset: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=lane.bootstrap)
    await admin.start()
    try:
        await admin.delete_records({TopicPartition(lane.raw, 0): RecordsToDelete(offset)})
    finally:
        await admin.close()


def held(running: Any) -> dict[str, str]:
    """Give why the one partition is held."""
    return {k: v for assignment in running.worker.ownership.assignments.values() for k, v in assignment.holds.items()}


async def sequences(lane: Any) -> list[int]:
    return sorted(int(event_id.rsplit("-", 1)[1]) for event_id in await lane.ids())


async def test_one_that_was_never_committed_begins_where_its_log_begins(make_lane: Any) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 10)
    await begin_log_at(lane, 5)

    async with taking_without_leader(lane):
        await lane.until_committed({0: 10})

    state = (await lane.committed())[0]
    assert await sequences(lane) == [5, 6, 7, 8, 9]
    assert (state.base, state.counts.consumed) == (5, 5)


async def test_one_that_was_committed_within_its_log_goes_on_there(make_lane: Any) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 10)
    await commit(lane, 7)

    async with taking_without_leader(lane):
        await lane.until_committed({0: 10})

    assert await sequences(lane) == [7, 8, 9]


@pytest.mark.parametrize(
    ("committed", "reason", "explanation"),
    [(3, "offsets.lost", "3 to 4 were deleted"), (50, "topic.recreated", "offset 50 is behind the end 10")],
)
async def test_one_that_was_committed_outside_its_log_is_held_once_its_leader_answers(
    make_lane: Any, eventually: Any, committed: int, reason: str, explanation: str
) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 10)
    await begin_log_at(lane, 5)
    await commit(lane, committed)

    async with taking_without_leader(lane) as running:
        await eventually(lambda: held(running))

        assert explanation in held(running)[reason]

    assert await lane.ids() == []


async def test_a_gap_that_an_operator_accepted_is_passed_over(make_lane: Any) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 4)
    async with lane.worker():
        await lane.until_committed({0: 4})
    await lane.produce([LINE] * 6)
    await begin_log_at(lane, 8)

    async with taking_without_leader(lane, accept_gaps=[(lane.raw, 0)]):
        await lane.until_committed({0: 10})

    assert await sequences(lane) == [0, 1, 2, 3, 8, 9]
    assert (await lane.committed())[0].counts.consumed == 6


async def test_what_is_deleted_after_the_first_answer_is_lost_and_not_passed_over(
    make_lane: Any, eventually: Any
) -> None:
    lane = await make_lane()
    async with taking_without_leader(lane) as running:
        await eventually(lambda: stable_end(running.worker.consumer, TopicPartition(lane.raw, 0)) == 0)
        assignment = running.worker.ownership.assignments[TopicPartition(lane.raw, 0)]

        running.worker.ownership.check_range(assignment, 0, Bounds(5, 10))

        assert "0 to 4 were deleted" in assignment.holds["offsets.lost"]
