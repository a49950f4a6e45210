"""Reading a group's commits: what the coordinator answers is never taken for less than it says."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import OffsetAndMetadata, TopicPartition
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    TopicAuthorizationFailedError,
)

from streams.kafka.membership import Membership

FIRST, SECOND, OTHER = TopicPartition("raw", 0), TopicPartition("raw", 1), TopicPartition("dead", 0)
KAFKA_4, KAFKA_2_4 = (1, 9), (0, 6)

LOADING, NOT_AVAILABLE, MOVED, GROUP_REFUSED = 14, 15, 16, 30
UNKNOWN_TOPIC, TOPIC_REFUSED, UNSTABLE = 3, 29, 88


class FakeCoordinator:
    """A broker that holds commits and gives each of `answers` once before; it speaks `versions` of OffsetFetch.

    An answer is an error of the whole, or (partition, error) for one partition, or what sending it raises.
    """

    def __init__(self, *answers: int | tuple[TopicPartition, int] | Exception, versions: tuple[int, int]) -> None:
        self.commits: dict[TopicPartition, OffsetAndMetadata] = {}
        self.requests: list[Any] = []
        self.lookups = 0
        self._answers = list(answers)
        self._versions = versions
        self._known = False

    async def ensure_coordinator_known(self) -> None:
        self.lookups += not self._known
        self._known = True

    def coordinator_dead(self) -> None:
        self._known = False

    async def _send_req(self, request: Any) -> Any:
        asked = request.prepare({9: self._versions})
        self.requests.append(asked)
        answer = self._answers.pop(0) if self._answers else 0
        if isinstance(answer, Exception):
            raise answer
        whole, one = (answer, None) if isinstance(answer, int) else (0, answer)
        topics = [] if whole else [self._topic(asked.API_VERSION, name, tps, one) for name, tps, *_ in asked.topics]
        tags: tuple[dict[int, bytes], ...] = ({},) if asked.API_VERSION >= 6 else ()
        response = asked.RESPONSE_TYPE(0, topics, whole, *tags)
        return type(response).decode(response.encode())

    def _topic(self, version: int, name: str, numbers: Sequence[int], one: tuple[TopicPartition, int] | None) -> Any:
        partitions: list[tuple[Any, ...]] = []
        for number in numbers:
            tp = TopicPartition(name, number)
            error = one[1] if one is not None and one[0] == tp else 0
            commit = self.commits.get(tp, OffsetAndMetadata(-1, ""))
            if version >= 7:
                partitions.append((number, commit.offset, -1, commit.metadata, error, {}))
            else:
                partitions.append((number, commit.offset, commit.metadata, error))
        return (name, partitions, {}) if version >= 6 else (name, partitions)


def membership(coordinator: FakeCoordinator) -> Membership:
    consumer: Any = SimpleNamespace(_coordinator=coordinator)
    return Membership(consumer, "group")


@pytest.mark.parametrize("versions", [KAFKA_4, KAFKA_2_4])
async def test_commits_are_read_as_they_are_and_what_was_never_committed_is_left_out(
    versions: tuple[int, int],
) -> None:
    coordinator = FakeCoordinator(versions=versions)
    coordinator.commits = {FIRST: OffsetAndMetadata(0, ""), OTHER: OffsetAndMetadata(12, "books")}

    found = await membership(coordinator).read([FIRST, SECOND, OTHER])

    assert found == coordinator.commits


async def test_all_that_was_acknowledged_is_asked_for_not_only_what_is_known_to_be_replicated() -> None:
    coordinator = FakeCoordinator(versions=KAFKA_4)

    await membership(coordinator).read([FIRST])

    [request] = coordinator.requests
    assert (request.API_VERSION, request.require_stable) == (7, True)


@pytest.mark.parametrize(
    ("answer", "lookups"),
    [
        (LOADING, 1),
        (NOT_AVAILABLE, 2),
        (MOVED, 2),
        ((FIRST, LOADING), 1),
        ((FIRST, UNSTABLE), 1),
        (KafkaConnectionError(), 1),
    ],
)
@pytest.mark.parametrize("versions", [KAFKA_4, KAFKA_2_4])
async def test_a_coordinator_that_cannot_answer_yet_is_asked_again_and_never_taken_for_one_without_commits(
    answer: int | tuple[TopicPartition, int] | Exception, lookups: int, versions: tuple[int, int]
) -> None:
    coordinator = FakeCoordinator(answer, versions=versions)
    coordinator.commits = {FIRST: OffsetAndMetadata(12, "books")}

    found = await membership(coordinator).read([FIRST])

    assert found == coordinator.commits
    assert len(coordinator.requests) == 2
    assert coordinator.lookups == lookups


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (GROUP_REFUSED, GroupAuthorizationFailedError),
        ((SECOND, TOPIC_REFUSED), TopicAuthorizationFailedError),
        ((SECOND, -1), KafkaError),
    ],
)
async def test_a_refusal_is_raised(answer: int | tuple[TopicPartition, int], error: type[KafkaError]) -> None:
    coordinator = FakeCoordinator(answer, versions=KAFKA_4)

    with pytest.raises(error):
        await membership(coordinator).read([FIRST, SECOND])


async def test_a_topic_that_is_gone_has_no_commits() -> None:
    coordinator = FakeCoordinator((FIRST, UNKNOWN_TOPIC), versions=KAFKA_4)
    coordinator.commits = {FIRST: OffsetAndMetadata(12, ""), OTHER: OffsetAndMetadata(3, "")}

    found = await membership(coordinator).read([FIRST, OTHER])

    assert found == {OTHER: OffsetAndMetadata(3, "")}


async def test_nothing_is_asked_when_nothing_is_wanted() -> None:
    coordinator = FakeCoordinator(versions=KAFKA_4)

    assert await membership(coordinator).read([]) == {}
    assert coordinator.requests == []
