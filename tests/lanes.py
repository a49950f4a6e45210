"""A lane: raw, enriched and dead-letter topics of its own on a real broker, with roles in this process."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from streams.kafka.metadata import CommitState, decode
from streams.kafka.topics import sink_group
from streams.lifecycle import Lifecycle
from streams.role import Role
from streams.settings import Settings
from streams.sink_role import SinkRole
from streams.sinks.base import Item
from streams.worker import Worker

Header = tuple[str, bytes]


class Running:
    """A role in this process; `exit_code` is what it would have ended the process with."""

    def __init__(self, make: Callable[[Lifecycle], Role], settings: Settings) -> None:
        self.failed = asyncio.Event()
        self.exit_code: int | None = None
        self.lifecycle = Lifecycle(settings.timing.stop_deadline_seconds, exit_process=self._exit)
        self.role = make(self.lifecycle)
        self.task = asyncio.create_task(self.role.run())

    @property
    def worker(self) -> Worker:
        assert isinstance(self.role, Worker)
        return self.role

    @property
    def sink(self) -> SinkRole:
        assert isinstance(self.role, SinkRole)
        return self.role

    def _exit(self, code: int) -> None:
        self.exit_code = code if self.exit_code is None else self.exit_code
        self.failed.set()

    async def stop(self) -> int:
        self.lifecycle.stop()
        return await self.task


class Lane:
    """Topics of one test and what to do with them."""

    def __init__(self, bootstrap: str, raw: str, enriched: str, dead: str) -> None:
        self.bootstrap = bootstrap
        self.raw, self.enriched, self.dead = raw, enriched, dead
        self.group = f"group-{raw}"
        self.sink_name = f"sink-{raw}"

    def settings(self, **changes: Any) -> Settings:
        timing = {"commit_interval_seconds": 0.1, "discovery_interval_seconds": 0.5, "session_timeout_seconds": 6}
        values: dict[str, Any] = {
            "brokers": self.bootstrap,
            "raw_topics": (self.raw,),
            "enriched_topic": self.enriched,
            "dead_topic": self.dead,
            "group": self.group,
        } | changes
        values["timing"] = timing | values.get("timing", {})
        return Settings(**values)

    @asynccontextmanager
    async def worker(self, **changes: Any) -> AsyncIterator[Running]:
        """Run a worker until the block ends; a role that failed is only cancelled."""
        options = {name: changes.pop(name) for name in ("accept_gaps", "resumed") if name in changes}
        settings = self.settings(**changes)
        async with _running(Running(lambda lifecycle: Worker(settings, lifecycle, **options), settings)) as running:
            yield running

    @asynccontextmanager
    async def sink(self, entry: dict[str, Any], **changes: Any) -> AsyncIterator[Running]:
        """Run a sink that the settings describe so."""
        options = {name: changes.pop(name) for name in ("accept_gaps", "resumed", "rewrite") if name in changes}
        settings = self.settings(sinks={self.sink_name: entry}, **changes)
        made = Running(lambda lifecycle: SinkRole(settings, lifecycle, self.sink_name, **options), settings)
        async with _running(made) as running:
            yield running

    async def produce(
        self, values: Sequence[bytes | None], *, partition: int = 0, headers: Sequence[Header] = (), **options: Any
    ) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, max_request_size=8_000_000, **options)
        await producer.start()
        try:
            if "transactional_id" in options:
                await producer.begin_transaction()
            sent = [
                await producer.send(self.raw, value, key=b"key", partition=partition, headers=list(headers))
                for value in values
            ]
            await asyncio.gather(*sent)
            if "transactional_id" in options:
                await producer.commit_transaction()
        finally:
            await producer.stop()

    async def enrich(
        self, items: Sequence[Item], *, partition: int = 0, topic: str | None = None, headers: Sequence[Header] = ()
    ) -> None:
        """Write records as a worker would, or to another topic; their offsets follow from what is there."""
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap)
        await producer.start()
        try:
            where = topic or self.enriched
            sent = [
                await producer.send(where, item.value, key=item.key, partition=partition, headers=list(headers))
                for item in items
            ]
            await asyncio.gather(*sent)
        finally:
            await producer.stop()

    async def read(self, topic: str) -> list[ConsumerRecord[bytes, bytes]]:
        """Read a topic from its beginning to its present end."""
        return await read_topic(self.bootstrap, topic)

    async def enriched_records(self) -> list[dict[str, Any]]:
        return [json.loads(record.value or b"") for record in await self.read(self.enriched)]

    async def ids(self) -> list[str]:
        return [record["event_id"] for record in await self.enriched_records()]

    async def dead_letters(self) -> list[tuple[bytes | None, dict[str, bytes]]]:
        return [(record.value, dict(record.headers)) for record in await self.read(self.dead)]

    async def committed(self) -> dict[int, CommitState]:
        """Give the worker's commits by raw partition."""
        return await self._committed(self.group, self.raw)

    async def sunk(self, topic: str | None = None) -> dict[int, CommitState]:
        """Give the sink's commits by partition of the enriched topic, or of another."""
        return await self._committed(sink_group(self.sink_name), topic or self.enriched)

    async def _committed(self, group: str, topic: str) -> dict[int, CommitState]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            offsets = await admin.list_consumer_group_offsets(group)
        finally:
            await admin.close()
        return {tp.partition: decode(o.offset, o.metadata) for tp, o in offsets.items() if tp.topic == topic}

    async def until_committed(self, offsets: dict[int, int], seconds: float = 20) -> None:
        await self._until(self.committed, offsets, seconds)

    async def until_sunk(self, offsets: dict[int, int], topic: str | None = None, seconds: float = 20) -> None:
        await self._until(lambda: self.sunk(topic), offsets, seconds)

    async def _until(
        self, read: Callable[[], Awaitable[dict[int, CommitState]]], offsets: dict[int, int], seconds: float
    ) -> None:
        async def reached() -> bool:
            states = await read()
            return all(p in states and states[p].offset >= offset for p, offset in offsets.items())

        await until(reached, seconds)


async def read_topic(bootstrap: str, topic: str) -> list[ConsumerRecord[bytes, bytes]]:
    """Read a topic from its beginning to its present end."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", isolation_level="read_committed"
    )
    await consumer.start()
    try:
        await consumer._client._wait_on_metadata(topic)
        tps = [TopicPartition(topic, p) for p in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(tps)
        ends = await consumer.end_offsets(tps)
        found: list[ConsumerRecord[bytes, bytes]] = []
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found.extend(records)
        return found
    finally:
        await consumer.stop()


@asynccontextmanager
async def _running(running: Running) -> AsyncIterator[Running]:
    try:
        yield running
    finally:
        if running.failed.is_set() or running.task.done():
            running.task.cancel()
            await asyncio.gather(running.task, return_exceptions=True)
        else:
            await running.stop()


async def until(condition: Callable[[], Any], seconds: float = 20) -> None:
    """Wait until a condition, plain or awaitable, holds."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if isinstance(result, Awaitable):
            result = await result
        if result:
            return
        assert time.monotonic() < deadline, f"not within {seconds} s"
        await asyncio.sleep(0.02)
