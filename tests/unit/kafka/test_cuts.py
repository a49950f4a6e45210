"""When lines that wait for more of their event count as over, and what a commit says of it."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka import TopicPartition

from streams.kafka.assignment import Assignment
from streams.kafka.commits import CommitTracker
from streams.kafka.cuts import cut_idle
from streams.kafka.guard import FloodGuard
from streams.kafka.membership import Member
from streams.kafka.metadata import CommitState
from streams.settings import Guard, Settings
from streams.testing import FakeRecord
from streams.types import Counts, PartitionState

TP = TopicPartition("raw-logs", 0)
MULTILINE = {"enabled": True, "idle_milliseconds": 1_000, "chain_milliseconds": 20_000}
SETTINGS = Settings(topics={TP.topic: {"multiline": MULTILINE}}, timing={"stuck_after_seconds": 100})


class Partitions:
    """As much of an ownership as a cut looks at."""

    def __init__(self, assignment: Assignment, *, readable: bool = False) -> None:
        self.assignments = {TP: assignment}
        self._readable = readable

    def readable(self, tp: TopicPartition) -> bool:
        return self._readable


def waiting(*, since: float = 10.0, latest: float = 10.0, cut: int | None = None) -> Assignment:
    """A partition of which offsets 5 and 6 wait for more lines; the last one came at `latest`."""
    tracker = CommitTracker(5)
    tracker.register([FakeRecord(offset=5)], 6, since)
    tracker.register([FakeRecord(offset=6)], 7, latest)
    tracker.bundle(4, Counts())
    tracker.processed(7)
    tracker.settle()
    return Assignment(
        tp=TP,
        member=Member(1, "m"),
        committed=CommitState(5, 0, cut=cut),
        tracker=tracker,
        guard=FloodGuard(Guard()),
        state=PartitionState(TP.topic, TP.partition, cut),
        cut=cut,
    )


def cuts(assignment: Assignment, now: float, *, settings: Settings = SETTINGS, readable: bool = False) -> list[Any]:
    partitions: Any = Partitions(assignment, readable=readable)
    return list(cut_idle(partitions, settings, now))


def test_silence_for_long_enough_is_a_cut_behind_the_last_line() -> None:
    assignment = waiting()

    assert cuts(assignment, 10.9) == []
    (chunk,) = cuts(assignment, 11.0)

    assert (list(chunk.records), chunk.end, chunk.state.cut, assignment.cut) == ([], 7, 7, 7)
    assert not chunk.stale


def test_lines_that_trickle_in_are_waited_for_no_longer_than_a_chain_lasts() -> None:
    assert cuts(waiting(since=10.0, latest=29.8), 29.9) == []
    assert cuts(waiting(since=10.0, latest=29.9), 30.0)


def test_the_wait_ends_long_before_the_watchdog_calls_it_stuck() -> None:
    impatient = SETTINGS.model_copy(
        update={"timing": SETTINGS.timing.model_copy(update={"stuck_after_seconds": 8.0})},
    )

    assert cuts(waiting(since=10.0, latest=12.0), 12.0, settings=impatient)


@pytest.mark.parametrize("reason", ["held", "given away", "not all processed", "nothing waits", "more to read"])
def test_no_cut_where(reason: str) -> None:
    assignment = waiting()
    if reason == "held":
        assignment.holds["flood"] = "most records die"
    if reason == "given away":
        assignment.active = False
    if reason == "not all processed":
        assignment.tracker.register([FakeRecord(offset=7)], 8, 10.0)
    if reason == "nothing waits":
        assignment.tracker.bundle(6, Counts(enriched=1, joined=1))

    assert cuts(assignment, 100.0, readable=reason == "more to read") == []


def test_there_is_one_cut_at_a_time() -> None:
    assignment = waiting(cut=6)  # its outputs are not acknowledged yet: the prefix is 5

    assert cuts(assignment, 100.0) == []


def test_a_cut_is_committed_without_moving_the_offset() -> None:
    assignment = waiting()
    cuts(assignment, 100.0)

    assert assignment.due() == CommitState(5, 0, cut=7)


def test_a_cut_is_repeated_until_the_offset_has_reached_it() -> None:
    assignment = waiting(cut=7)
    assignment.tracker.bundle(5, Counts(enriched=1))
    assignment.tracker.settle()

    assert (assignment.due() or assignment.committed).cut == 7

    assignment.tracker.bundle(6, Counts(enriched=1))
    assignment.tracker.settle()

    assert (assignment.due() or assignment.committed).cut is None


def test_a_rewind_keeps_the_cut() -> None:
    assignment = waiting(cut=7)
    assignment.rewind()

    assert assignment.state.cut == 7
