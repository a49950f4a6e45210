"""Records as they are to topics of another cluster, or to other topics of the same one, keyed by trace id."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from pydantic import Field, model_validator

from streams.errors import ConfigurationError
from streams.kafka.connection import client_options
from streams.kafka.partitioner import assign
from streams.kafka.preflight import present_topics
from streams.kafka.sequence import Sent, send_sequence
from streams.settings import Security
from streams.sinks.base import OK, Batch, Effect, Item, Outcome, Place, Result, Sink, SinkOptions, Unavailable
from streams.sinks.order import prefix_only

_FIELDS: Final = ("{signal}", "{service}", "{environment}")
_TOO_LARGE: Final = Result(Outcome.REJECTED, "MessageSizeTooLarge")
_SEND_SECONDS: Final = 30
_LOOK_SECONDS: Final = 5
"""How soon a topic that was created late is found."""


class KafkaOptions(SinkOptions):
    """Options of a cluster and its topics."""

    brokers: str | None = Field(None, description="host:port,... of the cluster; it has no default")
    security: Security = Field(default=Security(), description="how to reach it, as for Weft's own cluster")
    topic: str = Field("weft", description="name, in which {signal}, {service} and {environment} vary")
    allowed: tuple[str, ...] = Field((), description="the only names that a varying topic may become")
    otherwise: str | None = Field(None, description="topic of records whose own is not allowed; else they are rejected")

    @model_validator(mode="after")
    def _bounded(self) -> KafkaOptions:
        if any(field in self.topic for field in _FIELDS) and not self.allowed:
            raise ValueError("a topic that varies needs `allowed`: what a stranger's record names must not be created")
        return self


class KafkaSink(Sink):
    """Copies records, all in-sync replicas acknowledging; replays come twice, with the same event id."""

    name = "kafka"
    effect = Effect.AT_LEAST_ONCE
    Options: ClassVar[type[KafkaOptions]] = KafkaOptions

    def __init__(self, options: KafkaOptions, place: Place) -> None:
        super().__init__(options, place)
        if options.brokers is None:
            raise ConfigurationError(f"sinks.{place.name}.options.brokers: say which cluster, as host:port,...")
        self._options = options
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect.

        Raises:
            Unavailable: no broker answers.
            ConfigurationError: what leads to the cluster is not complete.
        """
        producer = AIOKafkaProducer(
            **client_options(self._options),
            acks="all",
            compression_type="lz4",
            request_timeout_ms=_SEND_SECONDS * 1000,
            metadata_max_age_ms=_LOOK_SECONDS * 1000,
        )
        try:
            await producer.start()
            await present_topics(producer)
        except KafkaError as error:
            await producer.stop()
            raise Unavailable(type(error).__name__) from None
        self._producer = producer

    async def write(self, batch: Batch) -> Sequence[Result]:
        """Send a batch: the partitions of the target side by side, the records of each in their order."""
        if self._producer is None:
            raise Unavailable("not started")
        results: list[Result] = [OK] * len(batch.items)
        targets: defaultdict[str, list[int]] = defaultdict(list)
        for index, item in enumerate(batch.items):
            topic = self._topic(item)
            if topic is None:
                results[index] = Result(Outcome.REJECTED, "its topic is not allowed")
            else:
                targets[topic].append(index)
        await asyncio.gather(
            *(self._send(self._producer, topic, batch, own, results) for topic, own in targets.items())
        )
        return prefix_only(batch.items, results)

    async def stop(self) -> None:
        """Disconnect."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    def _topic(self, item: Item) -> str | None:
        options, record = self._options, item.record
        if not options.allowed:
            return options.topic
        values: dict[str, Any] = {
            "{signal}": record["signal"],
            "{service}": record["resource"]["service.name"],
            "{environment}": record["resource"].get("deployment.environment.name", ""),
        }
        topic = options.topic
        for field in _FIELDS:
            topic = topic.replace(field, str(values[field]))
        return topic if topic in options.allowed else options.otherwise

    async def _send(
        self, producer: AIOKafkaProducer, topic: str, batch: Batch, own: Sequence[int], results: list[Result]
    ) -> None:
        """Send those records of the batch that go to one topic, and put down what became of them."""
        cluster = producer.client.cluster
        partitions = sorted(cluster.partitions_for_topic(topic) or ()) if topic in cluster.topics() else []
        if not partitions:  # asking for it by name could create it
            _put(results, own, Result(Outcome.RETRY, f"there is no topic {topic}"))
            return
        keys = [_key(batch.items[index]) for index in own]
        placed: defaultdict[int, list[int]] = defaultdict(list)
        for index, place in zip(own, assign(keys, len(partitions), batch.partition % len(partitions)), strict=True):
            placed[place].append(index)
        sent = await asyncio.gather(
            *(
                send_sequence(
                    producer,
                    TopicPartition(topic, partitions[place]),
                    [(_key(batch.items[index]), batch.items[index].value) for index in indexes],
                )
                for place, indexes in placed.items()
            )
        )
        for indexes, of_partition in zip(placed.values(), sent, strict=True):
            _note(results, indexes, of_partition)


def _key(item: Item) -> bytes | None:
    trace: str | None = item.record["trace_id"]
    return None if trace is None else trace.encode()


def _note(results: list[Result], indexes: Sequence[int], sent: Sent) -> None:
    if sent.stopped_by is not None:
        _put(results, indexes, Result(Outcome.RETRY, type(sent.stopped_by).__name__))
    _put(results, [indexes[at] for at in sent.acknowledged], OK)
    _put(results, [indexes[at] for at in sent.too_large], _TOO_LARGE)


def _put(results: list[Result], indexes: Sequence[int], result: Result) -> None:
    for index in indexes:
        results[index] = result
