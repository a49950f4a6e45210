"""The partitions that this worker owns: taking them over, holding them, committing and giving them back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from streams.kafka.assignment import Assignment, Hold
from streams.kafka.commits import CommitTracker
from streams.kafka.committer import Committer
from streams.kafka.guard import FloodGuard
from streams.kafka.incarnations import Incarnations
from streams.kafka.membership import Membership
from streams.kafka.metadata import CommitState
from streams.kafka.positions import pause, seek, stable_end, unpause
from streams.metrics import Metrics, PartitionStatus
from streams.settings import Settings
from streams.types import PartitionState

_CHUNKS_PER_PARTITION = 8
"""Chunks of one partition that may wait for acknowledgement; beyond that only this partition waits."""

_LAST_COMMIT_SECONDS = 5.0
_PATIENCES_PER_SESSION = 4
_ASK_AGAIN_SECONDS = 5.0

log = structlog.get_logger()


class Bounds(NamedTuple):
    """The first offset of a log and the one behind its last."""

    begin: int
    end: int


UNKNOWN = Bounds(0, 0)
"""Where a partition begins whose leader does not answer, until `check_range` knows better."""


def few_chunks(assignment: Assignment) -> bool:
    """Whether not too many chunks of a partition wait for their acknowledgement."""
    return assignment.tracker.in_flight < _CHUNKS_PER_PARTITION


class Ownership:
    """All assignments of one consumer; `settled` is set whenever one of them made progress.

    `command` is what an operator types to start the role; `has_room` whether a partition may have more in flight.
    """

    def __init__(
        self,
        settings: Settings,
        consumer: AIOKafkaConsumer,
        metrics: Metrics,
        *,
        command: str = "weft worker",
        accept_gaps: Collection[tuple[str, int]] = (),
        resumed: Collection[tuple[str, int]] = (),
        has_room: Callable[[Assignment], bool] = few_chunks,
    ) -> None:
        self.command = command
        self.assignments: dict[TopicPartition, Assignment] = {}
        self.assigned = False
        self.settled = asyncio.Event()
        self._settings = settings
        self._consumer = consumer
        self._metrics = metrics
        self._has_room = has_room
        self._accept_gaps = set(accept_gaps)
        self._unchecked: dict[TopicPartition, CommitState | None] = {}
        self._resumed = set(resumed)
        self._membership = Membership(consumer, settings.group)
        self._incarnations = Incarnations(settings, consumer, self._membership)
        self._committer = Committer(self._membership, metrics)

    async def take(self, partitions: Collection[TopicPartition]) -> None:
        """Begin with newly assigned partitions at their commits, or at the beginning where there is none."""
        self._metrics.rebalances.inc()
        member = self._membership.current
        if member is None:
            return  # kicked while joining: another assignment follows
        commits = await self._membership.committed(partitions)
        recreated = await self._incarnations.recreated({tp.topic for tp in partitions}, member)
        bounds = await self.bounds(partitions)
        if self._membership.current != member:
            return
        self._unchecked = {tp: commits[tp] for tp in partitions if tp not in bounds}
        for tp in partitions:  # no await from here: tracker and position begin together
            state = self._starting_point(tp, commits[tp], bounds.get(tp, UNKNOWN))
            assignment = self.assignments[tp] = Assignment(
                tp=tp,
                member=member,
                committed=state,
                tracker=CommitTracker(state.offset, state.counts),
                guard=FloodGuard(self._settings.guard, tripped=state.guard and not self._resumes(tp)),
                state=PartitionState(tp.topic, tp.partition, state.cut),
                cut=state.cut,
            )
            seek(self._consumer, tp, state.offset)
            self._hold_at_start(assignment, recreated, bounds.get(tp))
        self.assigned = True
        log.info("assigned", partitions=len(partitions), generation=member.generation)

    async def bounds(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, Bounds]:
        """Give where logs begin and end; a partition whose leader does not answer in time is left out.

        No heartbeat is sent while partitions are being taken, so this must be over well within the session timeout.
        """

        async def ask(tps: Collection[TopicPartition]) -> dict[TopicPartition, Bounds]:
            async with asyncio.timeout(self._settings.timing.session_timeout_seconds / _PATIENCES_PER_SESSION):
                begins = await self._consumer.beginning_offsets(list(tps))
                ends = await self._consumer.end_offsets(list(tps))
            return {tp: Bounds(begins[tp], ends[tp]) for tp in tps}

        if not partitions:
            return {}
        try:
            return await ask(partitions)
        except (KafkaError, TimeoutError):
            answers = await asyncio.gather(*(ask([tp]) for tp in partitions), return_exceptions=True)
            return {tp: bounds for answer in answers if isinstance(answer, dict) for tp, bounds in answer.items()}

    def _resumes(self, tp: TopicPartition) -> bool:
        """Use up the operator's permission to go on after a flood; it is for this one."""
        resumed = tp in self._resumed
        self._resumed.discard(tp)
        return resumed

    def _starting_point(self, tp: TopicPartition, commit: CommitState | None, bounds: Bounds) -> CommitState:
        epoch = self._settings.topics[tp.topic].source_epoch if tp.topic in self._settings.topics else None
        if commit is None or (commit.epoch != epoch and not commit.foreign):
            return CommitState.fresh(bounds.begin, epoch)
        if commit.foreign:
            return CommitState.fresh(commit.offset, epoch)
        if commit.offset < bounds.begin and tp in self._accept_gaps:
            self._accept_gaps.discard(tp)
            lost = {"lost_from": commit.offset, "lost_to": bounds.begin}
            log.warning("gap.accepted", topic=tp.topic, partition=tp.partition, **lost)
            return commit.advanced(bounds.begin, commit.counts)
        return commit

    def _hold_at_start(self, assignment: Assignment, recreated: Mapping[str, str], bounds: Bounds | None) -> None:
        if assignment.tp.topic in recreated:
            self.hold(assignment, "topic.recreated", recreated[assignment.tp.topic])
        else:
            self._hold_if_out_of_range(assignment, assignment.committed.offset, bounds)
        if assignment.guard.tripped:
            self.hold(assignment, "flood", "the flood guard had paused it")

    async def verify_topics(self) -> None:
        """Hold the partitions of a topic that was deleted and created again while it was being read."""
        owned = list(self.assignments.values())
        if not owned:
            return
        recreated = await self._incarnations.recreated({a.tp.topic for a in owned}, owned[0].member)
        for assignment in owned:
            if assignment.tp.topic in recreated and assignment.active and "topic.recreated" not in assignment.holds:
                self.hold(assignment, "topic.recreated", recreated[assignment.tp.topic])
        await self._look_behind_holds()

    async def _look_behind_holds(self) -> None:
        """Find out how far held partitions have come, so that their lag is told."""
        held = {tp: assignment for tp, assignment in self.assignments.items() if assignment.holds}
        for tp, found in (await self.bounds(held)).items():
            held[tp].seen_end = found.end

    async def release(self, deadline_seconds: float) -> bool:
        """Wait until everything registered is settled or the deadline passed, commit the prefix, forget the rest.

        False when the prefix could not be committed; it is replayed by whoever is next.
        """
        began = time.monotonic()
        works = [a.work for a in self.assignments.values() if a.work is not None]
        for work in works:
            work.hurry()
        try:
            async with asyncio.timeout(deadline_seconds):
                while not all(a.tracker.idle for a in self.assignments.values() if a.active and not a.holds):
                    self.settled.clear()
                    await self.settled.wait()
        except TimeoutError:
            log.warning("drain.unfinished", chunks=sum(a.tracker.in_flight for a in self.assignments.values()))
        for assignment in self.assignments.values():
            assignment.active = False  # so that nothing begins again behind this
        await asyncio.gather(*(work.abandon() for work in works))
        committed = await self._commit_in_time()
        self.assignments = {}
        self.assigned = False
        log.info("released", seconds=round(time.monotonic() - began, 3), committed=committed)
        return committed

    async def _commit_in_time(self) -> bool:
        """Commit for the last time in this assignment; a coordinator that does not answer must not hold up the rest."""
        try:
            async with asyncio.timeout(_LAST_COMMIT_SECONDS):
                return await self.commit()
        except TimeoutError:
            return False

    async def commit(self) -> bool:
        """Commit what is settled; False is a refusal, which means that a rebalance is near and is no error."""
        return not self.assignments or await self._committer.commit(list(self.assignments.values()))

    async def commit_cut(self, assignment: Assignment) -> bool:
        """Commit a cut, which must be definite before anything is published that obeys it.

        False when the group refused: the partition is left alone until the rebalance that is near, because its next
        owner may find the cut or not.
        """
        if assignment.committed.cut == assignment.cut or await self._committer.commit([assignment]):
            return True
        assignment.active = False
        log.warning("cut.refused", topic=assignment.tp.topic, partition=assignment.tp.partition)
        return False

    def hold(self, assignment: Assignment, reason: Hold, explanation: str) -> None:
        """Pause a partition until an operator acts; the others go on."""
        assignment.holds[reason] = explanation
        pause(self._consumer, assignment.tp)
        tp = assignment.tp
        log.error("partition.held", topic=tp.topic, partition=tp.partition, reason=reason, explanation=explanation)

    def hold_those(self, which: Callable[[Assignment], bool], reason: Hold, explanation: str | None) -> None:
        """Pause those partitions, and no others, for as long as there is an explanation; called again and again."""
        for assignment in self.assignments.values():
            if explanation is None or not which(assignment):
                self._let_go(assignment, reason)
                continue
            if reason not in assignment.holds:
                pause(self._consumer, assignment.tp)
            assignment.holds[reason] = explanation

    def hold_unauthorised(self, topic: str) -> None:
        """Leave a topic alone that we may not read, and ask again after a while; the others go on."""
        for assignment in self.assignments.values():
            if assignment.tp.topic == topic and "unauthorised" not in assignment.holds:
                self.hold(assignment, "unauthorised", "the brokers do not allow us to read it")
                asyncio.get_running_loop().call_later(_ASK_AGAIN_SECONDS, self._let_go, assignment, "unauthorised")

    def _let_go(self, assignment: Assignment, reason: Hold) -> None:
        """End one reason for a hold; without any left the partition is fetched again, and has its time for it."""
        if assignment.active and assignment.holds.pop(reason, None) is not None and not assignment.holds:
            assignment.caught_up_at = time.monotonic()
            unpause(self._consumer, assignment.tp)

    def check_range(self, assignment: Assignment, offset: int, bounds: Bounds | None) -> None:
        """Deal with a partition whose next offset is not in its log, as a fetch has told.

        If this is its leader's first answer since it was taken it begins where it would have begun then.
        """
        tp = assignment.tp
        if bounds is not None and tp in self._unchecked and stable_end(self._consumer, tp) is None:
            state = self._starting_point(tp, self._unchecked.pop(tp), bounds)
            assignment.committed, assignment.tracker = state, CommitTracker(state.offset, state.counts)
            seek(self._consumer, tp, state.offset)
            offset = state.offset
        self._hold_if_out_of_range(assignment, offset, bounds)

    def _hold_if_out_of_range(self, assignment: Assignment, offset: int, bounds: Bounds | None) -> None:
        """Hold a partition whose next offset is not in its log, with what was lost and how to go on."""
        if bounds is None:
            return  # its leader does not answer; the fetch will tell
        tp, (begin, end) = assignment.tp, bounds
        if offset > end:
            cure = f"if the topic was created again, set topics.{tp.topic}.source_epoch"
            self.hold(assignment, "topic.recreated", f"offset {offset} is behind the end {end} of the log; {cure}")
        elif offset < begin:
            cure = f"go on with `{self.command} --accept-gap {tp.topic}:{tp.partition}`"
            self.hold(assignment, "offsets.lost", f"{offset} to {begin - 1} were deleted before they were read; {cure}")

    def give_back(self, assignments: Iterable[Assignment]) -> None:
        """Forget what is fetched but not processed and fetch it again from the tracker's tail."""
        for assignment in assignments:
            seek(self._consumer, assignment.tp, assignment.rewind())

    def seek_to_tails(self) -> None:
        """Put every position where its tracker ends: a fetch that raised has moved them past records it never gave."""
        for assignment in self.assignments.values():
            seek(self._consumer, assignment.tp, assignment.tracker.tail)

    def resume(self, topic: str, partition: int) -> bool:
        """Let a partition go on that the flood guard had paused; False when it is not held here."""
        tp = TopicPartition(topic, partition)
        assignment = self.assignments.get(tp)
        if assignment is None or "flood" not in assignment.holds:
            return False
        assignment.guard = FloodGuard(self._settings.guard)
        self._let_go(assignment, "flood")
        log.info("partition.resumed", topic=tp.topic, partition=tp.partition)
        return True

    def fetchable(self) -> list[TopicPartition]:
        """Partitions that may have more work in flight."""
        return [tp for tp, a in self.assignments.items() if a.active and not a.holds and self._has_room(a)]

    def check(self) -> None:
        """Notice a group that refuses us also while nothing is fetched.

        Raises:
            KafkaError: the group's background work has failed.
        """
        self._membership.check()

    def readable(self, tp: TopicPartition) -> bool:
        """Whether the log has committed records behind the tracker's tail, as far as the last fetch told."""
        end = stable_end(self._consumer, tp)
        return end is not None and end > self.assignments[tp].tracker.tail

    def status(self) -> Iterator[PartitionStatus]:
        """Describe every owned partition; lag counts from what is settled to the end that was last seen."""
        now_ms = time.time() * 1000
        for tp, a in self.assignments.items():
            end = max((end for end in (stable_end(self._consumer, tp), a.seen_end) if end is not None), default=None)
            lag = None if end is None else max(0, end - a.tracker.prefix)
            seconds = 0.0 if lag == 0 else None
            if lag and a.last_timestamp_ms is not None:
                seconds = max(0.0, (now_ms - a.last_timestamp_ms) / 1000)
            yield PartitionStatus(
                tp.topic,
                tp.partition,
                a.tracker.prefix,
                a.committed.offset,
                lag,
                seconds,
                a.tracker.in_flight,
                dict(a.holds),
            )
