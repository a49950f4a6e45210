"""The pipeline at work: what a swap ends, what survives it, and what is told of the processors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import pytest

from streams.agents.active import Active
from streams.pipeline import Pipeline
from streams.processors.base import Acted, LookupProcessor, Options
from streams.resilience.breaker import BreakerState
from streams.settings import ProcessorEntry, Settings
from streams.testing import chunk_of
from streams.testing.outside import Backend
from streams.types import Outcome, Record

LINE = '{"message":"call me at nobody@example.org","service":"cart"}'


class Team(LookupProcessor):
    """Asks `backend` for the team of a service."""

    class Options(Options):
        """`word` makes one differ from the other."""

        word: str = ""

    name: ClassVar[str] = "team"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"resource"})
    writes: ClassVar[frozenset[str]] = frozenset({"resource.service.team"})
    backend: ClassVar[Backend]
    ended: ClassVar[list[str]]

    def keys(self, record: Record) -> Iterable[str]:
        return (record["resource"]["service.name"],)

    async def resolve(self, keys: frozenset[str]) -> Mapping[str, Any]:
        return await self.backend.ask(keys)

    def use(self, record: Record, answers: Mapping[str, Any]) -> Acted:
        team = answers.get(record["resource"]["service.name"])
        if team is None:
            return False
        record["resource"]["service.team"] = team
        return True

    async def stop(self) -> None:
        self.ended.append(self.options.word)


def pipeline(word: str = "", *others: str, **lookup: Any) -> Pipeline:
    entries = [ProcessorEntry(name=name) for name in ("redact", *others)]
    asks = {"name": "team", "use": f"{__name__}:Team", "options": {"word": word}, "lookup": {"attempts": 1} | lookup}
    return Pipeline(Settings(processors=(*entries, ProcessorEntry(**asks))))


class Scene:
    """A pipeline at work that chunks are taken through."""

    def __init__(self) -> None:
        self.active = Active(pipeline(), 0.05)

    async def work(self, *values: str) -> Outcome:
        chunk = chunk_of(*(values or (LINE,)))
        at_work, lookups = self.active.pipeline, self.active.lookups
        return at_work.finish(chunk, await lookups.resolve(at_work.prepare(chunk)))

    def told(self, name: str) -> Any:
        return next(status for status in self.active.status() if status.name == name)


@pytest.fixture
async def scene() -> Scene:
    Team.backend, Team.ended = Backend({"cart": "blue"}), []
    return Scene()


async def test_answers_come_into_the_records(scene: Scene) -> None:
    (value,) = (await scene.work()).values
    assert b'"service.team":"blue"' in value


@pytest.mark.parametrize(("policy", "outage"), [("skip", None), ("dead", True)])
async def test_a_dead_letter_of_an_outage_says_so(scene: Scene, policy: str, outage: bool | None) -> None:
    entry = ProcessorEntry(name="team", use=f"{__name__}:Team", on_failure=policy)  # type: ignore[arg-type]
    scene.active.use(Pipeline(Settings(processors=(entry,))))
    Team.backend.become("refused")
    dead = (await scene.work()).dead
    assert [letter.outage for letter in dead] == [outage] * len(dead)
    assert [letter.stage for letter in dead] == ["process"] * (policy == "dead")


async def test_each_processor_is_told_of_in_its_order(scene: Scene) -> None:
    await scene.work(LINE, LINE, '{"message":"x"}')
    redact, team = scene.active.status()
    assert (redact.name, redact.stage, redact.records, redact.changed) == ("redact", "prepare", 3, 2)
    assert (redact.redacted, redact.breaker) == ({"email": 2}, None)
    assert (team.name, team.stage, team.records, team.changed, team.failed) == ("team", "finish", 3, 2, 0)
    assert (team.hits, team.misses, team.breaker) == (0, 2, "closed")
    assert team.waited > 0


async def test_a_failed_lookup_is_counted_by_records(scene: Scene) -> None:
    Team.backend.become("refused")
    await scene.work(LINE, LINE)
    assert scene.told("team").failed == 2


async def test_counting_goes_on_after_a_swap(scene: Scene) -> None:
    await scene.work()
    before = scene.told("team")
    scene.active.use(pipeline("new"))
    assert scene.told("team") == before
    await scene.work()
    team, redact = scene.told("team"), scene.told("redact")
    assert (team.records, team.changed, team.misses, redact.redacted) == (2, 2, 2, {"email": 2})


async def test_what_comes_back_goes_on_where_it_stopped(scene: Scene) -> None:
    await scene.work()
    scene.active.use(Pipeline(Settings(processors=())))
    assert scene.active.status() == []
    scene.active.use(pipeline())
    assert scene.told("team").changed == 1


async def test_the_old_lookups_end_and_the_new_ones_answer(scene: Scene) -> None:
    scene.active.use(pipeline("new"))
    assert (await scene.work()).counts.enriched == 1
    await scene.active.stop()
    assert sorted(Team.ended) == ["", "new"]


async def test_a_chunk_that_waits_ends_with_what_it_began_with(scene: Scene) -> None:
    chunk = chunk_of(LINE)
    old, lookups = scene.active.pipeline, scene.active.lookups
    keys = old.prepare(chunk)
    answering = lookups.resolve(keys)
    scene.active.use(pipeline("new"))
    (value,) = old.finish(chunk, await answering).values
    assert old.provenance.encode() in value
    assert scene.active.pipeline.provenance != old.provenance


async def test_what_a_breaker_knows_survives_a_swap_and_its_limits_are_the_new_ones(scene: Scene) -> None:
    scene.active.breakers["team"].isolate()
    scene.active.use(pipeline("new", breaker={"minimum_calls": 1}))
    assert scene.active.breakers["team"].state is BreakerState.ISOLATED

    scene.active.breakers["team"].reset()
    Team.backend.become("refused")
    await scene.work()
    assert scene.active.breakers["team"].state is BreakerState.OPEN
