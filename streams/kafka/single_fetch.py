"""One fetch of one partition as raw bytes, past aiokafka's own decoding.

This uses aiokafka's client and fetcher, which are private; written for aiokafka 0.14.0, which is pinned.
The request is the one that `aiokafka/consumer/fetcher.py` sends, for one partition.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import (
    LeaderNotAvailableError,
    NoError,
    NotLeaderForPartitionError,
    UnknownTopicOrPartitionError,
    for_code,
)
from aiokafka.protocol.fetch import FetchRequest

_LEADER_UNKNOWN = (LeaderNotAvailableError, NotLeaderForPartitionError, UnknownTopicOrPartitionError)


class Fetched(NamedTuple):
    """Batches from the one that holds the asked offset on; all of them lie below offset `end`.

    `aborted` holds (producer id, first offset) of aborted transactions among them.
    """

    data: bytes
    aborted: list[tuple[int, int]]
    end: int


async def fetch(consumer: AIOKafkaConsumer, tp: TopicPartition, offset: int) -> Fetched:
    """Fetch once with the consumer's own limits and isolation level, waiting at most its `fetch_max_wait_ms`.

    Raises:
        KafkaError: the broker cannot be reached, is not the leader or refuses.
    """
    client = consumer._client  # noqa: SLF001 - see the module's docstring
    leader = client.cluster.leader_for_partition(tp)
    if leader is None or leader < 0:
        client.force_metadata_update()
        raise LeaderNotAvailableError(tp)
    response = await client.send(leader, _request(consumer, tp, offset))
    [(_, [(_, error_code, high_watermark, *rest)])] = response.topics
    error = for_code(error_code)
    if error in _LEADER_UNKNOWN:
        client.force_metadata_update()
    if error is not NoError:
        raise error(tp)
    return _fetched(response.API_VERSION, high_watermark, rest)


def _request(consumer: AIOKafkaConsumer, tp: TopicPartition, offset: int) -> FetchRequest:
    fetcher: Any = consumer._fetcher  # noqa: SLF001 - see the module's docstring
    return FetchRequest(
        fetcher._fetch_max_wait_ms,  # noqa: SLF001
        fetcher._fetch_min_bytes,  # noqa: SLF001
        fetcher._fetch_max_bytes,  # noqa: SLF001
        fetcher._isolation_level,  # noqa: SLF001
        [(tp.topic, [(tp.partition, offset, fetcher._max_partition_fetch_bytes)])],  # noqa: SLF001
    )


def _fetched(version: int, high_watermark: int, rest: list[Any]) -> Fetched:
    """Read the answer from version 4 on; the first with format v2 and isolation levels."""
    last_stable_offset, data = rest[0], rest[-1]
    aborted = rest[2] if version >= 11 else rest[-2]
    end = high_watermark if last_stable_offset < 0 else last_stable_offset  # negative: read_uncommitted
    return Fetched(bytes(data or b""), list(aborted or ()), end)
