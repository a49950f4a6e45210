"""`weft sink`: what it passes on, and how it reaches a sink that runs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import streams.sink_role
from streams.control import ControlServer
from streams.runfiles import HeldRunFile, RunFile, run_dir
from streams.settings import Settings

Weft = Callable[..., Any]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, weft: Weft) -> list[dict[str, Any]]:
    """Replaces the sink itself by a note of how it was started."""
    calls: list[dict[str, Any]] = []

    def run_sink(settings: Settings, name: str, **arguments: Any) -> int:
        calls.append({"name": name, **arguments})
        return 75

    monkeypatch.setattr(streams.sink_role, "run_sink", run_sink)
    monkeypatch.setenv("WEFT_STATE_DIR", str(tmp_path))
    return calls


@pytest.fixture
async def running(started: list[dict[str, Any]], tmp_path: Path) -> AsyncIterator[list[Mapping[str, Any]]]:
    """The sink sqlite on this machine, which holds enriched:3 paused; gives what it was asked."""
    asked: list[Mapping[str, Any]] = []

    async def answer(request: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(request)
        return {"resumed": request.get("partition") == 3}

    server = ControlServer(run_dir(tmp_path), "sink-test", {"resume": answer, "isolate": answer, "reset": answer})
    await server.start()
    told = RunFile(role="sink", pid=os.getpid(), group="weft-sink-sqlite", http="", socket=str(server.path), started="")
    run_file = HeldRunFile(run_dir(tmp_path), told)
    run_file.write()
    yield asked
    run_file.remove()
    await server.stop()


def test_the_exit_code_is_the_sinks(weft: Weft, started: list[dict[str, Any]]) -> None:
    assert weft("sink", "sqlite").code == 75
    assert started == [{"name": "sqlite", "rewrite": False, "accept_gaps": [], "resumed": []}]


def test_options_are_passed_on(weft: Weft, started: list[dict[str, Any]]) -> None:
    weft("sink", "sqlite", "--rewrite", "--accept-gap", "enriched:3", "--resume-partition", "enriched:1")

    passed = {"name": "sqlite", "rewrite": True, "accept_gaps": [("enriched", 3)], "resumed": [("enriched", 1)]}
    assert started == [passed]


@pytest.mark.parametrize("order", ["isolate", "reset"])
async def test_an_order_goes_to_the_sink_that_runs_and_starts_none(
    order: str, weft: Weft, started: list[dict[str, Any]], running: list[Mapping[str, Any]]
) -> None:
    ran = await asyncio.to_thread(weft, "sink", "sqlite", f"--{order}")

    assert ran[:2] == (0, f"{order} sqlite\n")
    assert running == [{"command": order}]
    assert started == []


async def test_resuming_speaks_to_the_sink_that_runs_and_starts_none(
    weft: Weft, started: list[dict[str, Any]], running: list[Mapping[str, Any]]
) -> None:
    ran = await asyncio.to_thread(weft, "sink", "sqlite", "--resume-partition", "enriched:3")

    assert ran[:2] == (0, "resumed enriched:3\n")
    assert running == [{"command": "resume", "topic": "enriched", "partition": 3}]
    assert started == []


async def test_a_sink_of_another_name_is_left_alone(
    weft: Weft, started: list[dict[str, Any]], running: list[Mapping[str, Any]]
) -> None:
    ran = await asyncio.to_thread(weft, "sink", "postgres", "--isolate")

    assert ran.code == 1
    assert "`weft sink postgres` does not run on this machine" in ran.err
    assert running == []


def test_opposite_orders_are_refused(weft: Weft, started: list[dict[str, Any]]) -> None:
    ran = weft("sink", "sqlite", "--isolate", "--reset")

    assert ran.code == 2
    assert started == []
