"""One checker for every peer: reads all outputs back and compares them with the raw records.

It shares no code with the pipeline. Trace ids are unique in the job, so a key names its record.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.partitioner import murmur2

from bench.errors import BenchVoid
from bench.generate import Sample
from bench.kafka import Kafka
from bench.peers.catalogue import Peer, Topics
from bench.shape import Shape
from streams.types import RawRecord

_FETCH_BYTES = 4_194_304
_STALL_MILLISECONDS = 10_000


@dataclass
class Verdict:
    """What came out: how many of each, what is wrong, and when the broker had each record (milliseconds)."""

    expected: int
    enriched: int = 0
    dead: int = 0
    doubled: int = 0
    altered: int = 0
    foreign: int = 0
    appended_ms: dict[bytes, int] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        """How many raw records have no output."""
        return self.expected - len(self.appended_ms)

    @property
    def faults(self) -> dict[str, int]:
        """The kinds of fault that were found, with their number."""
        names = ("missing", "doubled", "altered", "foreign")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


class Checker:
    """Judges output records against the raw records of a run."""

    def __init__(self, samples: Iterable[Sample], shape: Shape, partitions: int) -> None:
        self._samples: dict[bytes | None, Sample] = {sample.key: sample for sample in samples}
        self._shape = shape
        self._partitions = partitions
        self.verdict = Verdict(len(self._samples))

    def enriched(self, record: RawRecord) -> None:
        """Judge a record of the enriched topic: a known key, on its partition, with the right content."""
        self.verdict.enriched += 1
        sample = self._known(record)
        if sample is not None and (sample.broken or not self._right(sample, record)):
            self.verdict.altered += 1

    def dead(self, record: RawRecord) -> None:
        """Judge a dead letter: a broken record's original bytes."""
        self.verdict.dead += 1
        sample = self._known(record)
        if sample is not None and (not sample.broken or record.value != sample.value):
            self.verdict.altered += 1

    def _known(self, record: RawRecord) -> Sample | None:
        """Give the raw record behind an output, the first time that one appears."""
        sample = self._samples.get(record.key)
        if sample is None:
            self.verdict.foreign += 1
        elif sample.key in self.verdict.appended_ms:
            self.verdict.doubled += 1
        else:
            self.verdict.appended_ms[sample.key] = record.timestamp
            return sample
        return None

    def _right(self, sample: Sample, record: RawRecord) -> bool:
        try:
            placed = (murmur2(sample.key) & 0x7FFFFFFF) % self._partitions == record.partition
            return placed and self._shape(orjson.loads(sample.value), orjson.loads(record.value or b""))
        except (ValueError, KeyError, TypeError):
            return False


async def check(kafka: Kafka, peer: Peer, topics: Topics, samples: Iterable[Sample]) -> Verdict:
    """Read everything that a peer wrote and judge it.

    Raises:
        BenchVoid: a record is missing, doubled, altered or not ours.
    """
    checker = Checker(samples, peer.shape, len(kafka.partitions(topics.enriched)))
    judge = {topics.enriched: checker.enriched, topics.dead: checker.dead}
    async for record in everything(kafka.bootstrap, await kafka.ends(topics.enriched, topics.dead)):
        judge[record.topic](record)
    verdict = checker.verdict
    if verdict.faults:
        raise BenchVoid(f"{peer.name}: of {verdict.expected} records {verdict.faults}")
    return verdict


async def everything(bootstrap: str, ends: Mapping[TopicPartition, int]) -> AsyncIterator[RawRecord]:
    """Yield the records of partitions from the beginning up to `ends`."""
    left = {tp for tp, end in ends.items() if end}
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, max_partition_fetch_bytes=_FETCH_BYTES
    )
    async with consumer:
        consumer.assign(list(left))
        await consumer.seek_to_beginning()
        while left:
            batches = await consumer.getmany(timeout_ms=_STALL_MILLISECONDS)
            if not batches:
                raise BenchVoid(f"outputs cannot be read back: nothing came for {_STALL_MILLISECONDS} ms")
            for tp, records in batches.items():
                for record in records:
                    yield record
                if records[-1].offset + 1 >= ends[tp]:
                    left.discard(tp)
