"""The one writer of an output partition: order, retries and records that are too large."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from streams.kafka import writer as writer_module
from streams.kafka.shortcuts import OutputRecord
from streams.kafka.writer import Parcel, PartitionWriter
from streams.testing import FakeRecord

TP = TopicPartition("enriched", 0)


@pytest.fixture(autouse=True)
def retry_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "_RETRY_SECONDS", 0)


class Running:
    """A writer with its task, and a note of what was delivered and replaced."""

    def __init__(self, producer: Any) -> None:
        self.producer = producer
        self.writer = PartitionWriter(producer, TP)
        self.delivered: list[str] = []
        self.replaced: list[bytes | None] = []
        self.task = asyncio.create_task(self.writer.run())

    def put(self, name: str, *values: bytes) -> None:
        records: list[OutputRecord] = [(None, value, [], FakeRecord()) for value in values]
        self.writer.put(
            Parcel(records, lambda: self.delivered.append(name), lambda record: self.replaced.append(record[1]))
        )


@pytest.fixture
async def running(make_producer: Any) -> AsyncIterator[Any]:
    started: list[Running] = []

    def start(**options: Any) -> Running:
        started.append(Running(make_producer({"enriched": 1}, **options)))
        return started[-1]

    yield start
    for one in started:
        one.task.cancel()
        await asyncio.gather(one.task, return_exceptions=True)


async def test_the_next_batch_leaves_only_after_the_last_one_was_acknowledged(running: Any, eventually: Any) -> None:
    one = running(batch_limit=2, manual=True)
    one.put("a", b"1", b"2", b"3")
    one.put("b", b"4")

    await eventually(lambda: one.producer.unacknowledged)

    assert one.producer.attempts == [(TP, [b"1", b"2"])]
    assert one.delivered == []

    one.producer.release()
    await eventually(lambda: one.producer.unacknowledged)

    assert [values for _, values in one.producer.attempts] == [[b"1", b"2"], [b"3", b"4"]]
    assert one.delivered == []

    one.producer.release()
    await eventually(lambda: len(one.delivered) == 2)

    assert one.delivered == ["a", "b"]


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(KafkaTimeoutError(), id="time-out"),
        pytest.param(TopicAuthorizationFailedError("enriched"), id="no permission"),
        pytest.param(UnknownTopicOrPartitionError("enriched"), id="no such topic"),
    ],
)
async def test_a_failed_batch_is_sent_again_before_anything_else(
    running: Any, eventually: Any, error: KafkaError
) -> None:
    one = running(batch_limit=1)
    errors: list[BaseException] = [error]
    one.producer.failure = lambda tp, batch: errors.pop() if errors else None

    one.put("a", b"1", b"2")
    await eventually(lambda: one.delivered)

    assert [values for _, values in one.producer.attempts] == [[b"1"], [b"1"], [b"2"]]
    assert one.producer.log[TP] == [b"1", b"2"]


async def test_a_partition_is_held_while_it_may_not_be_written_and_recovers(running: Any, eventually: Any) -> None:
    one = running()
    refused = True
    one.producer.failure = lambda tp, batch: TopicAuthorizationFailedError(tp.topic) if refused else None

    one.put("a", b"1")
    await eventually(lambda: one.writer.held)

    assert one.writer.held == "enriched: TopicAuthorizationFailedError"

    refused = False
    await eventually(lambda: one.delivered)

    assert one.writer.held is None


async def test_a_topic_that_is_gone_is_never_asked_for_by_name(running: Any, eventually: Any) -> None:
    one = running()
    topics, one.producer.topics = one.producer.topics, {}

    one.put("a", b"1")
    await eventually(lambda: one.writer.held)

    assert one.producer.attempts == []

    one.producer.topics = topics
    await eventually(lambda: one.delivered)


async def test_a_failure_that_cannot_be_retried_ends_the_writer_with_nothing_sent_after_it(running: Any) -> None:
    one = running(batch_limit=1)
    one.producer.failure = lambda tp, batch: KafkaError("the sender died")

    one.put("a", b"1", b"2")

    with pytest.raises(KafkaError, match="the sender died"):
        await one.task
    assert [values for _, values in one.producer.attempts] == [[b"1"]]
    assert one.delivered == []


async def test_a_batch_that_is_too_large_is_split_and_only_the_large_record_replaced(
    running: Any, eventually: Any
) -> None:
    one = running()
    one.producer.failure = lambda tp, batch: (
        MessageSizeTooLargeError() if sum(len(value) for _, value, _ in batch.records) > 10 else None
    )

    one.put("a", b"1111", b"2222", b"3" * 11, b"4444")
    one.put("b", b"5555")
    await eventually(lambda: len(one.delivered) == 2)

    assert one.producer.log[TP] == [b"1111", b"2222", b"4444", b"5555"]
    assert one.replaced == [b"3" * 11]
