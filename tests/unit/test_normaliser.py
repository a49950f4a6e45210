"""The agent: one partition's chunks take turns, other partitions go on, and what was given back is left alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka import TopicPartition

from streams.agents.normalise import Normaliser
from streams.kafka.assignment import Assignment, FetchedChunk
from streams.kafka.commits import CommitTracker
from streams.kafka.guard import FloodGuard
from streams.kafka.membership import Member
from streams.kafka.metadata import CommitState
from streams.kafka.pace import Pace
from streams.metrics import Metrics
from streams.settings import Flow, Guard
from streams.testing import FakeRecord
from streams.types import Answers, Counts, LookupKeys, Outcome, PartitionState


class RecordingPipeline:
    """Wants one look-up a chunk and notes what is called, by partition and offset."""

    blocks = False

    def __init__(self) -> None:
        self.calls: list[tuple[str, int, int]] = []

    def prepare(self, chunk: Any) -> LookupKeys:
        self.calls.append(("prepare", chunk.partition, chunk.end))
        return frozenset({("catalogue", "key")})

    def finish(self, chunk: Any, answers: Answers) -> Outcome:
        self.calls.append(("finish", chunk.partition, chunk.end))
        return Outcome([], [], [], [], Counts(sampled=len(chunk.records)), chunk.end - 1, {})


class Scene:
    """A normaliser whose look-ups answer when `gate` opens."""

    def __init__(self) -> None:
        self.pipeline = RecordingPipeline()
        self.gate = asyncio.Event()
        self.failures: list[BaseException] = []
        self.settled = 0
        self.congested = False
        lookups = type("Lookups", (), {"resolve": self._resolve})
        active: Any = type("Active", (), {"pipeline": self.pipeline, "lookups": lookups})
        ownership: Any = type("Ownership", (), {"settled": asyncio.Event()})()
        publisher: Any = type("Publisher", (), {"publish": self._publish})()
        self.normaliser = Normaliser(
            active,
            publisher,
            ownership,
            Pace(Flow()),
            Metrics(),
            lambda: self.congested,
            self.failures.append,
        )

    async def _resolve(self, keys: LookupKeys) -> Answers:
        await self.gate.wait()
        return {}

    def _publish(self, outcome: Outcome, bundle: Any, partition: int, settled: Any) -> None:
        self.settled += 1
        settled()

    def assignment(self, partition: int) -> Assignment:
        return Assignment(
            tp=TopicPartition("raw-logs", partition),
            member=Member(1, "m"),
            committed=CommitState.fresh(0),
            tracker=CommitTracker(0),
            guard=FloodGuard(Guard()),
            state=PartitionState("raw-logs", partition),
        )

    def chunk(self, assignment: Assignment, offset: int) -> FetchedChunk:
        record = FakeRecord(offset=offset, partition=assignment.tp.partition)
        assignment.tracker.register([record], offset + 1, 0.0)
        tp = assignment.tp
        return FetchedChunk(
            tp.topic,
            tp.partition,
            [record],
            offset + 1,
            assignment.state,
            assignment=assignment,
            rewinds=assignment.rewinds,
        )


@pytest.fixture
async def scene() -> Scene:
    return Scene()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_prepare_and_finish_of_a_partition_alternate_with_several_agents(scene: Scene) -> None:
    one, other = scene.assignment(0), scene.assignment(1)
    chunks = [scene.chunk(one, 0), scene.chunk(one, 1), scene.chunk(other, 0), scene.chunk(one, 2)]
    agents = [asyncio.create_task(scene.normaliser.process(chunk)) for chunk in chunks]
    await settle()

    assert scene.pipeline.calls == [("prepare", 0, 1), ("prepare", 1, 1)]  # the second waits, its neighbour does not

    scene.gate.set()
    await asyncio.gather(*agents)

    first = [(call, end) for call, partition, end in scene.pipeline.calls if partition == 0]
    assert first == [(call, end) for end in (1, 2, 3) for call in ("prepare", "finish")]
    assert one.tracker.prefix == 3


@pytest.mark.parametrize("lost", ["revoked", "given back"])
async def test_nothing_is_finished_or_published_once_the_partition_is_gone(scene: Scene, lost: str) -> None:
    assignment = scene.assignment(0)
    agent = asyncio.create_task(scene.normaliser.process(scene.chunk(assignment, 0)))
    waiting = asyncio.create_task(scene.normaliser.process(scene.chunk(assignment, 1)))
    await settle()

    if lost == "revoked":
        assignment.active = False
    else:
        assignment.rewind()
    scene.gate.set()
    await asyncio.gather(agent, waiting)

    assert scene.pipeline.calls == [("prepare", 0, 1)]
    assert scene.settled == 0


async def test_nothing_is_published_of_what_a_thread_finished_too_late(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    assignment = scene.assignment(0)
    finish = scene.pipeline.finish

    def too_late(chunk: Any, answers: Answers) -> Outcome:
        outcome = finish(chunk, answers)
        assignment.active = False
        return outcome

    monkeypatch.setattr(scene.pipeline, "blocks", True)
    monkeypatch.setattr(scene.pipeline, "finish", too_late)
    scene.gate.set()
    await scene.normaliser.process(scene.chunk(assignment, 0))

    assert scene.pipeline.calls == [("prepare", 0, 1), ("finish", 0, 1)]
    assert (scene.settled, scene.failures) == (0, [])


async def test_room_made_by_a_lost_partition_lets_a_waiting_agent_go_on(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begin(chunk: Any, answers: Answers) -> Outcome:
        return Outcome([], [], [], [], Counts(), chunk.records[0].offset - 1, {}, more=True)

    def keep(outcome: Outcome, bundle: Any, partition: int, settled: Callable[[], None]) -> None:
        in_flight.append(settled)

    in_flight: list[Callable[[], None]] = []
    monkeypatch.setattr(scene.pipeline, "finish", begin)
    monkeypatch.setattr(scene.normaliser._settling._publisher, "publish", keep)
    scene.congested = True
    scene.gate.set()
    assignment = scene.assignment(0)
    agent = asyncio.create_task(scene.normaliser.process(scene.chunk(assignment, 0)))
    await settle()

    assignment.active = False
    scene.congested = False
    in_flight.pop()()

    await asyncio.wait_for(agent, 5)


@pytest.mark.parametrize("accepted", [True, False], ids=["accepted", "refused"])
async def test_a_chunk_that_obeys_a_cut_is_processed_once_the_cut_is_committed(scene: Scene, accepted: bool) -> None:
    assignment = scene.assignment(0)
    commits: list[list[tuple[str, int, int]]] = []

    async def commit_cut(committing: Assignment) -> bool:
        commits.append(list(scene.pipeline.calls))
        return accepted

    scene.normaliser._ownership.commit_cut = commit_cut  # type: ignore[method-assign]
    scene.gate.set()
    before, behind = scene.chunk(assignment, 0), scene.chunk(assignment, 1)
    assignment.state.cut = 2
    await scene.normaliser.process(before)
    await scene.normaliser.process(behind)

    first = [("prepare", 0, 1), ("finish", 0, 1)]
    assert commits == [first]
    assert scene.pipeline.calls == first + [("prepare", 0, 2), ("finish", 0, 2)] * accepted


async def test_what_goes_wrong_is_reported_and_not_committed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    assignment = scene.assignment(0)
    error = RuntimeError("a bug")

    def broken(chunk: Any) -> LookupKeys:
        raise error

    monkeypatch.setattr(scene.pipeline, "prepare", broken)
    await scene.normaliser.process(scene.chunk(assignment, 0))

    assert scene.failures == [error]
    assert assignment.tracker.prefix == 0
