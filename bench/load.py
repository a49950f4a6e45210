"""Sample traffic: everything at once, at a steady pace, or as much as the peer can take."""

from __future__ import annotations

import asyncio
import time
from asyncio import Future
from collections.abc import Sequence
from itertools import cycle

from bench.generate import JSON_HINT, Sample
from bench.kafka import Kafka
from streams.kafka.partitioner import assign

_PORTION = 5_000
_TICK_SECONDS = 0.01


async def fill(kafka: Kafka, topic: str, samples: Sequence[Sample]) -> None:
    """Write all records and wait until the broker has them."""
    for start in range(0, len(samples), _PORTION):
        await _written(await _send(kafka, topic, samples[start : start + _PORTION]))


async def pace(kafka: Kafka, topic: str, samples: Sequence[Sample], per_second: float) -> dict[bytes, int]:
    """Write records at an even rate, whatever becomes of them; gives each key's Kafka timestamp in milliseconds."""
    stamps: dict[bytes, int] = {}
    pending: list[Future[object]] = []
    began = time.monotonic()
    while len(stamps) < len(samples):
        due = samples[len(stamps) : int((time.monotonic() - began) * per_second) + 1]
        now = int(time.time() * 1000)
        stamps.update((sample.key, now) for sample in due)
        pending += await _send(kafka, topic, due, now)
        await asyncio.sleep(_TICK_SECONDS)
    await _written(pending)
    return stamps


async def press(kafka: Kafka, topic: str, outputs: tuple[str, str], samples: Sequence[Sample], backlog: int) -> None:
    """Write the records over and over, up to `backlog` ahead of the outputs, until cancelled."""
    portions = cycle([samples[start : start + _PORTION] for start in range(0, len(samples), _PORTION)])
    while True:
        ahead = sum((await kafka.ends(topic)).values()) - sum((await kafka.ends(*outputs)).values())
        for _ in range((backlog - ahead) // _PORTION):
            await _written(await _send(kafka, topic, next(portions)))
        await asyncio.sleep(_TICK_SECONDS)


async def _send(kafka: Kafka, topic: str, samples: Sequence[Sample], stamp: int | None = None) -> list[Future[object]]:
    """Hand records to the producer, packed by partition as Java's default partitioner places them."""
    partitions = len(kafka.partitions(topic))
    groups: list[list[Sample]] = [[] for _ in range(partitions)]
    for sample, place in zip(samples, assign([sample.key for sample in samples], partitions, 0), strict=True):
        groups[place].append(sample)
    pending: list[Future[object]] = []
    for partition, group in enumerate(groups):
        pending += await _send_group(kafka, topic, partition, group, stamp or int(time.time() * 1000))
    return pending


async def _send_group(
    kafka: Kafka, topic: str, partition: int, group: list[Sample], stamp: int
) -> list[Future[object]]:
    pending: list[Future[object]] = []
    left = iter(group)
    sample = next(left, None)
    while sample is not None:
        batch = kafka.producer.create_batch()
        while sample is not None and batch.append(
            key=sample.key, value=sample.value, timestamp=stamp, headers=JSON_HINT if sample.broken else []
        ):
            sample = next(left, None)
        batch.close()
        pending.append(await kafka.producer.send_batch(batch, topic, partition=partition))
    return pending


async def _written(pending: Sequence[Future[object]]) -> None:
    await asyncio.gather(*pending)
