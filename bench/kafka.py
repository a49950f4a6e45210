"""What the bench asks of the broker: topics, and how far they have come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.errors import UnexpectedState

_BATCH_BYTES = 262_144
_METADATA_SECONDS = 10.0
_POLL_SECONDS = 0.05
NO_CONFIG: Mapping[str, str] = MappingProxyType({})
# the broker's clock says when an output was there, whoever wrote it
_OUTPUT_CONFIG = {"message.timestamp.type": "LogAppendTime"}


class Kafka:
    """Clients of the broker at `bootstrap`, for topics, end offsets and sample traffic."""

    def __init__(
        self, bootstrap: str, admin: AIOKafkaAdminClient, watcher: AIOKafkaConsumer, producer: AIOKafkaProducer
    ) -> None:
        self.bootstrap = bootstrap
        self.producer = producer
        self._admin = admin
        self._watcher = watcher
        self._partitions: dict[str, int] = {}

    async def create(
        self, topic: str, partitions: int, config: Mapping[str, str] = NO_CONFIG, *, output: bool = False
    ) -> None:
        """Create a topic and wait until this process can write to it; an `output` gets the broker's timestamps.

        Raises:
            UnexpectedState: the broker refuses, or the topic does not appear within 10 s.
        """
        settings = {**(_OUTPUT_CONFIG if output else {}), **config}
        response: Any = await self._admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=settings)])
        if code := response.topic_errors[0][1]:
            raise UnexpectedState(f"cannot create topic {topic}: Kafka error {code}")
        self._partitions[topic] = partitions

        async def writable() -> bool:
            return len(await self.producer.partitions_for(topic)) == partitions

        await _until(writable)

    async def delete(self, topics: Collection[str]) -> None:
        """Delete topics and wait until their names are free."""
        await self._admin.delete_topics(list(topics))

        async def gone() -> bool:
            return not set(topics) & set(await self._admin.list_topics())

        await _until(gone)
        for topic in topics:
            del self._partitions[topic]

    def partitions(self, *topics: str) -> list[TopicPartition]:
        """Give all partitions of topics that `create` made."""
        return [TopicPartition(topic, number) for topic in topics for number in range(self._partitions[topic])]

    async def ends(self, *topics: str) -> Mapping[TopicPartition, int]:
        """Give the end offset of each partition; their sum is the number of records ever written."""
        ends: Mapping[TopicPartition, int] = await self._watcher.end_offsets(self.partitions(*topics))
        return ends


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(_METADATA_SECONDS):
        while not await condition():  # noqa: ASYNC110 (the broker tells nobody)
            await asyncio.sleep(_POLL_SECONDS)


@asynccontextmanager
async def connected(bootstrap: str) -> AsyncIterator[Kafka]:
    """Connect to the broker for the length of the block."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    watcher = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=_BATCH_BYTES)
    await admin.start()
    try:
        async with watcher, producer:
            yield Kafka(bootstrap, admin, watcher, producer)
    finally:
        await admin.close()
