"""The worker as a real process: it says when it is ready, ends when told, with and without Faust's compiled parts."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

LINE = b'{"level":"INFO","message":"hello","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}'


@asynccontextmanager
async def worker_process(lane: Any, state: Path, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from streams.cli import main; main()",
        "worker",
        env={
            **os.environ,
            "WEFT_BROKERS": lane.bootstrap,
            "WEFT_RAW_TOPICS": lane.raw,
            "WEFT_ENRICHED_TOPIC": lane.enriched,
            "WEFT_DEAD_TOPIC": lane.dead,
            "WEFT_GROUP": lane.group,
            "WEFT_STATE_DIR": str(state),
            "WEFT_TIMING__COMMIT_INTERVAL_SECONDS": "0.1",
            **environment,
        },
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until_event(process: asyncio.subprocess.Process, event: str, seconds: float = 30) -> dict[str, Any]:
    assert process.stderr is not None
    async with asyncio.timeout(seconds):
        while line := await process.stderr.readline():
            entry: dict[str, Any] = json.loads(line)
            if entry["event"] == event:
                return entry
    raise AssertionError(f"the worker ended without {event!r}")


@pytest.mark.parametrize("environment", [{}, {"NO_CYTHON": "1"}], ids=["compiled", "NO_CYTHON"])
async def test_a_worker_says_ready_works_and_ends_in_order(
    make_lane: Any, tmp_path: Path, environment: dict[str, str]
) -> None:
    lane = await make_lane(partitions=2)
    await lane.produce([LINE] * 50)
    async with worker_process(lane, tmp_path, **environment) as process:
        ready = await until_event(process, "ready")
        await lane.until_committed({0: 50})
        process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(process.wait(), 30)

    assert ready["partitions"] == 2
    assert code == 0
    assert len(await lane.ids()) == 50


async def test_a_killed_worker_costs_only_replays(make_lane: Any, tmp_path: Path) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 500)
    never = {"WEFT_TIMING__COMMIT_INTERVAL_SECONDS": "1000", "WEFT_TIMING__SESSION_TIMEOUT_SECONDS": "6"}
    async with worker_process(lane, tmp_path, **never) as process:
        await until_event(process, "ready")
        async with asyncio.timeout(20):
            while len(await lane.ids()) < 500:
                pass
        process.kill()
        await process.wait()
    first = await lane.enriched_records()

    async with worker_process(lane, tmp_path) as process:
        await lane.until_committed({0: 500}, seconds=40)

    again = await lane.enriched_records()
    assert len(again) == 1_000
    assert again[500:] == first  # the same bytes under the same ids, in the same order
