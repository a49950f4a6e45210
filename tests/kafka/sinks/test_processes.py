"""`weft sink` as a real process: it stores, ends when told, survives a kill, and says what it cannot work with."""

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

from streams.errors import ConfigurationError
from streams.query import Query, store_of
from streams.settings import Settings
from streams.testing.items import make_items

ITEMS = make_items(300)
IDS = sorted(item.event_id for item in ITEMS)


@asynccontextmanager
async def sink_process(
    lane: Any, state: Path, *arguments: str, **environment: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from streams.cli import main; main()",
        "sink",
        *arguments,
        env={
            **os.environ,
            "WEFT_BROKERS": lane.bootstrap,
            "WEFT_ENRICHED_TOPIC": lane.enriched,
            "WEFT_DEAD_TOPIC": lane.dead,
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


async def until_event(process: asyncio.subprocess.Process, event: str) -> None:
    assert process.stderr is not None
    async with asyncio.timeout(30):
        while line := await process.stderr.readline():
            if json.loads(line)["event"] == event:
                return
    raise AssertionError(f"the sink ended without {event!r}")


async def stored(state: Path, name: str) -> list[str]:
    """Give the event ids in the SQLite store of a sink, sorted; none while there is no store."""
    sinks = {name: {"use": "sqlite"}}
    try:
        async with store_of(name, Settings(state_dir=state, sinks=sinks)) as store:
            return sorted(record["event_id"] for record in await store.search(Query(limit=10_000)))
    except ConfigurationError:
        return []


def using(lane: Any, tmp_path: Path, entry: dict[str, Any] | None = None) -> dict[str, str]:
    """Describe the lane's own sink in a settings file, so that its group is no other test's."""
    file = tmp_path / "weft.yaml"
    file.write_text(json.dumps({"sinks": {lane.sink_name: {"use": "sqlite", **(entry or {})}}}))
    return {"WEFT_CONFIG": str(file)}


async def test_a_sink_says_ready_stores_and_ends_in_order(make_lane: Any, tmp_path: Path) -> None:
    lane = await make_lane(partitions=2)
    await lane.enrich(ITEMS)
    async with sink_process(lane, tmp_path, lane.sink_name, **using(lane, tmp_path)) as process:
        await until_event(process, "ready")
        await lane.until_sunk({0: 300})
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0

    assert await stored(tmp_path, lane.sink_name) == IDS


async def test_a_kill_between_write_and_commit_stores_nothing_twice(
    make_lane: Any, tmp_path: Path, eventually: Any
) -> None:
    lane = await make_lane()
    await lane.enrich(ITEMS)
    never = {"WEFT_TIMING__COMMIT_INTERVAL_SECONDS": "1000", "WEFT_TIMING__SESSION_TIMEOUT_SECONDS": "6"}
    config = using(lane, tmp_path)

    async def all_stored() -> bool:
        return len(await stored(tmp_path, lane.sink_name)) == 300

    async with sink_process(lane, tmp_path, lane.sink_name, **config, **never) as process:
        await eventually(all_stored, 40)
        process.kill()
        await process.wait()
    assert await lane.sunk() == {}

    async with sink_process(lane, tmp_path, lane.sink_name, **config):
        await lane.until_sunk({0: 300}, seconds=40)

    assert await stored(tmp_path, lane.sink_name) == IDS


async def test_a_second_writer_of_a_store_with_room_for_one_is_refused(make_lane: Any, tmp_path: Path) -> None:
    lane = await make_lane()
    config = using(lane, tmp_path)
    async with sink_process(lane, tmp_path, lane.sink_name, **config) as first:
        await until_event(first, "ready")
        async with sink_process(lane, tmp_path, lane.sink_name, **config) as second:
            code = await asyncio.wait_for(second.wait(), 30)
            assert second.stderr is not None
            said = (await second.stderr.read()).decode()
        assert first.returncode is None

    assert code == 2
    assert "Error: " in said
    assert "writes" in said


@pytest.mark.parametrize(
    ("entry", "arguments", "environment", "said"),
    [
        pytest.param({"use": "nonesuch"}, (), {}, "there is no sink 'nonesuch'", id="unknown kind"),
        pytest.param(
            {"options": {"open_files": 0, "folder": "x"}}, (), {}, "options.open_files: Input should be", id="option"
        ),
        pytest.param({"use": "file"}, ("--rewrite",), {}, "nothing that --rewrite could replace", id="rewrite"),
        pytest.param({}, (), {"WEFT_ENRICHED_TOPIC": "nonesuch"}, "topics are missing: nonesuch", id="topic"),
    ],
)
async def test_what_it_can_never_work_with_ends_it_at_once(
    make_lane: Any, tmp_path: Path, entry: Any, arguments: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    lane = await make_lane()
    everything = {**using(lane, tmp_path, entry), **environment}
    async with sink_process(lane, tmp_path, lane.sink_name, *arguments, **everything) as process:
        code = await asyncio.wait_for(process.wait(), 30)
        assert process.stderr is not None
        errors = (await process.stderr.read()).decode()

    assert code == 2
    assert said in errors
