"""Real brokers for tests: embedded ones, or for the fixture `kafka` the one that `WEFT_TEST_BROKERS` names.

kafka                one broker, shared by the session; topics must be created
auto_creating_kafka  one broker that creates topics when they are touched, as many clusters do
kafka_cluster        three brokers, replication factor 3 and min.insync.replicas 2; `kill`, `start_node`...
new_topic            creates a topic with a name of its own and returns the name
"""

import asyncio
import os
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.dev.cluster import EmbeddedKafka

QUICK_GROUPS = {"group.min.session.timeout.ms": "1000"}
"""Lets a group notice a killed member sooner than Kafka's least 6 s."""


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    named = os.environ.get("WEFT_TEST_BROKERS")
    if named:
        asyncio.run(_reach(named))  # raises: a broker that was named and is not there fails the tests
        yield named
        return
    with EmbeddedKafka(tmp_path_factory.mktemp("kafka"), properties=QUICK_GROUPS) as cluster:
        yield cluster.bootstrap


@pytest.fixture(scope="session")
def auto_creating_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    properties = {"auto.create.topics.enable": "true"}
    with EmbeddedKafka(tmp_path_factory.mktemp("auto-kafka"), properties=properties) as cluster:
        yield cluster.bootstrap


@pytest.fixture(scope="session")
def kafka_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    with EmbeddedKafka(tmp_path_factory.mktemp("kafka-3"), brokers=3, properties=QUICK_GROUPS) as cluster:
        yield cluster


@pytest.fixture
def new_topic(request: pytest.FixtureRequest) -> Callable[..., Awaitable[str]]:
    async def create(partitions: int = 1, *, on: str | None = None, config: Mapping[str, str] | None = None) -> str:
        bootstrap = on or request.getfixturevalue("kafka")
        return await _create_topic(bootstrap, partitions, dict(config or {}))

    return create


async def _reach(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
    finally:
        await admin.close()


async def _create_topic(bootstrap: str, partitions: int, config: dict[str, str]) -> str:
    """Create a topic with a copy on each broker and wait until each partition has a leader."""
    name = f"t-{uuid.uuid4().hex[:12]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        copies = len((await admin.describe_cluster())["brokers"])
        response = await admin.create_topics([NewTopic(name, partitions, copies, topic_configs=config)])
        for topic in response.topic_errors:
            assert topic[1] == 0, f"creating {name} failed: {topic[1:]}"
        await _until_led(admin, name, partitions)
    finally:
        await admin.close()
    return name


async def _until_led(admin: AIOKafkaAdminClient, name: str, partitions: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        [topic] = await admin.describe_topics([name])
        leaders = [p["leader"] for p in topic["partitions"] if p["error_code"] == 0 and p["leader"] >= 0]
        if len(leaders) == partitions:
            return
    raise AssertionError(f"{name} has no leaders after 30 s")
