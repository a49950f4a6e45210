"""A look-up whose backend is slow, dead and well again: the stream goes on, and needs no restart."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import pytest

from streams.control import ask
from streams.kafka.metadata import CommitState
from streams.processors.base import Acted, LookupProcessor
from streams.testing.outside import Backend
from streams.types import Record

ROUND = 120
TRACES = [f"{number:032x}" for number in range(1, 8)]
LIMITS = {
    "deadline_seconds": 0.2,
    "attempts": 2,
    "cache_entries": 0,
    "breaker": {"minimum_calls": 3, "open_seconds": 0.3, "probes": 1},
}
LINE = {"service": "cart", "time": "2026-11-24T12:00:00Z"}
SAFE = {"resource.service.team": "nobody"}


class Team(LookupProcessor):
    """Asks for the team of a service."""

    name: ClassVar[str] = "team"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"resource"})
    writes: ClassVar[frozenset[str]] = frozenset({"resource.service.team"})
    backend: ClassVar[Backend]

    def keys(self, record: Record) -> Iterable[str]:
        return (record["resource"]["service.name"],)

    async def resolve(self, keys: frozenset[str]) -> Mapping[str, Any]:
        return await self.backend.ask(keys)

    def use(self, record: Record, answers: Mapping[str, Any]) -> Acted:
        record["resource"]["service.team"] = answers[record["resource"]["service.name"]]
        return True


@pytest.fixture
def backend() -> Backend:
    Team.backend = Backend({"cart": "blue"})
    return Team.backend


class Stream:
    """Rounds of records through a worker, to be told apart by the order in which they were sent."""

    def __init__(self, lane: Any, eventually: Any, **policy: Any) -> None:
        self.lane, self.eventually = lane, eventually
        self.sent = 0
        self.settings = {
            "processors": [{"name": "team", "use": f"{__name__}:Team", "lookup": LIMITS, **policy}],
            "guard": {"dead_run": ROUND // 2},
            "flow": {"chunk_records": 10},
        }

    async def round(self) -> None:
        """Send records and wait until all of them are done with."""
        numbers = range(self.sent, self.sent + ROUND)
        lines = [{**LINE, "message": str(number), "trace_id": TRACES[number % len(TRACES)]} for number in numbers]
        self.sent += ROUND
        await self.lane.produce([json.dumps(line).encode() for line in lines])
        await self.lane.until_committed({0: self.sent})

    async def until_answered(self) -> None:
        """Send rounds until the breaker has found out that the backend is well."""
        before = len(Team.backend.asked)

        async def answered() -> bool:
            await self.round()
            return len(Team.backend.asked) >= before + 2

        await self.eventually(answered)


@pytest.mark.parametrize("trouble", ["silent", "refused"])
@pytest.mark.parametrize(
    ("policy", "team", "flags"),
    [
        pytest.param({}, None, ["enrichment.failed"], id="skip"),
        pytest.param({"on_failure": "default", "defaults": SAFE}, "nobody", ["enrichment.default"], id="default"),
    ],
)
async def test_records_go_on_without_an_answer_and_have_one_again_when_there_is_one(
    trouble: Any,
    policy: dict[str, Any],
    team: str | None,
    flags: list[str],
    make_lane: Any,
    backend: Backend,
    eventually: Any,
) -> None:
    lane = await make_lane()
    stream = Stream(lane, eventually, **policy)
    async with lane.worker(**stream.settings) as running:
        await stream.round()
        backend.become(trouble)
        calls = len(backend.asked)
        await stream.round()
        await stream.round()
        calls_in_trouble = len(backend.asked) - calls
        troubled = running.worker.monitor.report()
        backend.become("well")
        await stream.until_answered()
        await stream.round()
        well = running.worker.monitor.report()
        state = (await lane.committed())[0]
    records = await lane.enriched_records()

    said = [(record["resource"].get("service.team"), record.get("flags", [])) for record in _sent_in_order(records)]
    assert said[:ROUND] == [("blue", [])] * ROUND
    assert said[ROUND : 3 * ROUND] == [(team, flags)] * 2 * ROUND
    assert said[-ROUND:] == [("blue", [])] * ROUND
    assert calls_in_trouble < 2 * ROUND / 10, "each chunk asked what does not answer"
    assert {"breaker.open", "processor.failing"} <= {finding.rule for finding in troubled.findings}
    assert "breaker.open" not in {finding.rule for finding in well.findings}
    _assert_in_order(records, stream.sent)
    assert state.counts.balance == 0


async def test_dead_letters_of_an_outage_do_not_hold_the_partition(
    make_lane: Any, backend: Backend, eventually: Any
) -> None:
    lane = await make_lane()
    stream = Stream(lane, eventually, on_failure="dead")
    async with lane.worker(**stream.settings):
        backend.become("refused")
        await stream.round()
        backend.become("well")
        await stream.until_answered()
        await stream.round()
        state = (await lane.committed())[0]
    dead = await lane.dead_letters()
    records = await lane.enriched_records()

    assert len(dead) >= ROUND
    assert len(dead) + len(records) == stream.sent
    assert {(headers["weft.dead.reason"], headers["weft.dead.stage"]) for _, headers in dead} == {
        (b"processor.failed", b"process")
    }
    assert {headers["weft.dead.error"] for _, headers in dead} == {
        b"RejectedRecord: team@1 failed with ConnectionRefusedError",
        b"RejectedRecord: team@1 failed with BreakerOpen",
    }
    assert [record["resource"]["service.team"] for record in records[-ROUND:]] == ["blue"] * ROUND
    assert state.counts.balance == 0


async def test_other_partitions_go_on_while_one_waits(make_lane: Any, backend: Backend, eventually: Any) -> None:
    lane = await make_lane(2)
    stream = Stream(lane, eventually, when={"services": ["cart"]})
    stream.settings["processors"][0]["lookup"] = {"deadline_seconds": 30}
    backend.become("silent")
    async with lane.worker(**stream.settings):
        await lane.produce([b'{"message":"waits","service":"cart"}'])
        await eventually(lambda: backend.asked)
        await lane.produce([b'{"message":"goes on","service":"shop"}'] * ROUND, partition=1)
        await lane.until_committed({1: ROUND})
        assert (await lane.committed()).get(0, CommitState.fresh(0)).offset == 0
        backend.become("well")
        await lane.until_committed({0: 1})


async def test_an_operator_isolates_a_lookup_and_resets_it(make_lane: Any, backend: Backend, eventually: Any) -> None:
    lane = await make_lane()
    stream = Stream(lane, eventually)
    async with lane.worker(**stream.settings) as running:
        socket = str(running.worker.presence._control.path)
        await stream.round()
        calls = len(backend.asked)
        assert (await asyncio.to_thread(ask, socket, {"command": "isolate", "processor": "team"}))["ok"]
        await stream.round()
        assert len(backend.asked) == calls
        assert (await asyncio.to_thread(ask, socket, {"command": "reset", "processor": "team"}))["ok"]
        await stream.round()
        refused = await asyncio.to_thread(ask, socket, {"command": "reset", "processor": "nobody"})
    flags = [record.get("flags", []) for record in _sent_in_order(await lane.enriched_records())]
    assert flags == [[]] * ROUND + [["enrichment.failed"]] * ROUND + [[]] * ROUND
    assert "there are: team" in refused["error"]


def _sent_in_order(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(records, key=lambda record: int(record["body"]))


def _assert_in_order(records: list[dict[str, Any]], sent: int) -> None:
    """Every record is there once, and those of a trace in the order in which they were sent."""
    traces: defaultdict[str, list[int]] = defaultdict(list)
    for record in records:
        traces[record["trace_id"]].append(int(record["body"]))
    assert sorted(number for numbers in traces.values() for number in numbers) == list(range(sent))
    assert all(numbers == sorted(numbers) for numbers in traces.values())
