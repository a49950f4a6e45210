"""A raw topic that was deleted and created again is noticed, also when Kafka has forgotten all about the old one."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest
from aiokafka import AIOKafkaConsumer, OffsetAndMetadata, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic

from streams.kafka.incarnations import Incarnations
from streams.kafka.membership import CommitRefused, Member, Membership
from streams.kafka.topic_ids import describe
from streams.settings import Settings, TopicPolicy

CreateTopic = Callable[..., Awaitable[str]]


class Worker(NamedTuple):
    """A member of the group, assigned, with what it remembers."""

    membership: Membership
    member: Member
    incarnations: Incarnations

    async def recreated(self, *topics: str) -> dict[str, str]:
        return await self.incarnations.recreated(topics, self.member)


class Group:
    """A consumer group with a dead-letters topic; its members are assigned `anchor`, which stays as it is."""

    def __init__(self, bootstrap: str, anchor: str, dead: str) -> None:
        self.bootstrap = bootstrap
        self.dead = dead
        self._anchor = anchor

    @asynccontextmanager
    async def worker(self, **epochs: str) -> AsyncIterator[Worker]:
        topics = {topic: TopicPolicy(source_epoch=epoch) for topic, epoch in epochs.items()}
        settings = Settings(brokers=self.bootstrap, dead_topic=self.dead, group=f"g-{self._anchor}", topics=topics)
        async with AIOKafkaConsumer(
            self._anchor, bootstrap_servers=self.bootstrap, group_id=settings.group, enable_auto_commit=False
        ) as consumer:
            membership = Membership(consumer, settings.group)
            async with asyncio.timeout(30):
                while not (member := membership.current):
                    await consumer.getmany(timeout_ms=50)
            yield Worker(membership, member, Incarnations(settings, consumer, membership))


@pytest.fixture
async def group(kafka: str, new_topic: CreateTopic) -> Group:
    return Group(kafka, await new_topic(), await new_topic(4))


@pytest.fixture
async def admin(kafka: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    yield admin
    await admin.close()


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition that itself waits for a broker's answer."""
    async with asyncio.timeout(30):
        while not await condition():
            continue


async def _create(admin: AIOKafkaAdminClient, topics: Iterable[str], partitions: int = 1) -> None:
    response = await admin.create_topics([NewTopic(topic, partitions, 1) for topic in topics])
    assert [topic[1] for topic in response.topic_errors if topic[1]] == []
    for topic in topics:
        await _until(lambda topic=topic: _exists(admin, topic))


async def _exists(admin: AIOKafkaAdminClient, topic: str) -> bool:
    [described] = await admin.describe_topics([topic])
    return bool(described["error_code"] == 0)


async def _delete(admin: AIOKafkaAdminClient, topic: str) -> None:
    await admin.delete_topics([topic])

    async def gone() -> bool:
        return not await _exists(admin, topic)

    await _until(gone)


async def _recreate(admin: AIOKafkaAdminClient, topic: str) -> None:
    await _delete(admin, topic)
    await _create(admin, [topic])


async def test_a_topic_that_stays_is_no_finding_for_any_worker(group: Group, new_topic: CreateTopic) -> None:
    topic = await new_topic()
    async with group.worker() as worker:
        assert [await worker.recreated(topic) for _ in range(3)] == [{}, {}, {}]
    async with group.worker() as restarted:
        assert await restarted.recreated(topic) == {}


async def test_a_topic_recreated_between_two_workers_is_explained_though_its_commits_are_gone(
    group: Group, new_topic: CreateTopic, admin: AIOKafkaAdminClient
) -> None:
    topic = await new_topic()
    tp = TopicPartition(topic, 0)
    async with group.worker() as worker:
        await worker.recreated(topic)
        await worker.membership.write(worker.member, {tp: OffsetAndMetadata(7, "")})
    await _recreate(admin, topic)
    async with group.worker() as restarted:

        async def forgotten() -> bool:
            return await restarted.membership.read([tp]) == {}

        await _until(forgotten)
        explained = await restarted.recreated(topic)
        assert list(explained) == [topic]
        assert f"set `topics.{topic}.source_epoch`" in explained[topic]
        assert await restarted.recreated(topic) == explained


async def test_a_topic_recreated_under_a_running_worker_is_explained_at_the_next_check(
    group: Group, new_topic: CreateTopic, admin: AIOKafkaAdminClient
) -> None:
    kept, topic = await new_topic(), await new_topic()
    async with group.worker() as worker:
        assert await worker.recreated(kept, topic) == {}
        await _delete(admin, topic)
        assert await worker.recreated(kept, topic) == {}
        await _create(admin, [topic])
        assert list(await worker.recreated(kept, topic)) == [topic]


async def test_a_new_source_epoch_accepts_the_new_topic_and_every_epoch_keeps_its_own(
    group: Group, new_topic: CreateTopic, admin: AIOKafkaAdminClient
) -> None:
    topic = await new_topic()
    async with group.worker() as worker:
        await worker.recreated(topic)
    await _recreate(admin, topic)
    for _ in range(2):
        async with group.worker(**{topic: "second"}) as accepting:
            assert await accepting.recreated(topic) == {}
    async with group.worker() as without_epoch:
        assert list(await without_epoch.recreated(topic)) == [topic]
    await _recreate(admin, topic)
    async with group.worker(**{topic: "second"}) as outdated:
        assert list(await outdated.recreated(topic)) == [topic]
    async with group.worker(**{topic: "third"}) as accepting:
        assert await accepting.recreated(topic) == {}


async def test_topics_that_share_a_place_are_both_remembered(
    group: Group, new_topic: CreateTopic, admin: AIOKafkaAdminClient
) -> None:
    group.dead = await new_topic(1)
    first, second = await new_topic(), await new_topic()
    async with group.worker() as worker:
        assert await worker.recreated(first) == {}
        assert await worker.recreated(second) == {}
    await _recreate(admin, first)
    await _recreate(admin, second)
    async with group.worker() as restarted:
        assert await restarted.recreated(first, second) == {
            **await restarted.recreated(first),
            **await restarted.recreated(second),
        }
        assert set(await restarted.recreated(first, second)) == {first, second}


async def test_partitions_added_to_the_dead_letters_topic_lose_nothing(
    group: Group, new_topic: CreateTopic, admin: AIOKafkaAdminClient
) -> None:
    topics = [await new_topic() for _ in range(4)]
    async with group.worker() as worker:
        await worker.recreated(*topics)
    await admin.create_partitions({group.dead: NewPartitions(7)})
    for topic in topics:
        await _recreate(admin, topic)
    async with group.worker() as restarted:
        assert set(await restarted.recreated(*topics)) == set(topics)


async def test_a_full_place_is_within_what_the_broker_takes_and_keeps_the_latest(
    group: Group, new_topic: CreateTopic, admin: AIOKafkaAdminClient
) -> None:
    group.dead = await new_topic(1)
    topics = [f"{number:02}-{uuid.uuid4().hex}".ljust(249, "x") for number in range(20)]
    await _create(admin, topics)
    async with group.worker() as worker:
        assert await worker.recreated(*topics) == {}
        [commit] = (await worker.membership.read([TopicPartition(group.dead, 0)])).values()
    for topic in topics:
        await _delete(admin, topic)
    assert 3_600 < len(commit.metadata) <= 4_096


async def test_a_missing_topic_is_no_finding_and_is_not_created(
    auto_creating_kafka: str, new_topic: CreateTopic
) -> None:
    missing = f"missing-{uuid.uuid4().hex}"
    group = Group(auto_creating_kafka, await new_topic(on=auto_creating_kafka), dead=missing)
    topic = await new_topic(on=auto_creating_kafka)
    async with group.worker() as worker:
        assert await worker.recreated(topic) == {}
        assert await worker.recreated(topic, "missing-too") == {}
    async with AIOKafkaConsumer(bootstrap_servers=auto_creating_kafka) as consumer:
        assert (await consumer.topics()).isdisjoint({missing, "missing-too"})


async def test_a_topic_id_is_what_tells_two_topics_of_one_name_apart(
    kafka: str, new_topic: CreateTopic, admin: AIOKafkaAdminClient
) -> None:
    topic = await new_topic(3)
    async with AIOKafkaConsumer(bootstrap_servers=kafka) as consumer:
        before = await describe(consumer, [topic, "missing"])
        assert await describe(consumer, [topic]) == before
        await _recreate(admin, topic)
        after = await describe(consumer, [topic])
    assert before[topic].partitions == 3
    assert set(before) == {topic}
    assert len({before[topic].topic_id, after[topic].topic_id, ""}) == 3


async def test_a_member_whose_generation_is_over_learns_nothing_and_returns(
    group: Group, new_topic: CreateTopic
) -> None:
    async with group.worker() as worker:
        over = Member(worker.member.generation - 1, worker.member.member_id)
        assert await worker.incarnations.recreated([await new_topic()], over) == {}


async def test_a_commit_on_a_deleted_topic_is_refused_and_not_retried_for_ever(
    group: Group, new_topic: CreateTopic, admin: AIOKafkaAdminClient
) -> None:
    topic, kept = await new_topic(), await new_topic()
    gone, there = TopicPartition(topic, 0), TopicPartition(kept, 0)
    await _delete(admin, topic)
    async with group.worker() as worker:
        with pytest.raises(CommitRefused):
            async with asyncio.timeout(10):
                await worker.membership.write(
                    worker.member, {gone: OffsetAndMetadata(1, ""), there: OffsetAndMetadata(2, "")}
                )
        assert await worker.membership.read([there]) == {there: OffsetAndMetadata(2, "")}
