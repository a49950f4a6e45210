"""Reads what a run left on the brokers; like the checker it knows nothing of the program."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tests.faults.checker import Commit, Evidence, Kept, Observed

_FETCH_BYTES = 4_194_304
_SAMPLE_SECONDS = 0.25
_STALL_MILLISECONDS = 15_000


class Lane(NamedTuple):
    """The topics and the consumer group of one run."""

    bootstrap: str
    raw: str
    enriched: str
    dead: str
    group: str


async def collect(lane: Lane, observed: list[Observed]) -> Evidence:
    """Read all three topics from beginning to end, and the group's commits."""
    async with _consumer(lane) as consumer:
        ends = await _ends(consumer, lane.raw)
        enriched_ends, dead_ends = await _ends(consumer, lane.enriched), await _ends(consumer, lane.dead)
        return Evidence(
            raw_topic=lane.raw,
            raw=await _read(consumer, lane.raw, ends),
            enriched=await _read(consumer, lane.enriched, enriched_ends),
            dead=await _read(consumer, lane.dead, dead_ends),
            enriched_partitions=len(enriched_ends),
            dead_partitions=len(dead_ends),
            ends=ends,
            commits=await commits(lane),
            observed=observed,
        )


async def raw_ends(lane: Lane) -> dict[int, int]:
    """Give the end of each raw partition."""
    async with _consumer(lane) as consumer:
        return await _ends(consumer, lane.raw)


async def commits(lane: Lane) -> dict[int, Commit]:
    """Give what the group has committed on the raw topic.

    Raises:
        KafkaError: the group's coordinator cannot answer now.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=lane.bootstrap, request_timeout_ms=5_000)
    try:
        await admin.start()
        found = await admin.list_consumer_group_offsets(lane.group)
    finally:
        await admin.close()
    return {tp.partition: Commit(kept.offset, kept.metadata) for tp, kept in found.items() if tp.topic == lane.raw}


class CommitLog:
    """Watches the group's commits while a run goes on; `changed` is set whenever one moved."""

    def __init__(self, lane: Lane) -> None:
        self.observed: list[Observed] = []
        self.latest: Mapping[int, Commit] = {}
        self.changed = asyncio.Event()
        self._lane = lane

    @property
    def total(self) -> int:
        """The sum of the committed offsets."""
        return sum(commit.offset for commit in self.latest.values())

    async def run(self) -> None:
        """Take samples until cancelled; while no coordinator answers there are none."""
        while True:
            try:
                found = await commits(self._lane)
            except (KafkaError, OSError):
                found = dict(self.latest)
            now = int(time.time() * 1000) + 1  # appends are stamped with the millisecond in which they happen
            self.observed.extend(Observed(now, partition, commit.offset) for partition, commit in found.items())
            if found != self.latest:
                self.latest = found
                self.changed.set()
            await asyncio.sleep(_SAMPLE_SECONDS)

    async def until(self, total: int, seconds: float) -> float:
        """Wait until `total` records are committed; gives the seconds it took.

        Raises:
            TimeoutError: they are not.
        """
        began = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                while self.total < total:
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            raise TimeoutError(f"{self.total} of {total} records committed within {seconds:.0f} s") from None
        return time.monotonic() - began


@asynccontextmanager
async def _consumer(lane: Lane) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=lane.bootstrap,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=_FETCH_BYTES,
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def _ends(consumer: AIOKafkaConsumer, topic: str) -> dict[int, int]:
    await consumer._client._wait_on_metadata(topic)
    tps = [TopicPartition(topic, partition) for partition in consumer.partitions_for_topic(topic) or ()]
    return {tp.partition: end for tp, end in (await consumer.end_offsets(tps)).items()}


async def _read(consumer: AIOKafkaConsumer, topic: str, ends: Mapping[int, int]) -> list[Kept]:
    """Read a topic up to `ends`, partition after partition."""
    found: dict[int, list[Kept]] = {partition: [] for partition in ends}
    left = {partition for partition, end in ends.items() if end}
    consumer.assign([TopicPartition(topic, partition) for partition in ends])
    await consumer.seek_to_beginning()
    while left:
        fetched = await consumer.getmany(timeout_ms=_STALL_MILLISECONDS)
        assert fetched, f"{topic} cannot be read back: nothing came for {_STALL_MILLISECONDS} ms"
        for tp, records in fetched.items():
            found[tp.partition].extend(
                Kept(r.partition, r.offset, r.key, r.value, tuple(r.headers), r.timestamp) for r in records
            )
            if records[-1].offset + 1 >= ends[tp.partition]:
                left.discard(tp.partition)
    return [kept for records in found.values() for kept in records]
