"""The Kafka sink on a real broker: the contract's checks, and what is Kafka's own."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from streams.errors import ConfigurationError
from streams.kafka.partitioner import assign
from streams.sinks.base import OK, Batch, Item, Outcome, Place, Sink, Unavailable
from streams.sinks.kafka import KafkaOptions, KafkaSink
from streams.sinks.stores import Stored
from streams.testing.items import changed, make_items
from streams.testing.sink_subject import SinkUnderTest
from streams.testing.sinks import Check, check_declarations, checks_for
from tests.lanes import read_topic

NewTopic = Callable[..., Awaitable[str]]


class KafkaUnderTest(SinkUnderTest):
    """A topic of its own; a record of more than a mebibyte is too large for it.

    A broker tells clients its own address, so that a proxy in front of it would be passed by: what becomes of records
    while brokers go away is in the tests of the cluster.
    """

    def __init__(self, brokers: str, topic: str) -> None:
        self.brokers, self.topic = brokers, topic

    def make(self, *, rewrite: bool = False) -> Sink:
        return made(self.brokers, self.topic, rewrite=rewrite)

    async def read(self) -> Sequence[Stored]:
        return [orjson.loads(record.value) for record in await read_topic(self.brokers, self.topic)]

    def spoil(self, item: Item) -> Item:
        return changed(item, attributes={"spoiled": random.Random(1).randbytes(800_000).hex()})  # noqa: S311 - no compression makes it small


def made(brokers: str, topic: str, *, rewrite: bool = False, **options: Any) -> KafkaSink:
    place = Place(name="copy", directory=Path(), rewrite=rewrite)
    return KafkaSink(KafkaOptions(brokers=brokers, topic=topic, **options), place)


@asynccontextmanager
async def started(sink: KafkaSink) -> AsyncIterator[KafkaSink]:
    await sink.start()
    try:
        yield sink
    finally:
        await sink.stop()


@pytest.mark.parametrize("check", checks_for(KafkaUnderTest), ids=lambda check: check.__name__)
async def test_it_keeps_the_contract(check: Check, kafka: str, new_topic: NewTopic) -> None:
    async with KafkaUnderTest(kafka, await new_topic(3)) as subject:
        await check(subject)


def test_it_says_what_it_is() -> None:
    check_declarations(KafkaSink)


async def test_records_are_copied_as_they_are_and_placed_by_their_trace(kafka: str, new_topic: NewTopic) -> None:
    topic, items = await new_topic(3), make_items(60)
    async with started(made(kafka, topic)) as sink:
        assert {*await sink.write(Batch("enriched", 1, items))} == {OK}
    copied = await read_topic(kafka, topic)
    keys = [item.record["trace_id"] and item.record["trace_id"].encode() for item in items]
    assert sorted((record.value, record.key, record.partition) for record in copied) == sorted(
        zip((item.value for item in items), keys, assign(keys, 3, 1), strict=True)
    )


async def test_a_topic_that_does_not_exist_is_waited_for_and_never_made(auto_creating_kafka: str) -> None:
    """Asking for it by name would create it here."""
    async with started(made(auto_creating_kafka, "t-nobody-made")) as sink:
        results = await sink.write(Batch("enriched", 0, make_items(3)))
    assert {result.outcome for result in results} == {Outcome.RETRY}
    admin = AIOKafkaAdminClient(bootstrap_servers=auto_creating_kafka)
    await admin.start()
    try:
        assert "t-nobody-made" not in await admin.list_topics()
    finally:
        await admin.close()


async def test_names_that_vary_come_from_a_list(kafka: str, new_topic: NewTopic) -> None:
    allowed, rest = await new_topic(), await new_topic()
    items = [
        changed(item, resource={"service.name": service})
        for item, service in zip(make_items(3), (allowed, "../hostile", rest), strict=True)
    ]
    options = {"allowed": (allowed,), "otherwise": rest}
    async with started(made(kafka, "{service}", **options)) as sink:
        assert {*await sink.write(Batch("enriched", 0, items))} == {OK}
    assert [record.value for record in await read_topic(kafka, allowed)] == [items[0].value]
    assert [record.value for record in await read_topic(kafka, rest)] == [items[1].value, items[2].value]


async def test_a_name_that_is_not_in_the_list_is_rejected_where_nothing_else_is_said(
    kafka: str, new_topic: NewTopic
) -> None:
    allowed = await new_topic()
    items = [
        changed(item, resource={"service.name": service})
        for item, service in zip(make_items(2), (allowed, "other"), strict=True)
    ]
    async with started(made(kafka, "{service}", allowed=(allowed,))) as sink:
        results = await sink.write(Batch("enriched", 0, items))
    assert [result.outcome for result in results] == [Outcome.OK, Outcome.REJECTED]


async def test_nobody_there_is_unavailable() -> None:
    sink = made("127.0.0.1:1", "any")
    with pytest.raises(Unavailable):
        await sink.start()
    await sink.stop()


def test_the_cluster_must_be_said() -> None:
    with pytest.raises(ConfigurationError, match=r"sinks\.copy\.options\.brokers"):
        KafkaSink(KafkaOptions(), Place(name="copy", directory=Path()))
