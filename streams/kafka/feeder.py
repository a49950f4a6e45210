"""Sends lines to a topic: acknowledged by all in-sync replicas, in order, with bounded work in flight."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from functools import lru_cache
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2

from streams.types import Headers

_IN_FLIGHT_RECORDS = 20_000


class Sent(NamedTuple):
    """A record that waits for its acknowledgement."""

    acknowledged: asyncio.Future[object]
    size: int


class Feeder:
    """Sends records to one topic and counts what became of them; `finish` waits for the rest."""

    def __init__(
        self,
        producer: AIOKafkaProducer,
        topic: str,
        partitions: int,
        *,
        headers: Headers = (),
        timestamp_ms: int | None = None,
    ) -> None:
        self.records = 0
        self.bytes = 0
        self.refused: Counter[str] = Counter()
        self._producer = producer
        self._topic = topic
        self._partitions = partitions
        self._headers = list(headers)
        self._timestamp_ms = timestamp_ms
        self._waiting: deque[Sent] = deque()

    async def send(self, value: bytes, key: bytes | None, source: str) -> None:
        """Send one record; without a key it goes where all records of `source` go, which keeps their order."""
        partition = _place(key if key is not None else source.encode(), self._partitions)
        try:
            future = await self._producer.send(
                self._topic, value, key, partition, timestamp_ms=self._timestamp_ms, headers=self._headers
            )
        except KafkaError as error:
            self.refuse(type(error).__name__)
            return
        self._waiting.append(Sent(future, len(value)))
        if len(self._waiting) >= _IN_FLIGHT_RECORDS:
            await self._settle(_IN_FLIGHT_RECORDS // 2)

    async def finish(self) -> None:
        """Wait until every record is acknowledged or refused."""
        await self._settle(0)

    def refuse(self, reason: str) -> None:
        """Count a record that is not in the topic."""
        self.refused[reason] += 1

    async def _settle(self, remaining: int) -> None:
        while len(self._waiting) > remaining:
            sent = self._waiting.popleft()
            try:
                await sent.acknowledged
            except KafkaError as error:
                self.refuse(type(error).__name__)
            else:
                self.records += 1
                self.bytes += sent.size


@lru_cache(maxsize=65_536)
def _place(key: bytes, partitions: int) -> int:
    """Give Java's default partition; remembered, because hashing costs more than sending."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions
