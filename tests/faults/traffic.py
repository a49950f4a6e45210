"""Traffic with known content: traces of several numbered records, some records broken, some without trace."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

BROKEN_SHARE = 0.005
UNTRACED_SHARE = 0.02
_LIVE_TRACES = 300
_TICK_SECONDS = 0.02
_MOST_WAITING = 5_000
_JSON = [("content-type", b"application/json")]


class Made(NamedTuple):
    """A record as it is to be produced."""

    partition: int
    key: bytes | None
    value: bytes
    headers: list[tuple[str, bytes]]


class Maker:
    """Makes records for a raw topic of some partitions; the same seed makes the same ones."""

    def __init__(self, seed: int, partitions: int) -> None:
        self._random = Random(seed)  # noqa: S311 (the same records each time are the point)
        self._partitions = partitions
        self._untraced = [0] * partitions
        self._traces = [self._trace() for _ in range(_LIVE_TRACES)]

    def one(self) -> Made:
        """Make the next record of a random live trace, or one without trace."""
        if self._random.random() < UNTRACED_SHARE:
            return self.untraced(self._random.randrange(self._partitions))
        index = self._random.randrange(_LIVE_TRACES)
        try:
            return next(self._traces[index])
        except StopIteration:
            self._traces[index] = self._trace()
            return next(self._traces[index])

    def untraced(self, partition: int) -> Made:
        """Make a record without trace for a given partition."""
        self._untraced[partition] += 1
        return self._record(partition, None, self._untraced[partition])

    def _trace(self) -> Iterator[Made]:
        """Make the records of one trace, all on one partition."""
        trace = f"{self._random.getrandbits(128):032x}"
        partition = self._random.randrange(self._partitions)
        for sequence in range(self._random.randint(2, 40)):
            yield self._record(partition, trace, sequence)

    def _record(self, partition: int, trace: str | None, sequence: int) -> Made:
        document: dict[str, object] = {
            "timestamp": f"2026-11-20T12:{sequence // 60 % 60:02d}:{sequence % 60:02d}.125Z",
            "level": self._random.choice(["INFO", "INFO", "WARN", "ERROR"]),
            "message": f"order {self._random.randrange(10**6)} " + "x" * self._random.randrange(200),
            "sequence": sequence,
            "service": self._random.choice(["checkout", "cart", "search"]),
        }
        if trace is not None:
            document |= {"trace_id": trace, "span_id": f"{self._random.getrandbits(64) or 1:016x}"}
        value = json.dumps(document).encode()
        key = trace.encode() if trace is not None else None
        if self._random.random() < BROKEN_SHARE:
            return Made(partition, key, value[: self._random.randrange(1, len(value) - 1)], _JSON)
        return Made(partition, key, value, [])


class Traffic:
    """Produces at a steady rate until stopped; `acknowledged` counts what the brokers have."""

    def __init__(self, bootstrap: str, topic: str, maker: Maker, *, rate: float, at_least: int) -> None:
        self.acknowledged = 0
        self._topic = topic
        self._maker = maker
        self._rate = rate
        self._at_least = at_least
        self._waiting = 0
        self._moved = asyncio.Event()
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap, acks="all", linger_ms=5, max_batch_size=65_536, request_timeout_ms=90_000
        )

    async def run(self, enough: asyncio.Event) -> None:
        """Produce until `enough` is set and `at_least` records are acknowledged; everything is, in the end."""
        await self._producer.start()
        began, sent = time.monotonic(), 0
        try:
            while not (enough.is_set() and self.acknowledged >= self._at_least):
                due = int((time.monotonic() - began) * self._rate) - sent
                for _ in range(min(due, _MOST_WAITING - self._waiting)):
                    await self.send(self._maker.one())
                    sent += 1
                await asyncio.sleep(_TICK_SECONDS)
            await self._producer.flush()
        finally:
            await self._producer.stop()

    async def send(self, made: Made) -> None:
        """Send one record; its acknowledgement is counted when it comes."""
        acknowledged = await self._producer.send(
            self._topic, made.value, made.key, made.partition, headers=made.headers
        )
        self._waiting += 1
        acknowledged.add_done_callback(self._count)

    def _count(self, acknowledged: asyncio.Future[object]) -> None:
        self._waiting -= 1
        with suppress(KafkaError):  # not acknowledged: it may be in the topic all the same, which the checker reads
            acknowledged.result()
            self.acknowledged += 1
        self._moved.set()

    async def until(self, acknowledged: int, seconds: float) -> None:
        """Wait until so many records are acknowledged.

        Raises:
            TimeoutError: they are not.
        """
        try:
            async with asyncio.timeout(seconds):
                while self.acknowledged < acknowledged:
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            raise TimeoutError(f"{self.acknowledged} of {acknowledged} sent within {seconds:.0f} s") from None
