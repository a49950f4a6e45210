"""A plain aiokafka loop around Weft's own pipeline: no Faust, no tracker, one fetch after the other.

At-least-once: everything of a fetch is acknowledged before its offsets are committed. It is what the runtime of
the worker is measured against, and does no more than that: no pausing, no bounded drain, no watchdog, no metrics.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import TypeAlias

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from streams.kafka.connection import client_options
from streams.kafka.partitioner import assign
from streams.lifecycle import calm_collector
from streams.pipeline import Pipeline
from streams.pipeline.reject import kafka_form
from streams.settings import Settings, load
from streams.types import Chunk, Headers, Outcome, PartitionState

_COMMIT_SECONDS = 1.0
_POLL_MILLISECONDS = 200
_BATCH_BYTES = 262_144
_NO_HEADERS: list[tuple[str, bytes | None]] = []

Output: TypeAlias = tuple[bytes | None, bytes | None, Headers]
Outputs: TypeAlias = dict[TopicPartition, list[Output]]


async def main(settings: Settings) -> None:
    """Normalise until SIGTERM."""
    calm_collector()  # as the worker does, so that the ratio tells what the runtime around the pipeline costs
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, partial(_cancel, asyncio.current_task()))
    options = client_options(settings)
    consumer = AIOKafkaConsumer(
        *settings.raw_topics,
        **options,
        group_id=settings.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=settings.flow.fetch_bytes,
    )
    async with AIOKafkaProducer(**options, acks="all", max_batch_size=_BATCH_BYTES) as producer, consumer:
        await _loop(settings, consumer, producer)


def _cancel(task: asyncio.Task[None] | None) -> None:
    if task:
        task.cancel()


async def _loop(settings: Settings, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer) -> None:
    pipeline = Pipeline(settings)
    counts = {
        topic: len(await producer.partitions_for(topic)) for topic in (settings.enriched_topic, settings.dead_topic)
    }
    states: dict[TopicPartition, PartitionState] = {}
    committed = time.monotonic()
    while True:
        fetched = await consumer.getmany(timeout_ms=_POLL_MILLISECONDS)
        outputs: Outputs = defaultdict(list)
        for tp, records in fetched.items():
            state = states.setdefault(tp, PartitionState(tp.topic, tp.partition))
            chunk = Chunk(tp.topic, tp.partition, records, records[-1].offset + 1, state)
            _normalise(settings, pipeline, chunk, counts, outputs)
        await asyncio.gather(*(_deliver(producer, tp, records) for tp, records in outputs.items()))
        if time.monotonic() - committed > _COMMIT_SECONDS:
            await consumer.commit()
            committed = time.monotonic()


def _normalise(settings: Settings, pipeline: Pipeline, chunk: Chunk, counts: dict[str, int], outputs: Outputs) -> None:
    """Take a chunk through the pipeline and add what it gives to the lists of the output partitions."""
    pipeline.prepare(chunk)
    complete_through = -1
    while complete_through + 1 < chunk.end:
        outcome = pipeline.finish(chunk, {})
        complete_through = outcome.complete_through
        _place(settings, pipeline, chunk, outcome, counts, outputs)


def _place(
    settings: Settings, pipeline: Pipeline, chunk: Chunk, outcome: Outcome, counts: dict[str, int], outputs: Outputs
) -> None:
    """Add what a part of a chunk gives to the lists of the output partitions."""
    count = counts[settings.enriched_topic]
    targets = [outputs[TopicPartition(settings.enriched_topic, partition)] for partition in range(count)]
    places = assign(outcome.keys, count, chunk.partition % count)
    for place, key, value in zip(places, outcome.keys, outcome.values, strict=True):
        targets[place].append((key, value, _NO_HEADERS))
    dead = TopicPartition(settings.dead_topic, chunk.partition % counts[settings.dead_topic])
    outputs[dead].extend(kafka_form(letter) for letter in outcome.dead)


async def _deliver(producer: AIOKafkaProducer, tp: TopicPartition, records: Iterable[Output]) -> None:
    """Send records to one partition in full batches, and wait until all are acknowledged."""
    left = iter(records)
    record = next(left, None)
    while record is not None:
        batch = producer.create_batch()
        append = batch.append
        now = int(time.time() * 1000)
        while record is not None:
            key, value, headers = record
            if append(key=key, value=value, timestamp=now, headers=headers) is None:
                break
            record = next(left, None)
        batch.close()
        await (await producer.send_batch(batch, tp.topic, partition=tp.partition))


if __name__ == "__main__":
    with suppress(asyncio.CancelledError):
        asyncio.run(main(load()))
