"""One fetch past aiokafka's decoding: what is asked, how each version answers, what a refusal becomes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import (
    BrokerResponseError,
    LeaderNotAvailableError,
    NotLeaderForPartitionError,
    OffsetOutOfRangeError,
    RequestTimedOutError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.protocol.fetch import FetchRequest, FetchRequest_v4, FetchRequest_v11

from streams.kafka.lenient import UnreadablePartition, read_leniently
from streams.kafka.single_fetch import Fetched, fetch

TP = TopicPartition("raw", 4)


class FakeClient:
    """Answers every fetch with one prepared partition answer and keeps what was asked."""

    def __init__(self, version: int, answer: tuple[Any, ...], leader: int | None) -> None:
        self.asked: list[tuple[int, FetchRequest]] = []
        self.metadata_updates = 0
        self.cluster = SimpleNamespace(leader_for_partition=lambda tp: leader)
        self._response = SimpleNamespace(API_VERSION=version, topics=[("raw", [(4, *answer)])])

    async def send(self, node: int, request: FetchRequest) -> Any:
        self.asked.append((node, request))
        return self._response

    def force_metadata_update(self) -> None:
        self.metadata_updates += 1


def consumer(answer: tuple[Any, ...], *, version: int = 11, leader: int | None = 2) -> Any:
    fetcher = SimpleNamespace(
        _fetch_max_wait_ms=500,
        _fetch_min_bytes=1,
        _fetch_max_bytes=9_000,
        _max_partition_fetch_bytes=800,
        _isolation_level=1,
    )
    return SimpleNamespace(_client=FakeClient(version, answer, leader), _fetcher=fetcher)


def answer(data: bytes | None = b"bytes", *, error: int = 0, lso: int = 70) -> tuple[Any, ...]:
    return (error, 90, lso, 0, [(7, 60)], -1, data)


@pytest.mark.parametrize(
    ("version", "parts"),
    [
        (4, (0, 90, 70, [(7, 60)], b"x")),
        (5, (0, 90, 70, 0, [(7, 60)], b"x")),
        (11, (0, 90, 70, 0, [(7, 60)], -1, b"x")),
    ],
)
async def test_every_version_of_the_answer_is_read(version: int, parts: tuple[Any, ...]) -> None:
    assert await fetch(consumer(parts, version=version), TP, 50) == Fetched(b"x", [(7, 60)], end=70)


async def test_without_isolation_the_high_watermark_is_the_end() -> None:
    assert await fetch(consumer((0, 90, -1, 0, None, -1, None)), TP, 50) == Fetched(b"", [], end=90)


async def test_the_leader_is_asked_with_the_consumers_own_limits_and_isolation() -> None:
    asking = consumer(answer())

    await fetch(asking, TP, 50)

    [(node, request)] = asking._client.asked
    assert node == 2
    assert request.build(FetchRequest_v11) == FetchRequest_v11(
        -1, 500, 1, 9_000, 1, 0, -1, [("raw", [(4, -1, 50, -1, 800)])], [], ""
    )
    assert request.build(FetchRequest_v4) == FetchRequest_v4(-1, 500, 1, 9_000, 1, [("raw", [(4, 50, 800)])])


@pytest.mark.parametrize("leader", [None, -1])
async def test_without_a_leader_it_is_retriable_and_metadata_are_asked_for(leader: int | None) -> None:
    asking = consumer(answer(), leader=leader)

    with pytest.raises(LeaderNotAvailableError) as refusal:
        await read_leniently(asking, TP, 50)

    assert refusal.value.retriable
    assert asking._client.metadata_updates == 1
    assert not asking._client.asked


@pytest.mark.parametrize(
    ("error", "retriable", "metadata_updates"),
    [
        (NotLeaderForPartitionError, True, 1),
        (UnknownTopicOrPartitionError, True, 1),
        (RequestTimedOutError, True, 0),
        (OffsetOutOfRangeError, False, 0),
        (TopicAuthorizationFailedError, False, 0),
    ],
)
async def test_a_refusal_is_raised_as_the_client_raises_it(
    error: type[BrokerResponseError], retriable: bool, metadata_updates: int
) -> None:
    asking = consumer(answer(error=error.errno))

    with pytest.raises(error) as refusal:
        await read_leniently(asking, TP, 50)

    assert refusal.value.retriable is retriable
    assert asking._client.metadata_updates == metadata_updates


async def test_nothing_within_the_waiting_time_is_retriable() -> None:
    with pytest.raises(RequestTimedOutError):
        await read_leniently(consumer(answer(b"")), TP, 50)


@pytest.mark.parametrize(("code", "name"), [(2, "CorruptRecordException"), (-1, "UnknownError")])
async def test_a_log_that_the_broker_cannot_read_is_unreadable(code: int, name: str) -> None:
    with pytest.raises(UnreadablePartition, match=f"^raw-4 at offset 50: the broker itself cannot read it, {name}$"):
        await read_leniently(consumer(answer(error=code)), TP, 50)


async def test_bytes_that_lead_nowhere_are_unreadable_and_not_repeated() -> None:
    with pytest.raises(UnreadablePartition, match=r"^raw-4 at offset 50: no whole batch leads on$"):
        await read_leniently(consumer(answer(b"secret")), TP, 50)


async def test_what_was_fetched_is_read_from_the_asked_offset(writer: Any) -> None:
    data = writer.batch([writer.Written(headers=[(b"\xff", b"")])] * 2, base=50)

    found = await read_leniently(consumer(answer(data)), TP, 51)

    assert ([record.offset for record in found.records], list(found.undecodable), found.next_offset) == ([51], [51], 52)
