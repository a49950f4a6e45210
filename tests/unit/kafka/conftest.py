"""A producer that keeps what it is sent and fails as it is told."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

Failure = Callable[[TopicPartition, "FakeBatch"], BaseException | None]


@dataclass
class FakeBatch:
    """Takes up to `limit` records."""

    limit: int
    records: list[tuple[bytes | None, bytes | None, Sequence[tuple[str, bytes | None]]]] = field(default_factory=list)
    closed: bool = False

    @property
    def _builder(self) -> FakeBatch:
        return self

    def append(
        self, offset: int, timestamp: int, key: bytes | None, value: bytes | None, headers: Any
    ) -> object | None:
        if self.closed or len(self.records) >= self.limit:
            return None
        assert offset == len(self.records)
        self.records.append((key, value, headers))
        return self

    def close(self) -> None:
        self.closed = True


class FakeProducer:
    """Acknowledges at once, or when `release` is called if `manual` is set."""

    def __init__(self, topics: dict[str, int], *, batch_limit: int = 1_000, manual: bool = False) -> None:
        self.log: dict[TopicPartition, list[bytes | None]] = defaultdict(list)
        self.headers: dict[TopicPartition, list[Any]] = defaultdict(list)
        self.attempts: list[tuple[TopicPartition, list[bytes | None]]] = []
        self.unacknowledged: list[tuple[TopicPartition, FakeBatch, asyncio.Future[None]]] = []
        self.topics = topics
        self.failure: Failure = lambda tp, batch: None
        self.client = SimpleNamespace(
            cluster=SimpleNamespace(
                topics=lambda: set(self.topics),
                partitions_for_topic=lambda topic: set(range(self.topics.get(topic, 0))),
            )
        )
        self._batch_limit = batch_limit
        self._manual = manual

    def create_batch(self) -> FakeBatch:
        return FakeBatch(self._batch_limit)

    async def send_batch(self, batch: FakeBatch, topic: str, *, partition: int) -> asyncio.Future[None]:
        assert batch.closed, "an open batch lets others append to it"
        tp = TopicPartition(topic, partition)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.attempts.append((tp, [value for _, value, _ in batch.records]))
        self.unacknowledged.append((tp, batch, future))
        if not self._manual:
            self.release()
        return future

    def release(self) -> None:
        """Answer everything that was sent and not answered yet."""
        waiting, self.unacknowledged = self.unacknowledged, []
        for tp, batch, future in waiting:
            error = self.failure(tp, batch)
            if error is not None:
                future.set_exception(error)
                continue
            self.log[tp].extend(value for _, value, _ in batch.records)
            self.headers[tp].extend(headers for _, _, headers in batch.records)
            future.set_result(None)


async def until(condition: Callable[[], object], seconds: float = 5) -> None:
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - any condition, not only an event
            await asyncio.sleep(0)


@pytest.fixture
def eventually() -> Callable[..., Any]:
    return until


@pytest.fixture
def make_producer() -> type[FakeProducer]:
    return FakeProducer
