"""Reads what a run left on the brokers; like the checker it knows nothing of the program."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, KafkaError

from tests.faults import commit_history
from tests.faults.checker import Commit, Committed, Evidence, Kept

_FETCH_BYTES = 4_194_304
_SAMPLE_SECONDS = 0.2
_STALL_MILLISECONDS = 15_000


class Lane(NamedTuple):
    """The topics and the consumer group of one run."""

    bootstrap: str
    raw: str
    enriched: str
    dead: str
    group: str


async def collect(lane: Lane) -> Evidence:
    """Read all three topics from beginning to end, and every commit of the group."""
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
            history=await _history(consumer, lane),
        )


async def _history(consumer: AIOKafkaConsumer, lane: Lane) -> list[Committed]:
    ends = await _ends(consumer, commit_history.TOPIC)
    own = commit_history.partition_of(lane.group, len(ends))
    records = await _read(consumer, commit_history.TOPIC, {own: ends[own]})
    return list(commit_history.commits_in(records, lane.group, lane.raw))


async def raw_ends(lane: Lane) -> dict[int, int]:
    """Give the end of each raw partition."""
    async with _consumer(lane) as consumer:
        return await _ends(consumer, lane.raw)


async def commits(lane: Lane) -> dict[int, Commit]:
    """Give what the group has committed on the raw topic; for a moment after its coordinator moved it may be less.

    Raises:
        KafkaError: nothing is committed yet, or the group's coordinator cannot answer now, which looks the same here.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=lane.bootstrap, request_timeout_ms=5_000)
    try:
        await admin.start()
        found = await admin.list_consumer_group_offsets(lane.group)
    finally:
        await admin.close()
    if not found:
        raise GroupCoordinatorNotAvailableError(lane.group)
    return {tp.partition: Commit(kept.offset, kept.metadata) for tp, kept in found.items() if tp.topic == lane.raw}


class CommitLog:
    """Watches the group's commits while a run goes on; `changed` is set whenever one moved."""

    def __init__(self, lane: Lane) -> None:
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
            with suppress(KafkaError, OSError):
                self._note(await commits(self._lane))
            await asyncio.sleep(_SAMPLE_SECONDS)

    def _note(self, found: Mapping[int, Commit]) -> None:
        moved = {
            p: commit for p, commit in found.items() if p not in self.latest or commit.offset > self.latest[p].offset
        }
        if moved:
            self.latest = {**self.latest, **moved}
            self.changed.set()

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
