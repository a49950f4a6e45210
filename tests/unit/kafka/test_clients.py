"""Ending a consumer while a broker is away."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.consumer.fetcher import Fetcher

from streams.kafka.clients import stop_consumer


class FakeClient:
    """Connections that can be closed."""

    def __init__(self) -> None:
        self.closed = False

    async def close(self) -> None:
        self.closed = True


def consumer_with(pending: asyncio.Task[None], client: FakeClient) -> AIOKafkaConsumer:
    """Give a real consumer with a real fetcher that has this fetch under way, and nothing else."""
    fetcher: Any = Fetcher.__new__(Fetcher)
    fetcher._fetch_task = asyncio.create_task(asyncio.Event().wait())
    fetcher._fetch_waiters = set()
    fetcher._pending_tasks = {pending}
    consumer: Any = AIOKafkaConsumer.__new__(AIOKafkaConsumer)
    consumer._closed, consumer._coordinator, consumer._fetcher, consumer._client = False, None, fetcher, client
    consumer._loop = asyncio.get_running_loop()
    return consumer  # type: ignore[no-any-return]


async def waiting_to_try_again() -> None:
    await asyncio.Event().wait()


async def test_a_fetch_that_waits_for_a_broker_does_not_end_the_one_who_stops_the_consumer() -> None:
    client = FakeClient()
    pending = asyncio.create_task(waiting_to_try_again())
    await asyncio.sleep(0)

    await stop_consumer(consumer_with(pending, client))

    assert pending.cancelled()
    assert client.closed


async def test_whoever_is_cancelled_while_stopping_a_consumer_is_cancelled() -> None:
    reached = asyncio.Event()

    async def slow_to_end() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            reached.set()
            await asyncio.Event().wait()

    pending = asyncio.create_task(slow_to_end())
    await asyncio.sleep(0)
    stopping = asyncio.create_task(stop_consumer(consumer_with(pending, FakeClient())))
    await asyncio.wait_for(reached.wait(), 5)
    stopping.cancel()

    with pytest.raises(asyncio.CancelledError):
        await stopping
