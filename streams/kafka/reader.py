"""Reads topics without a group: nothing is committed, nobody is rebalanced, only committed records are seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

Records = Sequence[ConsumerRecord[Any, Any]]

_POLL_MS = 200
_BATCH_RECORDS = 5_000


async def offset_bounds(
    consumer: AIOKafkaConsumer, partitions: Collection[TopicPartition]
) -> Mapping[TopicPartition, tuple[int, int]]:
    """Give the first offset and the last stable one of existing partitions."""
    if not partitions:
        return {}
    consumer.assign(partitions)
    begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    return {tp: (begins[tp], ends[tp]) for tp in partitions}


async def follow(
    consumer: AIOKafkaConsumer,
    partitions: Collection[TopicPartition],
    *,
    from_beginning: bool = False,
    idle_seconds: float | None = None,
) -> AsyncGenerator[Records]:
    """Give records as they arrive, partition by partition in their order, until nothing came for `idle_seconds`.

    Gives nothing, as an empty batch, several times a second while there is nothing, so that the caller can look up.
    """
    bounds = await offset_bounds(consumer, partitions)
    _start_at(consumer, {tp: begin if from_beginning else end for tp, (begin, end) in bounds.items()})
    loop = asyncio.get_running_loop()
    heard = loop.time()
    while idle_seconds is None or loop.time() - heard < idle_seconds:
        fetched = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_BATCH_RECORDS)
        for records in fetched.values() or ((),):
            yield records
        if fetched:
            heard = loop.time()


async def replay(
    consumer: AIOKafkaConsumer, starts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> AsyncGenerator[Records]:
    """Give what lies between two offsets of each partition; an end must not be behind the last stable offset."""
    unfinished = {tp: end for tp, end in ends.items() if starts[tp] < end}
    if not unfinished:
        return
    _start_at(consumer, {tp: starts[tp] for tp in unfinished})
    while unfinished:
        fetched = await consumer.getmany(*unfinished, timeout_ms=_POLL_MS, max_records=_BATCH_RECORDS)
        for tp, records in fetched.items():
            within = [record for record in records if record.offset < unfinished[tp]]
            if within:
                yield within
        # Asked after the records: control and aborted records move a position without giving any.
        positions = {tp: await consumer.position(tp) for tp in unfinished}
        unfinished = {tp: end for tp, end in unfinished.items() if positions[tp] < end}


def _start_at(consumer: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int]) -> None:
    consumer.assign(list(offsets))
    for tp, offset in offsets.items():
        consumer.seek(tp, offset)
