"""Brokers of a cluster of three are bounced in turn under load: nothing is lost, altered or reordered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, OffsetAndMetadata, TopicPartition

from streams.dev.cluster import EmbeddedKafka
from streams.kafka.clients import stop_consumer
from streams.kafka.membership import Member, Membership
from tests.faults.evidence import Lane
from tests.faults.run import Report, Run
from tests.faults.waiting import deadline, until

RunUnder = Callable[..., Awaitable[Report]]
BROKERS = (1, 2, 3)
SETTLE_SECONDS = 60
SESSION_SECONDS = 120


async def bounce(run: Run, cluster: EmbeddedKafka, how: Callable[[int], None], *, workers_too: bool) -> None:
    """Take each broker away for a while, in a random order, until all were away and the time is over."""
    over = deadline(run.seconds)
    while not over():
        for broker in run.random.sample(BROKERS, len(BROKERS)):
            await run.working()
            run.fault()
            await asyncio.to_thread(how, broker)
            if workers_too:
                await run.gap(0, 1)
                await run.fleet.kill(run.random.choice(run.fleet.running))
                await run.fleet.add()
            await run.gap(1, 5)
            await asyncio.to_thread(cluster.start_node, broker)


async def test_each_broker_shut_down_in_turn(kafka_cluster: EmbeddedKafka, run_under: RunUnder) -> None:
    async def faults(run: Run) -> None:
        await bounce(run, kafka_cluster, kafka_cluster.stop_node, workers_too=False)

    report = await run_under(kafka_cluster.bootstrap, faults)

    assert report.faults >= len(BROKERS)


async def test_each_broker_killed_in_turn_and_a_worker_with_it(
    kafka_cluster: EmbeddedKafka, run_under: RunUnder
) -> None:
    async def faults(run: Run) -> None:
        await bounce(run, kafka_cluster, kafka_cluster.kill, workers_too=True)

    report = await run_under(kafka_cluster.bootstrap, faults)

    assert report.faults >= len(BROKERS)
    assert report.verdict.replays > 0, "void: no kill hit work that was not committed"
    assert report.generations > 1, "void: no rebalance"


class Committing:
    """A member that commits ever higher offsets without a pause; `acknowledged` is the last one that was answered."""

    def __init__(self, lane: Lane) -> None:
        self.tp = TopicPartition(lane.raw, 0)
        self.acknowledged = 0
        self.consumer = AIOKafkaConsumer(
            lane.raw,
            bootstrap_servers=lane.bootstrap,
            group_id=lane.group,
            enable_auto_commit=False,
            session_timeout_ms=SESSION_SECONDS * 1000,
        )
        self.membership = Membership(self.consumer, lane.group)

    async def join(self) -> Member:
        await self.consumer.start()
        await until(lambda: self.membership.current, SETTLE_SECONDS)
        assert self.membership.current is not None
        return self.membership.current

    async def commit(self, member: Member) -> None:
        while True:
            offset = self.acknowledged + 1
            await self.membership.write(member, {self.tp: OffsetAndMetadata(offset, "")})
            self.acknowledged = offset

    async def read(self) -> int:
        return (await self.membership.read([self.tp]))[self.tp].offset

    async def write_elsewhere(self, member: Member) -> None:
        """Commit on another partition: a coordinator may overlook that its log is replicated until the next write."""
        await self.membership.write(member, {TopicPartition(self.tp.topic, 1): OffsetAndMetadata(1, "")})


async def test_the_next_coordinator_tells_every_commit_that_the_killed_one_acknowledged(
    kafka_cluster: EmbeddedKafka, new_lane: Callable[[str], Awaitable[Lane]]
) -> None:
    """Its high watermark lags at first; what an owner begins with must not."""
    for _ in BROKERS:
        committing = Committing(await new_lane(kafka_cluster.bootstrap))
        member = await committing.join()
        commits = asyncio.create_task(committing.commit(member))
        await until(lambda committing=committing: committing.acknowledged >= 100, SETTLE_SECONDS)
        coordinator = committing.membership._coordinator.coordinator_id

        await asyncio.to_thread(kafka_cluster.kill, coordinator)
        commits.cancel()
        with suppress(asyncio.CancelledError):
            await commits
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                told, _ = await asyncio.gather(committing.read(), committing.write_elsewhere(member))
        finally:
            await stop_consumer(committing.consumer)
            await asyncio.to_thread(kafka_cluster.start_node, coordinator)

        assert told >= committing.acknowledged
