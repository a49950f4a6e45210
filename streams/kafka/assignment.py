"""One partition in one generation: everything that belongs to it lives here and ends with it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from aiokafka import TopicPartition

from streams.kafka.commits import CommitTracker
from streams.kafka.guard import FloodGuard
from streams.kafka.membership import Member
from streams.kafka.metadata import CommitState
from streams.types import Chunk, PartitionState

Hold = Literal["flood", "undecodable", "offsets.lost", "topic.recreated", "unauthorised", "sink.unavailable"]
"""Why a partition is paused, until an operator acts or (the last two) by itself; backpressure is not a hold."""


class Work(Protocol):
    """What goes on with a partition beside the agents."""

    @property
    def heard(self) -> float:
        """Monotonic second of its last sign of life."""

    def hurry(self) -> None:
        """Finish what is there: nothing more comes."""

    async def abandon(self) -> None:
        """End what is not finished."""


@dataclass(slots=True, eq=False)
class Assignment:
    """A partition that this worker owns under one membership.

    `holds` maps each reason for a pause to what an operator reads about it. `turn` keeps prepare and finish
    of one chunk together, `work` is what goes on with the partition besides; `rewinds` counts how often fetched work
    was given back, so that a chunk from before is recognised. `caught_up_at` is the
    monotonic second at which records were last fetched, or none were left to fetch. `cut` is the offset before which
    open groups of lines close, whoever processes them.
    """

    tp: TopicPartition
    member: Member
    committed: CommitState
    tracker: CommitTracker
    guard: FloodGuard
    state: PartitionState
    cut: int | None = None
    active: bool = True
    rewinds: int = 0
    holds: dict[str, str] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    work: Work | None = None
    last_timestamp_ms: int | None = None
    caught_up_at: float = field(default_factory=time.monotonic)
    seen_end: int | None = None
    """Where its log ended when that was asked for while it was held: a partition that is not fetched is not told."""

    def due(self) -> CommitState | None:
        """The state to commit, or None when the broker has it already."""
        prefix = self.tracker.prefix
        cut = self.cut if self.cut is not None and self.cut > prefix else None
        advanced = self.committed.advanced(prefix, self.tracker.counts)
        latest = replace(advanced, cut=cut, guard=self.guard.tripped)
        return latest if latest != self.committed else None

    def rewind(self) -> int:
        """Give back what is fetched but not processed; returns the offset to fetch from."""
        self.rewinds += 1
        self.state = PartitionState(self.tp.topic, self.tp.partition, self.cut)
        return self.tracker.rewind()


@dataclass(slots=True, kw_only=True)
class FetchedChunk(Chunk):
    """A chunk with the assignment it was fetched for."""

    assignment: Assignment
    rewinds: int

    @property
    def stale(self) -> bool:
        """Whether the chunk was given back or its partition went to somebody else: it will be fetched again."""
        return not self.assignment.active or self.rewinds != self.assignment.rewinds
