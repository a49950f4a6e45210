"""Topic ids: what tells a topic from an earlier one of the same name (Kafka 2.8, KIP-516).

aiokafka speaks Metadata up to version 5, ids begin with version 10, so the request is defined here after the
Kafka protocol guide ("Metadata API", version 10). aiokafka's client is private; the version is pinned.
"""

from __future__ import annotations

import base64
from collections.abc import Collection
from io import BytesIO
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IncompatibleBrokerVersion, NodeNotReadyError
from aiokafka.protocol.abstract import AbstractType
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Boolean, CompactArray, CompactString, Int16, Int32, Schema, TaggedFields

_NO_ID = bytes(16)


class TopicIdsUnsupported(Exception):
    """The broker is older than Kafka 2.8."""


class DescribedTopic(NamedTuple):
    """A topic that exists: its id as Kafka's tools print it, "" if it has none, and its number of partitions."""

    topic_id: str
    partitions: int


async def describe(consumer: AIOKafkaConsumer, topics: Collection[str]) -> dict[str, DescribedTopic]:
    """Ask one broker for topics, creating none; those that are missing or not to be seen are left out.

    Raises:
        TopicIdsUnsupported: the broker cannot answer, now or later.
        KafkaError: the broker did not answer; where `retriable`, another may.
    """
    client = consumer._client  # noqa: SLF001 - see the module's docstring
    node = client.get_random_node()
    if node is None:
        raise NodeNotReadyError("no broker is known")
    try:
        response = await client.send(node, _MetadataRequest(topics))
    except (NotImplementedError, IncompatibleBrokerVersion) as error:
        raise TopicIdsUnsupported from error
    return {
        name: DescribedTopic(_text(topic_id), len(partitions))
        for error_code, name, topic_id, _, partitions, *_ in response.topics
        if error_code == 0
    }


def _text(topic_id: bytes) -> str:
    """Base64url without padding, as `kafka-topics --describe` shows it."""
    return "" if topic_id == _NO_ID else base64.urlsafe_b64encode(topic_id).decode().rstrip("=")


class _Uuid(AbstractType[bytes]):
    @classmethod
    def encode(cls, value: bytes) -> bytes:
        return value

    @classmethod
    def decode(cls, data: BytesIO) -> bytes:
        return data.read(16)


_NAME = CompactString("utf-8")


class _MetadataResponse(Response):
    API_KEY = 3
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(("node_id", Int32), ("host", _NAME), ("port", Int32), ("rack", _NAME), ("tags", TaggedFields)),
        ),
        ("cluster_id", _NAME),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", _NAME),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_authorized_operations", Int32),
        ("tags", TaggedFields),
    )


class _MetadataRequestV10(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 3
    API_VERSION = 10
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id", _Uuid), ("name", _NAME), ("tags", TaggedFields))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _MetadataRequest(Request[_MetadataRequestV10]):
    API_KEY = 3

    def __init__(self, topics: Collection[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[Any]) -> _MetadataRequestV10:
        topics: list[tuple[bytes, str, dict[int, bytes]]] = [(_NO_ID, name, {}) for name in self._topics]
        return _MetadataRequestV10(topics, False, False, False, {})
