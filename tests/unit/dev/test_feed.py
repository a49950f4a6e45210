"""The demo's feed: what it sends and what it counts."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError

from streams.dev.demo import Feed, raw_topic
from streams.dev.traffic import BROKEN, Traffic
from streams.errors import ConfigurationError, TemporaryError
from streams.settings import Settings


class FakeProducer:
    """Takes records and acknowledges them once `answers` is set, with `error` if there is one."""

    def __init__(self, error: type[Exception] | None = None) -> None:
        self.sent: list[tuple[bytes, bytes | None, int, list[Any]]] = []
        self.reached = asyncio.Event()
        self.answers = asyncio.Event()
        self._error = error

    async def send(
        self, topic: str, value: bytes, key: bytes | None, partition: int, *, timestamp_ms: None, headers: list[Any]
    ) -> "asyncio.Task[None]":
        assert (topic, timestamp_ms) == ("raw-logs", None)
        self.sent.append((value, key, partition, headers))
        self.reached.set()
        return asyncio.create_task(self._answer())

    async def _answer(self) -> None:
        await self.answers.wait()
        if self._error:
            raise self._error()


def _feed(producer: Any) -> Feed:
    return Feed(producer, "raw-logs", 6, Traffic(1))


async def _cancel(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_was_sent_when_the_feed_is_cancelled_is_counted() -> None:
    producer = FakeProducer()
    feed = _feed(producer)
    running = asyncio.create_task(feed.run())
    await asyncio.wait_for(producer.reached.wait(), 5)

    await _cancel(running)
    assert feed.produced == 0
    producer.answers.set()
    await feed.finish()

    assert feed.produced == len(producer.sent) >= 300


async def test_records_of_a_trace_and_of_a_file_go_to_one_partition_each_with_their_headers() -> None:
    producer = FakeProducer()
    producer.answers.set()
    running = asyncio.create_task(_feed(producer).run())
    await asyncio.wait_for(producer.reached.wait(), 5)
    await _cancel(running)

    by_key: dict[bytes, set[int]] = {}
    for _, key, partition, _ in producer.sent:
        if key is not None:
            by_key.setdefault(key, set()).add(partition)
    assert len(by_key) > 3
    assert all(len(partitions) == 1 for partitions in by_key.values())
    hinted = [(value, tuple(headers)) for value, _, _, headers in producer.sent if headers]
    assert set(hinted) <= {(message.value, message.headers) for message in BROKEN}


@pytest.mark.parametrize("error", [MessageSizeTooLargeError, KafkaTimeoutError])
async def test_a_refused_record_ends_the_feed(error: type[Exception]) -> None:
    producer = FakeProducer(error)
    producer.answers.set()
    with pytest.raises(TemporaryError, match=error.__name__):
        await asyncio.wait_for(_feed(producer).run(), 5)


def test_the_first_raw_topic_with_a_name_is_fed() -> None:
    assert raw_topic(Settings(raw_topics=("^logs-.*", "orders", "carts"))) == "orders"


def test_patterns_alone_name_no_topic_to_feed() -> None:
    with pytest.raises(ConfigurationError, match="no raw topic is named"):
        raw_topic(Settings(raw_topics=("^logs-.*",)))
