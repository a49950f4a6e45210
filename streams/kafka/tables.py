"""Compacted topics as tables: read whole before the first record is processed, then followed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from streams.errors import TemporaryError
from streams.kafka.administration import partitions_of
from streams.kafka.clients import consumer
from streams.kafka.reader import offset_bounds
from streams.settings import Settings
from streams.types import Snapshots, TopicTable

CALM_SECONDS = 5.0
"""Least time between two snapshots that are taken up: each makes a new pipeline."""
_POLL_MS = 200
_BATCH_RECORDS = 5_000

log = structlog.get_logger()


class Tables:
    """The tables of all processors, by their names; each worker reads them whole and commits nothing."""

    def __init__(
        self,
        settings: Settings,
        tables: Mapping[str, TopicTable],
        on_failure: Callable[[BaseException], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.topics = {name: table.topic for name, table in tables.items()}
        self._settings = settings
        self._tables = tables
        self._on_failure = on_failure
        self._clock = clock
        self._loaded = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._changed = False
        self._taken = -CALM_SECONDS

    @property
    def changed(self) -> bool:
        """Whether something was read since the last snapshot, and that was taken long enough ago."""
        return self._changed and self._clock() - self._taken >= CALM_SECONDS

    def snapshots(self) -> Snapshots:
        """Give what the tables say now."""
        self._changed, self._taken = False, self._clock()
        return {name: table.table.snapshot() for name, table in self._tables.items()}

    async def start(self) -> None:
        """Read everything that is in the topics now, and go on reading.

        Raises:
            ConfigurationError: a topic does not exist, or the brokers refuse.
            TemporaryError: they cannot be reached, or it takes longer than a start may.
        """
        if not self._tables:
            return
        partitions = [tp for topic in sorted(set(self.topics.values())) for tp in await self._partitions(topic)]
        self._task = asyncio.create_task(self._follow(partitions), name="tables")
        loaded = asyncio.create_task(self._loaded.wait())
        seconds = self._settings.timing.start_deadline_seconds
        await asyncio.wait((self._task, loaded), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        loaded.cancel()
        if self._task.done():
            await self._task
        if not self._loaded.is_set():
            raise TemporaryError(f"{', '.join(self.topics.values())} was not read within {seconds:.0f} s")
        self._task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Stop reading."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _partitions(self, topic: str) -> list[TopicPartition]:
        return await partitions_of(self._settings, topic)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_failure(error)

    async def _follow(self, partitions: list[TopicPartition]) -> None:
        async with consumer(self._settings) as client:
            bounds = await offset_bounds(client, partitions)
            for tp, (begin, _) in bounds.items():
                client.seek(tp, begin)
            unread = {tp: end for tp, (begin, end) in bounds.items() if begin < end}
            while True:
                unread = await self._unread(client, unread)
                if not unread:
                    self._loaded.set()
                for records in (await client.getmany(timeout_ms=_POLL_MS, max_records=_BATCH_RECORDS)).values():
                    self._take(records)

    async def _unread(self, client: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        """Give the partitions of which not everything is read; control records move a position without giving any."""
        return {tp: end for tp, end in ends.items() if await client.position(tp) < end}

    def _take(self, records: Iterable[ConsumerRecord[Any, Any]]) -> None:
        for record in records:
            for table in (table.table for table in self._tables.values() if table.topic == record.topic):
                try:
                    table.put(record.key, record.value)
                except ValueError as error:
                    place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
                    log.warning("table.record_refused", **place, error=str(error))
                else:
                    self._changed = True


async def read_tables(settings: Settings, tables: Mapping[str, TopicTable]) -> Snapshots:
    """Give what topics say now, once.

    Raises:
        ConfigurationError: a topic does not exist, or the brokers refuse.
        TemporaryError: they cannot be reached.
    """
    reader = Tables(settings, tables, lambda error: None)
    try:
        await reader.start()
        return reader.snapshots()
    finally:
        await reader.stop()
