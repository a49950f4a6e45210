"""What has broken stream processors before, provoked on purpose on a real broker."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete
from aiokafka.errors import (
    CorruptRecordException,
    KafkaError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from streams.errors import ConfigurationError
from streams.kafka import ownership as ownership_module
from streams.kafka import source as source_module
from streams.kafka.lenient import UnreadablePartition
from streams.kafka.membership import CommitRefused, Member
from streams.kafka.metadata import CommitState

LINE = b'{"level":"INFO","message":"hello","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}'
BROKEN = b'{"broken'
AS_JSON = [("content-type", b"application/json")]


@pytest.fixture
async def admin(kafka: str) -> Any:
    client = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await client.start()
    yield client
    await client.close()


async def test_records_fetched_while_a_rebalance_falls_into_getmany_are_not_lost(
    make_lane: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 40)
    async with lane.worker(flow={"chunk_records": 5}) as running:
        consumer, ownership = running.worker.consumer, running.worker.ownership
        fetch, rebalanced = consumer.getmany, False

        async def getmany_across_a_rebalance(*tps: Any, **options: Any) -> Any:
            nonlocal rebalanced
            fetched = await fetch(*tps, **options)
            if fetched and not rebalanced:
                rebalanced = True
                await ownership.release(0.1)
                await ownership.take(consumer.assignment())
                fetched = await fetch(*tps, timeout_ms=5_000, max_records=5)
            return fetched

        monkeypatch.setattr(consumer, "getmany", getmany_across_a_rebalance)
        await lane.until_committed({0: 40})

    assert rebalanced
    assert set(await lane.ids()) == {f"{lane.raw}-0-{n}" for n in range(40)}


async def test_when_a_fetch_raises_every_position_goes_back_to_where_records_were_registered(
    make_lane: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = await make_lane(partitions=2)
    for partition in range(2):
        await lane.produce([LINE] * 30, partition=partition)
    async with lane.worker(flow={"chunk_records": 10}) as running:
        consumer = running.worker.consumer
        fetch, raised = consumer.getmany, 0

        async def getmany_that_drops_what_it_fetched(*tps: Any, **options: Any) -> Any:
            nonlocal raised
            fetched = await fetch(*tps, **options)
            if fetched and raised < 3:
                raised += 1
                raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "positions have moved, records are gone")
            return fetched

        monkeypatch.setattr(consumer, "getmany", getmany_that_drops_what_it_fetched)
        await lane.until_committed({0: 30, 1: 30})

    assert raised
    assert set(await lane.ids()) == {f"{lane.raw}-{p}-{n}" for p in range(2) for n in range(30)}


async def test_a_drain_ends_at_its_deadline_and_only_the_acknowledged_prefix_is_committed(
    make_lane: Any, monkeypatch: pytest.MonkeyPatch, eventually: Any
) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 10)
    async with lane.worker() as running:
        await lane.until_committed({0: 10})
        monkeypatch.setattr(running.worker.publisher, "publish", lambda *_: None)  # nothing is ever acknowledged
        await lane.produce([LINE] * 10)
        tracker = running.worker.ownership.assignments[TopicPartition(lane.raw, 0)].tracker
        await eventually(lambda: tracker.tail == 20)

        async with asyncio.timeout(5):
            await running.worker.ownership.release(0.5)

    assert (await lane.committed())[0].offset == 10


async def test_a_commit_under_a_generation_that_is_over_is_refused(make_lane: Any) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 10)
    async with lane.worker() as running:
        await lane.until_committed({0: 10})
        membership = running.worker.ownership._membership
        old = membership.current
        assert old is not None
        membership._coordinator.reset_generation()  # what aiokafka does when the group has kicked it

        with pytest.raises(CommitRefused):
            await membership.commit(old, {TopicPartition(lane.raw, 0): CommitState.fresh(3)})
        with pytest.raises(CommitRefused):
            await membership.commit(Member(-1, ""), {TopicPartition(lane.raw, 0): CommitState.fresh(3)})

    assert (await lane.committed())[0].offset == 10


async def test_a_missing_topic_is_a_clear_error_and_is_not_created_by_asking(auto_creating_kafka: str) -> None:
    from streams.lifecycle import Lifecycle
    from streams.settings import Settings
    from streams.worker import Worker

    settings = Settings(brokers=auto_creating_kafka, raw_topics=("no-such-topic", "^also-missing.*"))
    lifecycle = Lifecycle(5, exit_process=lambda code: None)

    with pytest.raises(ConfigurationError, match="no-such-topic, enriched, dead-letters") as error:
        await Worker(settings, lifecycle).run()

    assert "weft topics create" in error.value.cure
    admin = AIOKafkaAdminClient(bootstrap_servers=auto_creating_kafka)
    await admin.start()
    assert not {"no-such-topic", "enriched", "dead-letters"} & set(await admin.list_topics())
    await admin.close()


async def test_new_partitions_and_new_topics_of_a_pattern_are_read_from_their_beginning(
    make_lane: Any, admin: Any, eventually: Any
) -> None:
    lane = await make_lane()
    await lane.produce([LINE])
    new = f"{lane.raw}-new"
    async with lane.worker(raw_topics=(lane.raw, f"^{lane.raw}-.*")):
        await lane.until_committed({0: 1})
        await admin.create_partitions({lane.raw: NewPartitions(2)})
        await admin.create_topics([NewTopic(new, 1, 1)])

        async def producible() -> bool:
            try:
                await lane.produce([LINE], partition=1)
            except (KafkaError, AssertionError):
                return False
            return True

        await eventually(producible)
        first, lane.raw = lane.raw, new
        await lane.produce([LINE])
        lane.raw = first

        await lane.until_committed({0: 1, 1: 1})

        async def new_topic_read() -> bool:
            return f"{new}-0-0" in await lane.ids()

        await eventually(new_topic_read)

    assert {f"{first}-0-0", f"{first}-1-0", f"{new}-0-0"} <= set(await lane.ids())


async def test_offsets_that_were_deleted_hold_the_partition_until_the_gap_is_accepted(
    make_lane: Any, admin: Any, eventually: Any
) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 10)
    async with lane.worker():
        await lane.until_committed({0: 10})
    await lane.produce([LINE] * 10)
    await admin.delete_records({TopicPartition(lane.raw, 0): RecordsToDelete(15)})

    async with lane.worker() as running:
        await eventually(lambda: running.worker.ownership.assignments)
        assignment = running.worker.ownership.assignments[TopicPartition(lane.raw, 0)]

        assert "10 to 14" in assignment.holds["offsets.lost"]
        assert "--accept-gap" in assignment.holds["offsets.lost"]

    async with lane.worker(accept_gaps=[(lane.raw, 0)]):
        await lane.until_committed({0: 20})

    assert (await lane.committed())[0].counts.consumed == 15
    assert set(await lane.ids()) == {f"{lane.raw}-0-{n}" for n in [*range(10), *range(15, 20)]}


async def test_a_flood_of_dead_letters_pauses_only_its_partition_also_after_a_restart(
    make_lane: Any, eventually: Any
) -> None:
    lane = await make_lane(partitions=2)
    await lane.produce([BROKEN] * 300, partition=0, headers=AS_JSON)
    options = {"guard": {"window_records": 100, "dead_run": 50}, "flow": {"chunk_records": 20}}

    async with lane.worker(**options) as running:
        tp = TopicPartition(lane.raw, 0)
        await eventually(lambda: running.worker.ownership.assignments)
        await eventually(lambda: "flood" in running.worker.ownership.assignments[tp].holds)
        await lane.produce([LINE] * 5, partition=1)
        await lane.until_committed({0: 60, 1: 5})

    stopped_at = (await lane.committed())[0]
    assert stopped_at.guard
    assert stopped_at.offset < 100

    async with lane.worker(**options) as running:
        await eventually(lambda: running.worker.ownership.assignments)
        assert "flood" in running.worker.ownership.assignments[tp].holds
        await lane.produce([LINE] * 5, partition=1)
        await lane.until_committed({1: 10})

    assert (await lane.committed())[0].offset == stopped_at.offset

    async with lane.worker(resumed=[(lane.raw, 0)], guard={"dead_run": 10_000}):
        await lane.until_committed({0: 300})

    assert (await lane.committed())[0].counts.dead == 300
    assert len({headers["weft.dead.offset"] for _, headers in await lane.dead_letters()}) == 300


async def test_an_empty_value_or_a_tombstone_does_not_count_as_flood(make_lane: Any) -> None:
    lane = await make_lane()
    await lane.produce([b"", None, b" "] * 100)

    async with lane.worker(guard={"window_records": 10, "dead_run": 5}):
        await lane.until_committed({0: 300})

    assert (await lane.committed())[0].counts.dead == 300


async def test_an_output_topic_that_vanishes_holds_the_work_and_recovers_without_a_restart(
    make_lane: Any, admin: Any, eventually: Any
) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 3)
    async with lane.worker() as running:
        await lane.until_committed({0: 3})
        await admin.delete_topics([lane.dead])
        await eventually(lambda: not running.worker.publisher.present_partitions(lane.dead))
        await lane.produce([b""] * 3)
        await eventually(lambda: running.worker.publisher.held)

        assert running.worker.publisher.held == [f"{lane.dead}: {UnknownTopicOrPartitionError.__name__}"]
        assert (await lane.committed())[0].offset == 3

        await admin.create_topics([NewTopic(lane.dead, 2, 1)])
        await lane.until_committed({0: 6})

    assert len(await lane.dead_letters()) == 3


async def test_more_output_partitions_drain_the_worker_and_end_it_as_temporary(make_lane: Any, admin: Any) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 3)
    async with lane.worker() as running:
        await lane.until_committed({0: 3})
        await admin.create_partitions({lane.enriched: NewPartitions(5)})
        code = await asyncio.wait_for(asyncio.shield(running.task), 30)

    assert code == 75


async def test_what_the_topics_cannot_take_ends_dead_by_reference(make_lane: Any) -> None:
    small = {"max.message.bytes": "2000"}
    lane = await make_lane(enriched_config=small, dead_config=small)
    await lane.produce([LINE, b'{"message":"' + b"x" * 5_000 + b'"}', LINE])

    async with lane.worker():
        await lane.until_committed({0: 3})

    assert set(await lane.ids()) == {f"{lane.raw}-0-0", f"{lane.raw}-0-2"}
    ((value, headers),) = await lane.dead_letters()
    assert value is None
    assert headers["weft.dead.reason"] == b"limit.size"
    assert headers["weft.dead.offset"] == b"1"


async def test_two_workers_share_the_partitions_and_one_takes_over_when_the_other_leaves(
    make_lane: Any, eventually: Any
) -> None:
    lane = await make_lane(partitions=4)
    async with lane.worker() as first:
        await eventually(lambda: len(first.worker.ownership.assignments) == 4)
        async with lane.worker() as second:
            await eventually(
                lambda: len(first.worker.ownership.assignments) == len(second.worker.ownership.assignments) == 2
            )
            for partition in range(4):
                await lane.produce([LINE] * 20, partition=partition)
        await lane.until_committed(dict.fromkeys(range(4), 20))
        await eventually(lambda: len(first.worker.ownership.assignments) == 4)
        await lane.produce([LINE], partition=3)
        await lane.until_committed({3: 21})

    assert len(await lane.ids()) == 81  # nobody died, so nothing was done twice


async def test_a_client_that_fetches_before_the_assignment_has_sought_does_not_end_the_worker(
    make_lane: Any, monkeypatch: pytest.MonkeyPatch, eventually: Any
) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 5)
    async with lane.worker() as running:
        membership, fetch = running.worker.ownership._membership, running.worker.consumer.getmany
        committed, refusals = membership.committed, list[str]()

        async def getmany_noted(*tps: Any, **options: Any) -> Any:
            try:
                return await fetch(*tps, **options)
            except KafkaError as error:
                refusals.append(type(error).__name__)
                raise

        async def committed_late(partitions: Any) -> Any:
            await eventually(lambda: refusals)
            return await committed(partitions)

        monkeypatch.setattr(running.worker.consumer, "getmany", getmany_noted)
        monkeypatch.setattr(membership, "committed", committed_late)
        await lane.until_committed({0: 5})

    assert "NoOffsetForPartitionError" in refusals
    assert len(await lane.ids()) == 5


async def test_a_partition_that_cannot_be_read_at_all_is_held_alone(
    make_lane: Any, monkeypatch: pytest.MonkeyPatch, eventually: Any
) -> None:
    lane = await make_lane(partitions=2)
    bad = TopicPartition(lane.raw, 0)
    await lane.produce([LINE], partition=0)
    async with lane.worker() as running:
        fetch = running.worker.consumer.getmany

        async def getmany_that_cannot_read_one_partition(*tps: Any, **options: Any) -> Any:
            fetched = await fetch(*tps, **options)
            if bad in fetched:
                raise CorruptRecordException(bad)
            return fetched

        async def unreadable(*_: Any) -> Any:
            raise UnreadablePartition("its log cannot be read")

        monkeypatch.setattr(running.worker.consumer, "getmany", getmany_that_cannot_read_one_partition)
        monkeypatch.setattr(source_module, "read_leniently", unreadable)
        await eventually(lambda: any(a.holds for a in running.worker.ownership.assignments.values()))
        await lane.produce([LINE] * 5, partition=1)
        await lane.until_committed({1: 5})

        assert running.worker.ownership.assignments[bad].holds == {"undecodable": "its log cannot be read"}
        assert running.exit_code is None


async def test_a_topic_that_may_not_be_read_is_left_alone_and_read_once_it_may(
    make_lane: Any, monkeypatch: pytest.MonkeyPatch, eventually: Any
) -> None:
    monkeypatch.setattr(ownership_module, "_ASK_AGAIN_SECONDS", 0.2)
    lane, other = await make_lane(), await make_lane()
    await lane.produce([LINE] * 3)
    await other.produce([LINE] * 3)
    async with lane.worker(raw_topics=(lane.raw, other.raw)) as running:
        fetch, allowed = running.worker.consumer.getmany, False

        async def getmany_that_may_not_read_one_topic(*tps: Any, **options: Any) -> Any:
            fetched = await fetch(*tps, **options)
            if not allowed and any(tp.topic == lane.raw for tp in fetched):
                raise TopicAuthorizationFailedError(lane.raw)
            return fetched

        monkeypatch.setattr(running.worker.consumer, "getmany", getmany_that_may_not_read_one_topic)
        await eventually(lambda: any("unauthorised" in a.holds for a in running.worker.ownership.assignments.values()))

        async def other_was_read() -> bool:
            return f"{other.raw}-0-2" in await lane.ids()

        await eventually(other_was_read)
        allowed = True
        await lane.until_committed({0: 3})

    assert len(set(await lane.ids())) == 6
