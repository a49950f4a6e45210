"""The one writer of one output partition: a batch leaves only after the one before it was acknowledged."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from itertools import accumulate
from typing import NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.producer.message_accumulator import BatchBuilder

from streams.kafka.shortcuts import OutputRecord, fill

_HELD = (TopicAuthorizationFailedError, UnknownTopicOrPartitionError)
_RETRY_SECONDS = 0.5


class Parcel(NamedTuple):
    """Records of one bundle for one output partition.

    `delivered` is called once all are acknowledged or replaced, `replace` for a record that the broker finds
    too large even alone; it must be called first, so that the bundle does not look finished in between.
    """

    records: list[OutputRecord]
    delivered: Callable[[], None]
    replace: Callable[[OutputRecord], None]


class PartitionWriter:
    """Packs parcels into batches and sends them one after the other, in order.

    `held` says why nothing leaves at present (no permission, no such topic); the same batch is tried again
    until it does.
    """

    def __init__(self, producer: AIOKafkaProducer, tp: TopicPartition) -> None:
        self.held: str | None = None
        self._producer = producer
        self._tp = tp
        self._parcels: deque[Parcel] = deque()
        self._ends: deque[tuple[int, Parcel]] = deque()
        self._filled = asyncio.Event()

    def put(self, parcel: Parcel) -> None:
        """Queue a parcel; the caller bounds how much is in flight."""
        self._parcels.append(parcel)
        self._filled.set()

    async def run(self) -> None:
        """Send for ever.

        Raises:
            KafkaError: a failure that cannot be retried; nothing of this partition was sent after it.
        """
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._parcels:
                await self._deliver_queue()

    async def _deliver_queue(self) -> None:
        """Send what is queued now, as few batches as possible, and report each parcel once it is whole."""
        parcels = list(self._parcels)
        self._parcels.clear()
        records = parcels[0].records if len(parcels) == 1 else [r for parcel in parcels for r in parcel.records]
        ends = self._ends
        ends.extend(zip(accumulate(len(parcel.records) for parcel in parcels), parcels, strict=True))
        start = 0
        while start < len(records):
            batch, stop = self._pack(records, start)
            await self._send(batch, records, start, stop)
            start = stop
            while ends and ends[0][0] <= start:
                ends.popleft()[1].delivered()

    def _pack(self, records: list[OutputRecord], start: int, limit: int | None = None) -> tuple[BatchBuilder, int]:
        """Fill one batch from `start`; gives it closed, with the index of the first record that is not in it."""
        batch: BatchBuilder = self._producer.create_batch()
        filled = fill(batch, records[start:limit] if start or limit else records, int(time.time() * 1000))
        return batch, start + filled

    async def _send(self, batch: BatchBuilder, records: list[OutputRecord], start: int, stop: int) -> None:
        """Deliver one batch, split in halves while the broker finds it too large."""
        try:
            await self._acknowledged(batch)
        except MessageSizeTooLargeError:
            if stop - start == 1:
                next(parcel for end, parcel in self._ends if end > start).replace(records[start])
                return
            while start < stop:
                half, end = self._pack(records, start, start + max(1, (stop - start) // 2))
                await self._send(half, records, start, end)
                start = end

    async def _acknowledged(self, batch: BatchBuilder) -> None:
        """Send until all in-sync replicas have it."""
        while True:
            try:
                if self._tp.topic not in self._producer.client.cluster.topics():
                    raise UnknownTopicOrPartitionError(self._tp.topic)  # asking for it by name could create it
                await (await self._producer.send_batch(batch, self._tp.topic, partition=self._tp.partition))
            except _HELD as error:
                self.held = f"{self._tp.topic}: {type(error).__name__}"
                await asyncio.sleep(_RETRY_SECONDS)
            except MessageSizeTooLargeError:
                raise
            except KafkaError as error:
                if not (error.retriable or isinstance(error, KafkaTimeoutError)):
                    raise
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                self.held = None
                return
