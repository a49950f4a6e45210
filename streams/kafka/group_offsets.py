"""Reading a group's commits so that none that was acknowledged is missed (OffsetFetch 7, KIP-447).

aiokafka speaks OffsetFetch up to version 3 and passes over the error of the whole answer, which looks as if nothing
was ever committed. It also gets what Kafka 4's coordinator knows to be replicated, and after a change of its leader
that is less than what was acknowledged before. With `require_stable` the answer waits until all of the log is known
to be replicated. The request is defined here after Kafka's `OffsetFetchRequest.json`; before Kafka 2.5 version 3 is
used, whose coordinators answer from their whole log anyway.

A coordinator of Kafka 4.1 that takes over may overlook that its log is replicated, until the next write to it. A
member that waits for it while it takes partitions sends no heartbeat, and the end of its session is such a write.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from aiokafka import OffsetAndMetadata, TopicPartition
from aiokafka.errors import BrokerResponseError, NoError, UnknownTopicOrPartitionError, for_code
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.commit import OffsetFetchRequest_v3
from aiokafka.protocol.types import Boolean, CompactArray, CompactString, Int16, Int32, Int64, Schema, TaggedFields

_NEVER_COMMITTED = -1
_TEXT = CompactString("utf-8")


class UnstableOffsetCommitError(BrokerResponseError):
    """A transaction that commits offsets of the group is still open; aiokafka does not know this error."""

    errno = 88
    message = "UNSTABLE_OFFSET_COMMIT"
    retriable = True


def offsets_in(response: Any) -> dict[TopicPartition, OffsetAndMetadata]:
    """Give the commits in an answer to `OffsetFetch`; a partition that was never committed is left out.

    Raises:
        KafkaError: the coordinator did not answer for the group or for one of its partitions.
    """
    _check(response.error_code)
    return dict(_commits(response))


def _commits(response: Any) -> Iterator[tuple[TopicPartition, OffsetAndMetadata]]:
    for topic, partitions, *_ in response.topics:
        for partition, offset, *rest in partitions:
            metadata, error_code = rest[1:3] if response.API_VERSION >= _OffsetFetchResponse.API_VERSION else rest
            if for_code(error_code) is UnknownTopicOrPartitionError:
                continue  # Kafka deletes commits together with their topic
            _check(error_code)
            if offset != _NEVER_COMMITTED:
                yield TopicPartition(topic, partition), OffsetAndMetadata(offset, metadata or "")


def _check(error_code: int) -> None:
    error = UnstableOffsetCommitError if error_code == UnstableOffsetCommitError.errno else for_code(error_code)
    if error is not NoError:
        raise error


class _OffsetFetchResponse(Response):
    API_KEY = 9
    API_VERSION = 7
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "topics",
            CompactArray(
                ("name", _TEXT),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32),
                        ("offset", Int64),
                        ("leader_epoch", Int32),
                        ("metadata", _TEXT),
                        ("error_code", Int16),
                        ("tags", TaggedFields),
                    ),
                ),
                ("tags", TaggedFields),
            ),
        ),
        ("error_code", Int16),
        ("tags", TaggedFields),
    )


class _OffsetFetchRequestV7(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 9
    API_VERSION = 7
    RESPONSE_TYPE = _OffsetFetchResponse
    SCHEMA = Schema(
        ("group", _TEXT),
        ("topics", CompactArray(("name", _TEXT), ("partitions", CompactArray(Int32)), ("tags", TaggedFields))),
        ("require_stable", Boolean),
        ("tags", TaggedFields),
    )


class OffsetFetch(Request[OffsetFetchRequest_v3 | _OffsetFetchRequestV7]):
    """Asks the coordinator for a group's commits on partitions; `offsets_in` reads the answer."""

    API_KEY = 9

    def __init__(self, group: str, partitions: Collection[TopicPartition]) -> None:
        topics: dict[str, list[int]] = {}
        for tp in partitions:
            topics.setdefault(tp.topic, []).append(tp.partition)
        self._group = group
        self._topics = topics.items()

    def build(self, request_struct_class: type[Any]) -> Any:
        """Fill in the version that the broker speaks."""
        if request_struct_class is OffsetFetchRequest_v3:
            return OffsetFetchRequest_v3(self._group, list(self._topics))
        no_tags: dict[int, bytes] = {}
        topics = [(name, partitions, no_tags) for name, partitions in self._topics]
        return _OffsetFetchRequestV7(self._group, topics, True, no_tags)
