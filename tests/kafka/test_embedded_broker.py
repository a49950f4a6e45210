"""The embedded broker is a real Kafka: what clients rely on holds."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import UnknownTopicOrPartitionError
from aiokafka.structs import OffsetAndMetadata

from streams.dev.cluster import EmbeddedKafka
from streams.errors import ConfigurationError

NewTopic = Callable[..., Awaitable[str]]


async def _touch(bootstrap: str, topic: str) -> int:
    """Ask for the topic's metadata, as consumers and producers do before anything else; return Kafka's error code."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        [description] = await admin.describe_topics([topic])
        return int(description["error_code"])
    finally:
        await admin.close()


async def _topics(bootstrap: str) -> set[str]:
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        return await consumer.topics()


async def test_records_come_back_in_order_with_key_headers_and_offset(kafka: str, new_topic: NewTopic) -> None:
    topic = await new_topic()
    async with AIOKafkaProducer(bootstrap_servers=kafka, acks="all") as producer:
        for i in range(10):
            await producer.send_and_wait(topic, b"v%d" % i, key=b"k", headers=[("h", b"x")])
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest")
    async with consumer:
        records = [await consumer.getone() for _ in range(10)]
    assert [(r.offset, r.key, r.value, r.headers) for r in records] == [
        (i, b"k", b"v%d" % i, (("h", b"x"),)) for i in range(10)
    ]


async def test_a_group_commits_offset_and_metadata_as_soon_as_the_broker_is_ready(
    tmp_path: Path, new_topic: NewTopic
) -> None:
    with EmbeddedKafka(tmp_path) as cluster:
        partition = TopicPartition(await new_topic(on=cluster.bootstrap), 0)
        consumer = AIOKafkaConsumer(partition.topic, bootstrap_servers=cluster.bootstrap, group_id="g")
        async with consumer:
            await consumer.getmany(timeout_ms=100)
            await consumer.commit({partition: OffsetAndMetadata(0, "counters")})
            assert await consumer.committed(partition) == 0


async def test_touching_a_missing_topic_does_not_create_it(kafka: str, new_topic: NewTopic) -> None:
    assert await _touch(kafka, "touched") == UnknownTopicOrPartitionError.errno
    created_later = await new_topic()
    topics = await _topics(kafka)
    assert created_later in topics
    assert "touched" not in topics


async def test_touching_creates_it_where_auto_creation_is_on(auto_creating_kafka: str) -> None:
    await _touch(auto_creating_kafka, "touched")
    async with asyncio.timeout(20):
        while "touched" not in await _topics(auto_creating_kafka):
            pass


def test_every_broker_listens_on_the_loopback_address_only(kafka_cluster: EmbeddedKafka) -> None:
    listening = {
        connection.laddr.ip.removeprefix("::ffff:")
        for pid in kafka_cluster.pids.values()
        for connection in psutil.Process(pid).net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_a_property_that_kafka_refuses_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"num\.io\.threads"):
        EmbeddedKafka(tmp_path, properties={"num.io.threads": "many"}).start()
