"""Lines joined on a real broker: idle groups are cut and published, and a replay obeys the cut."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition

from streams.kafka.ledger import read_ledger
from streams.kafka.membership import CommitRefused, Membership
from streams.types import Counts

FIRST = [
    b"2026-11-24 12:00:00,000 ERROR [main] Checkout - it failed",
    b"java.lang.IllegalStateException: no stock",
    b"\tat shop.Checkout.pay(Checkout.java:7)",
]
LATE = b"\tat shop.Main.main(Main.java:3)"
HEAD = b"2026-11-24 12:00:01,000 INFO [main] Checkout - next"


def joining(lane: Any, **bounds: int) -> dict[str, Any]:
    return {"topics": {lane.raw: {"multiline": {"enabled": True, "idle_milliseconds": 200} | bounds}}}


def never_idle(lane: Any) -> dict[str, Any]:
    return joining(lane, idle_milliseconds=1_000_000, chain_milliseconds=1_000_000)


async def bodies(lane: Any) -> list[str]:
    return [record["body"] for record in await lane.enriched_records()]


async def test_an_event_with_nothing_behind_it_is_published_once_it_is_idle(make_lane: Any) -> None:
    lane = await make_lane()
    await lane.produce(FIRST)

    async with lane.worker(**joining(lane)):
        await lane.until_committed({0: 3})

    (record,) = await lane.enriched_records()
    assert record["event_id"] == f"{lane.raw}-0-0"
    assert "multiline" in record["flags"]
    state = (await lane.committed())[0]
    assert (state.counts, state.cut) == (Counts(consumed=3, enriched=1, joined=2), None)


async def test_an_open_event_is_neither_published_nor_committed_and_does_not_hold_up_a_stop(
    make_lane: Any, eventually: Any
) -> None:
    lane = await make_lane()
    await lane.produce([HEAD, *FIRST])

    async with lane.worker(**never_idle(lane)) as running:
        await lane.until_committed({0: 1})
        tracker = running.worker.ownership.assignments[TopicPartition(lane.raw, 0)].tracker
        await eventually(lambda: tracker.waits_for_lines)
        async with asyncio.timeout(5):
            assert await running.stop() == 0

    assert len(await lane.ids()) == 1
    assert (await lane.committed())[0].counts == Counts(consumed=1, enriched=1)


async def test_many_polls_of_one_line_each_do_not_stop_the_partition(make_lane: Any) -> None:
    lane = await make_lane()
    await lane.produce([*FIRST, *[LATE] * 40, HEAD])

    async with lane.worker(flow={"chunk_records": 1}, **never_idle(lane)):
        await lane.until_committed({0: 43})

    (record,) = await lane.enriched_records()
    assert (record["event_id"], record["body"].count("Main.java")) == (f"{lane.raw}-0-0", 40)


async def test_a_worker_killed_between_the_cut_and_its_outputs_is_replayed_to_the_same_bytes(
    make_lane: Any, eventually: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that comes late would belong to the event, were it not for the cut."""
    lane = await make_lane()
    await lane.produce(FIRST)
    async with lane.worker(**joining(lane)) as running:
        monkeypatch.setattr(running.worker.publisher, "publish", lambda *_: running.failed.set())
        running_state = await _until_cut(lane, eventually)
        await asyncio.wait_for(running.failed.wait(), 20)
    assert (running_state.offset, running_state.cut, await lane.ids()) == (0, 3, [])
    await lane.produce([LATE, HEAD])

    async with lane.worker(**joining(lane)):
        await lane.until_committed({0: 5})

    assert await lane.ids() == [f"{lane.raw}-0-{offset}" for offset in (0, 3, 4)]
    event, late, _ = await bodies(lane)
    assert event.endswith(FIRST[-1].decode())
    assert late == LATE.decode()
    assert (await lane.committed())[0].counts == Counts(consumed=5, enriched=3, joined=2)


async def test_a_process_killed_with_an_open_event_costs_only_replays_and_the_ledger_balances(
    make_lane: Any, tmp_path: Path
) -> None:
    """Killed at once when it is ready, again and again, while lines come in between."""
    lane = await make_lane()
    (tmp_path / "weft.yaml").write_text(json.dumps(joining(lane)))
    for _ in range(3):
        await lane.produce(FIRST)
        async with _process(lane, tmp_path) as process:
            await _ready(process)
            await lane.produce([LATE])
            process.kill()
            await process.wait()
    await lane.produce([HEAD])

    async with lane.worker(**joining(lane)):
        await lane.until_committed({0: 13})

    by_id: dict[str, set[bytes]] = {}
    for record in await lane.read(lane.enriched):
        by_id.setdefault(json.loads(record.value or b"")["event_id"], set()).add(record.value or b"")
    assert [event_id for event_id, values in by_id.items() if len(values) > 1] == []
    (account,) = await read_ledger(lane.settings(**joining(lane)))
    assert list(account.problems()) == []
    assert account.state is not None
    assert (account.state.counts.consumed, account.state.counts.enriched) == (13, len(by_id))


async def test_nothing_that_obeys_a_cut_is_published_before_the_cut_is_committed(
    make_lane: Any, eventually: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = await make_lane()
    commit, gate, asked = Membership.commit, asyncio.Event(), asyncio.Event()

    async def commit_cuts_when_the_gate_opens(self: Any, member: Any, states: Any) -> None:
        if any(state.cut is not None for state in states.values()):
            asked.set()
            await gate.wait()
        await commit(self, member, states)

    monkeypatch.setattr(Membership, "commit", commit_cuts_when_the_gate_opens)
    await lane.produce(FIRST)
    async with lane.worker(**joining(lane)) as running:
        await asyncio.wait_for(asked.wait(), 20)
        await lane.produce([LATE, HEAD])
        tracker = running.worker.ownership.assignments[TopicPartition(lane.raw, 0)].tracker
        await eventually(lambda: tracker.tail == 5)
        assert await lane.ids() == []

        gate.set()
        await lane.until_committed({0: 5})

    assert await lane.ids() == [f"{lane.raw}-0-{offset}" for offset in (0, 3, 4)]


async def test_a_partition_whose_cut_the_group_refuses_is_left_alone(
    make_lane: Any, eventually: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = await make_lane()
    commit = Membership.commit

    async def refuse_cuts(self: Any, member: Any, states: Any) -> None:
        if any(state.cut is not None for state in states.values()):
            raise CommitRefused
        await commit(self, member, states)

    monkeypatch.setattr(Membership, "commit", refuse_cuts)
    await lane.produce(FIRST)
    async with lane.worker(**joining(lane)) as running:
        await eventually(lambda: running.worker.ownership.assignments)
        assignment = running.worker.ownership.assignments[TopicPartition(lane.raw, 0)]
        await eventually(lambda: not assignment.active)
        async with asyncio.timeout(5):
            await running.stop()

    assert await lane.ids() == []


@asynccontextmanager
async def _process(lane: Any, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    settings = {
        "BROKERS": lane.bootstrap,
        "RAW_TOPICS": lane.raw,
        "ENRICHED_TOPIC": lane.enriched,
        "DEAD_TOPIC": lane.dead,
        "GROUP": lane.group,
        "STATE_DIR": str(folder),
        "CONFIG": str(folder / "weft.yaml"),
        "TIMING__COMMIT_INTERVAL_SECONDS": "0.1",
        "TIMING__SESSION_TIMEOUT_SECONDS": "6",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from streams.cli import main; main()",
        "worker",
        env={**os.environ, **{f"WEFT_{name}": value for name, value in settings.items()}},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _ready(process: asyncio.subprocess.Process) -> None:
    assert process.stderr is not None
    async with asyncio.timeout(40):
        while line := await process.stderr.readline():
            if json.loads(line)["event"] == "ready":
                return
    raise AssertionError("the worker ended before it was ready")


async def _until_cut(lane: Any, eventually: Any) -> Any:
    async def is_cut() -> bool:
        states = await lane.committed()
        return 0 in states and states[0].cut is not None

    await eventually(is_cut)
    return (await lane.committed())[0]
