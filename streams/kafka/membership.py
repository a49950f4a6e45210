"""The consumer's place in its group: reading and writing commits under one fixed generation.

aiokafka's own `commit()` sends whatever generation it holds at that moment; after a member was kicked that is
-1, which a group without members accepts, so a committed offset can go backwards. Here a commit always carries
the generation of the assignment it belongs to, so the broker itself refuses it once that is over.

This is the only module that uses aiokafka's coordinator, which is private; the version is pinned.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, OffsetAndMetadata, TopicPartition
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    IllegalGenerationError,
    KafkaError,
    NoError,
    NotCoordinatorForGroupError,
    RebalanceInProgressError,
    RequestTimedOutError,
    TopicAuthorizationFailedError,
    UnknownMemberIdError,
    UnknownTopicOrPartitionError,
    for_code,
)
from aiokafka.protocol.commit import OffsetCommitRequest

from streams.kafka.group_offsets import OffsetFetch, offsets_in
from streams.kafka.metadata import CommitState, decode, encode

_RETRY_SECONDS = 0.1
_REFUSED = (
    IllegalGenerationError,
    UnknownMemberIdError,
    RebalanceInProgressError,
    UnknownTopicOrPartitionError,
    TopicAuthorizationFailedError,
)
_COORDINATOR_MOVED = (GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError, RequestTimedOutError)


class Member(NamedTuple):
    """One membership of the group; it ends with the next rebalance."""

    generation: int
    member_id: str


class CommitRefused(Exception):
    """The generation is over or a topic is gone, which ends it soon. Nothing is lost: the work is replayed.

    Commits on topics that are still there may have been taken.
    """


class Membership:
    """Commits of one consumer, bound to the generation they were made under."""

    def __init__(self, consumer: AIOKafkaConsumer, group: str) -> None:
        self._consumer = consumer
        self._group = group

    @property
    def _coordinator(self) -> Any:
        return self._consumer._coordinator  # noqa: SLF001 - see the module's docstring

    def check(self) -> None:
        """Raise what ended the group's background work; polling does it too, but not while nothing is asked for.

        Raises:
            KafkaError: the group refuses us, or its background work has failed.
        """
        self._coordinator.check_errors()

    @property
    def current(self) -> Member | None:
        """The present membership, or None while the consumer is in no generation."""
        generation = self._coordinator.generation
        return Member(generation, self._coordinator.member_id) if generation > 0 else None

    async def committed(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, CommitState | None]:
        """Read offset and metadata together; None for a partition that was never committed."""
        found = await self.read(partitions)
        return {tp: decode(*found[tp]) if tp in found else None for tp in partitions}

    async def read(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, OffsetAndMetadata]:
        """Read the group's commits as they are, retried until the coordinator answers.

        A partition that was never committed is left out; no commit that was ever acknowledged is missed.

        Raises:
            KafkaError: a refusal that cannot be retried.
        """
        while partitions:
            await self._coordinator.ensure_coordinator_known()
            try:
                response = await self._coordinator._send_req(OffsetFetch(self._group, partitions))  # noqa: SLF001
                return offsets_in(response)
            except KafkaError as error:
                if not error.retriable:
                    raise
                self._heed(type(error))
            await asyncio.sleep(_RETRY_SECONDS)
        return {}

    async def commit(self, member: Member, states: Mapping[TopicPartition, CommitState]) -> None:
        """Commit offsets with their counters; otherwise like `write`."""
        await self.write(member, {tp: OffsetAndMetadata(state.offset, encode(state)) for tp, state in states.items()})

    async def write(self, member: Member, commits: Mapping[TopicPartition, OffsetAndMetadata]) -> None:
        """Commit under `member`, retried until the answer is definite.

        Raises:
            CommitRefused: the member's generation is over, or a topic was deleted or is no longer ours to read.
            KafkaError: any other refusal; it cannot be retried.
        """
        while True:
            if self.current != member:
                raise CommitRefused(f"generation {member.generation} is over")
            await self._coordinator.ensure_coordinator_known()
            try:
                error = await self._attempt(member, commits)
            except KafkaError as failure:
                if not failure.retriable:
                    raise
                error = type(failure)
            if error is None:
                return
            if issubclass(error, _REFUSED):
                raise CommitRefused(error.__name__)
            if not error.retriable:
                raise error
            self._heed(error)
            await asyncio.sleep(_RETRY_SECONDS)

    def _heed(self, error: type[KafkaError]) -> None:
        """Look for the coordinator again before the next attempt when it is no longer there."""
        if issubclass(error, _COORDINATOR_MOVED):
            self._coordinator.coordinator_dead()

    async def _attempt(
        self, member: Member, commits: Mapping[TopicPartition, OffsetAndMetadata]
    ) -> type[KafkaError] | None:
        topics: dict[str, list[tuple[int, int, str]]] = {}
        for tp, commit in commits.items():
            topics.setdefault(tp.topic, []).append((tp.partition, commit.offset, commit.metadata))
        request = OffsetCommitRequest(
            self._group,
            member.generation,
            member.member_id,
            OffsetCommitRequest.DEFAULT_RETENTION_TIME,
            list(topics.items()),
        )
        response = await self._coordinator._send_req(request)  # noqa: SLF001 - see the module's docstring
        codes = {for_code(code) for _, partitions in response.topics for _, code in partitions}
        codes.discard(NoError)
        return min(codes, key=lambda error: error.errno) if codes else None
