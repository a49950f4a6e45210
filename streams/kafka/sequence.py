"""Sends records to one partition in their order, once: what fails is told, not tried again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, UnknownTopicOrPartitionError
from aiokafka.producer.message_accumulator import BatchBuilder

from streams.kafka.shortcuts import fill


class Sent(NamedTuple):
    """Of a sequence: which records are acknowledged, which are too large, and what stopped the rest, if anything."""

    acknowledged: list[int]
    too_large: list[int]
    stopped_by: KafkaError | None


async def send_sequence(
    producer: AIOKafkaProducer, tp: TopicPartition, records: Sequence[tuple[bytes | None, bytes]]
) -> Sent:
    """Send keys and values batch after batch, each once the one before is acknowledged; stops at the first failure."""
    sent = Sent([], [], None)
    start, limit = 0, len(records)
    while start < len(records):
        batch, stop = _pack(producer, records, start, limit)
        try:
            if tp.topic not in producer.client.cluster.topics():
                raise UnknownTopicOrPartitionError(tp.topic)  # asking for it by name could create it
            await (await producer.send_batch(batch, tp.topic, partition=tp.partition))
        except MessageSizeTooLargeError:
            if stop - start > 1:
                limit = start + (stop - start) // 2
                continue
            sent.too_large.append(start)
        except KafkaError as error:
            return sent._replace(stopped_by=error)
        else:
            sent.acknowledged.extend(range(start, stop))
        start, limit = stop, len(records)
    return sent


def _pack(
    producer: AIOKafkaProducer, records: Sequence[tuple[bytes | None, bytes]], start: int, limit: int
) -> tuple[BatchBuilder, int]:
    """Fill a batch from `start` and close it; gives the index of the first record that is not in it."""
    batch: BatchBuilder = producer.create_batch()
    now = int(time.time() * 1000)
    return batch, start + fill(batch, ((key, value, [], None) for key, value in records[start:limit]), now)
