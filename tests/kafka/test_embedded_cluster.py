"""Three embedded brokers: replication factor 3, min.insync.replicas 2, one may die."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from streams.dev.cluster import EmbeddedKafka
from streams.dev.readiness import answers

NewTopic = Callable[..., Awaitable[str]]
RECORDS = 50


async def _produce(bootstrap: str, topic: str, word: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        sent = [await producer.send(topic, b"%s-%d" % (word, i)) for i in range(RECORDS)]
        await asyncio.gather(*sent)


async def _values(bootstrap: str, topic: str) -> set[bytes]:
    """Every value in the topic's three partitions."""
    partitions = [TopicPartition(topic, p) for p in range(3)]
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        values: set[bytes] = set()
        while any([await consumer.position(p) < ends[p] for p in partitions]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                values.update(r.value for r in records if r.value is not None)
        return values


def _named(word: bytes) -> set[bytes]:
    return {b"%s-%d" % (word, i) for i in range(RECORDS)}


async def test_topics_have_three_copies_and_need_two(kafka_cluster: EmbeddedKafka, new_topic: NewTopic) -> None:
    topic = await new_topic(partitions=3, on=kafka_cluster.bootstrap)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_cluster.bootstrap)
    await admin.start()
    try:
        [description] = await admin.describe_topics([topic])
        resource = ConfigResource(ConfigResourceType.TOPIC, topic, configs={"min.insync.replicas": ""})
        [configs] = await admin.describe_configs([resource])
    finally:
        await admin.close()
    assert [sorted(p["replicas"]) for p in description["partitions"]] == [[1, 2, 3]] * 3
    assert configs.resources[0][4][0][:2] == ("min.insync.replicas", "2")


async def test_one_broker_may_be_killed_and_come_back_without_loss(
    kafka_cluster: EmbeddedKafka, new_topic: NewTopic
) -> None:
    topic = await new_topic(partitions=3, on=kafka_cluster.bootstrap)
    await _produce(kafka_cluster.bootstrap, topic, b"before")
    before = kafka_cluster.pids
    kafka_cluster.kill(2)
    assert set(kafka_cluster.pids) == {1, 3}
    await _produce(kafka_cluster.bootstrap, topic, b"during")
    kafka_cluster.start_node(2)
    assert kafka_cluster.pids[2] != before[2]
    await _produce(kafka_cluster.bootstrap, topic, b"after")
    assert await _values(kafka_cluster.bootstrap, topic) == _named(b"before") | _named(b"during") | _named(b"after")
    kafka_cluster.check()


def test_a_stopped_broker_has_not_failed_and_starts_again(kafka_cluster: EmbeddedKafka) -> None:
    kafka_cluster.stop_node(3)
    kafka_cluster.check()
    assert set(kafka_cluster.pids) == {1, 2}
    kafka_cluster.start_node(3)
    assert set(kafka_cluster.pids) == {1, 2, 3}


def test_a_foreign_cluster_on_the_port_is_not_taken_for_ones_own(kafka_cluster: EmbeddedKafka) -> None:
    ports = [int(address.rpartition(":")[2]) for address in kafka_cluster.bootstrap.split(",")]
    own = json.loads((kafka_cluster.data_dir / "cluster.json").read_text())["cluster_id"]
    assert answers(ports, [1, 2, 3], own)
    assert not answers(ports, [1, 2, 3], "another")
    assert not answers(ports, [1, 2, 3, 4], own)
