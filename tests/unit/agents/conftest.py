"""Assignments and chunks without Kafka."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from aiokafka import TopicPartition

from streams.kafka.assignment import Assignment, FetchedChunk
from streams.kafka.commits import CommitTracker
from streams.kafka.guard import FloodGuard
from streams.kafka.membership import Member
from streams.kafka.metadata import CommitState
from streams.settings import Guard
from streams.testing import FakeRecord
from streams.types import PartitionState, RawRecord


@pytest.fixture
def make_assignment() -> Callable[..., Assignment]:
    def make(partition: int = 0, topic: str = "enriched", **guard: Any) -> Assignment:
        return Assignment(
            tp=TopicPartition(topic, partition),
            member=Member(1, "m"),
            committed=CommitState.fresh(0),
            tracker=CommitTracker(0),
            guard=FloodGuard(Guard(**guard)),
            state=PartitionState(topic, partition),
        )

    return make


@pytest.fixture
def make_chunk(make_assignment: Callable[..., Assignment]) -> Callable[..., FetchedChunk]:
    """Make a chunk that continues where its assignment ends; `end` may lie behind its last record."""

    def make(
        values: Sequence[bytes | RawRecord | None],
        assignment: Assignment | None = None,
        *,
        end: int | None = None,
    ) -> FetchedChunk:
        owner = assignment or make_assignment()
        tp, start = owner.tp, owner.tracker.tail
        records = [
            value
            if not isinstance(value, bytes | None)
            else FakeRecord(value, start + index, topic=tp.topic, partition=tp.partition)
            for index, value in enumerate(values)
        ]
        last = start + len(values) if end is None else end
        owner.tracker.register(records, last, 0.0)
        return FetchedChunk(tp.topic, tp.partition, records, last, owner.state, assignment=owner, rewinds=owner.rewinds)

    return make
