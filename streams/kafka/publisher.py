"""Outcomes to output partitions, acknowledgements back to the commit tracker."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from functools import partial

from aiokafka import AIOKafkaProducer, TopicPartition

from streams.errors import UnexpectedState
from streams.kafka.commits import Bundle
from streams.kafka.partitioner import assign
from streams.kafka.shortcuts import OutputRecord
from streams.kafka.writer import Parcel, PartitionWriter
from streams.metrics import Metrics
from streams.types import DeadLetter, Outcome, header_bytes, lines_of

KafkaForm = tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]
"""Key, value and headers of a dead letter."""

_NO_HEADERS: list[tuple[str, bytes | None]] = []


class Publisher:
    """Places outcomes on the output topics; one writer per output partition keeps their order.

    `in_flight_bytes` is what waits for acknowledgement. Without an enriched topic it is for dead letters alone.
    """

    def __init__(
        self,
        producer: AIOKafkaProducer,
        *,
        enriched_topic: str | None,
        dead_topic: str,
        dead_letter: Callable[[DeadLetter], KafkaForm],
        by_reference: Callable[[DeadLetter], KafkaForm],
        metrics: Metrics,
        on_failure: Callable[[BaseException], None],
    ) -> None:
        self.in_flight_bytes = 0
        self._producer = producer
        self._enriched = enriched_topic
        self._dead = dead_topic
        self._dead_letter = dead_letter
        self._by_reference = by_reference
        self._metrics = metrics
        self._on_failure = on_failure
        self._writers: dict[TopicPartition, PartitionWriter] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._partitions: dict[str, int] = {}

    def start(self) -> None:
        """Fix the number of output partitions; the producer must be started.

        Raises:
            UnexpectedState: an output topic is missing (the start checks that first).
        """
        for topic in filter(None, (self._enriched, self._dead)):
            count = self.present_partitions(topic)
            if not count:
                raise UnexpectedState(f"output topic {topic} is missing")
            self._partitions[topic] = count
            for partition in range(count):
                self._add_writer(TopicPartition(topic, partition))

    def _add_writer(self, tp: TopicPartition) -> None:
        writer = self._writers[tp] = PartitionWriter(self._producer, tp)
        task = asyncio.create_task(writer.run(), name=f"writer {tp.topic}-{tp.partition}")
        task.add_done_callback(self._writer_ended)
        self._tasks.append(task)

    def _writer_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self._on_failure(task.exception() or UnexpectedState(f"{task.get_name()} returned"))

    async def stop(self) -> None:
        """End the writers; what they had not sent stays uncommitted."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def present_partitions(self, topic: str) -> int:
        """Give the number of partitions that the cluster has now, 0 for a missing topic."""
        return len(self._producer.client.cluster.partitions_for_topic(topic) or ())

    @property
    def repartitioned(self) -> str | None:
        """An output topic whose number of partitions changed since the start, if any."""
        for topic, count in self._partitions.items():
            if self.present_partitions(topic) not in (0, count):
                return topic
        return None

    @property
    def held(self) -> list[str]:
        """Why output partitions are held at present."""
        return sorted({writer.held for writer in self._writers.values() if writer.held})

    def publish(self, outcome: Outcome, bundle: Bundle, source_partition: int, settled: Callable[[], None]) -> None:
        """Hand over all outputs of a bundle; `settled` is called once when every one is acknowledged."""
        groups: dict[TopicPartition, list[OutputRecord]] = defaultdict(list)
        if outcome.values and self._enriched:
            count = self._partitions[self._enriched]
            # columns are zipped into groups by one list per partition: the only per-record work here
            targets: list[list[OutputRecord]] = [[] for _ in range(count)]
            placed = assign(outcome.keys, count, source_partition % count)
            for place, key, value, raw in zip(placed, outcome.keys, outcome.values, outcome.origins, strict=True):
                targets[place].append((key, value, _NO_HEADERS, raw))
            groups.update((TopicPartition(self._enriched, p), t) for p, t in enumerate(targets) if t)
        for letter in outcome.dead:
            groups[self._dead_partition(letter.raw.partition)].append((*self._dead_letter(letter), letter))
        bundle.pending = len(groups)
        if not groups:
            settled()
        for tp, records in groups.items():
            self._put(tp, records, bundle, settled)

    def _dead_partition(self, source_partition: int) -> TopicPartition:
        return TopicPartition(self._dead, source_partition % self._partitions[self._dead])

    def _put(
        self, tp: TopicPartition, records: list[OutputRecord], bundle: Bundle, settled: Callable[[], None]
    ) -> None:
        size = sum([len(record[1] or b"") + (header_bytes(record[2]) if record[2] else 0) for record in records])
        self.in_flight_bytes += size
        self._writers[tp].put(
            Parcel(
                records,
                delivered=partial(self._delivered, size, bundle, settled),
                replace=partial(self._replace, tp.topic, bundle, settled),
            )
        )

    def _replace(self, topic: str, bundle: Bundle, settled: Callable[[], None], record: OutputRecord) -> None:
        """Send dead letters instead of a record that alone is over the topic's limit: one, or one a joined line."""
        origin = record[3]
        if not isinstance(origin, DeadLetter):
            error = "the broker refused the record as too large"
            letters = [DeadLetter(line, "limit.size", "publish", error) for line in lines_of(origin)]
            bundle.counts.enriched -= 1
            bundle.counts.joined -= len(letters) - 1
            bundle.counts.dead += len(letters)
            self._metrics.records_dead.labels("publish", "limit.size").inc(len(letters))
            forms: list[OutputRecord] = [(*self._dead_letter(letter), letter) for letter in letters]
        elif record[1] is not None or len(record[2]) > len(self._by_reference(origin)[2]):
            letters, forms = [origin], [(*self._by_reference(origin), origin)]
        else:
            raise UnexpectedState(f"{topic} refuses even a dead letter by reference as too large")
        bundle.pending += 1
        self._put(self._dead_partition(letters[0].raw.partition), forms, bundle, settled)

    def _delivered(self, size: int, bundle: Bundle, settled: Callable[[], None]) -> None:
        self.in_flight_bytes -= size
        self._metrics.bytes_produced.inc(size)
        bundle.pending -= 1
        if not bundle.pending:
            settled()
