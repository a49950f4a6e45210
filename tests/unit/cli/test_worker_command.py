"""`weft worker`: what it passes on, and how it reaches a worker that runs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import streams.worker
from streams.control import ControlServer
from streams.errors import ConfigurationError
from streams.runfiles import HeldRunFile, RunFile, run_dir
from streams.settings import Settings

Weft = Callable[..., Any]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, weft: Weft) -> list[dict[str, Any]]:
    """Replaces the worker itself by a note of how it was started."""
    calls: list[dict[str, Any]] = []

    def run_worker(settings: Settings, **arguments: Any) -> int:
        calls.append(arguments)
        return 75

    monkeypatch.setattr(streams.worker, "run_worker", run_worker)
    monkeypatch.setenv("WEFT_STATE_DIR", str(tmp_path))
    return calls


@pytest.fixture
async def running(started: list[dict[str, Any]], tmp_path: Path) -> AsyncIterator[list[Mapping[str, Any]]]:
    """A worker of the default group on this machine that holds raw-logs:3 paused; gives what it was asked."""
    asked: list[Mapping[str, Any]] = []

    async def resume(request: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(request)
        return {"resumed": request["partition"] == 3}

    async def breaker(request: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(request)
        if request["processor"] != "owners":
            raise ConfigurationError("no look-up of that name")
        return {}

    server = ControlServer(run_dir(tmp_path), "worker-test", {"resume": resume, "isolate": breaker, "reset": breaker})
    await server.start()
    told = RunFile(role="worker", pid=os.getpid(), group="weft-worker", http="", socket=str(server.path), started="")
    run_file = HeldRunFile(run_dir(tmp_path), told)
    run_file.write()
    yield asked
    run_file.remove()
    await server.stop()


def test_the_exit_code_is_the_workers(weft: Weft, started: list[dict[str, Any]]) -> None:
    assert weft("worker").code == 75
    assert started == [{"accept_gaps": [], "resumed": []}]


def test_partitions_are_passed_on_also_with_a_colon_in_the_name(weft: Weft, started: list[dict[str, Any]]) -> None:
    weft("worker", "--accept-gap", "raw-logs:3", "--accept-gap", "a:b:0", "--resume-partition", "raw-logs:1")

    assert started == [{"accept_gaps": [("raw-logs", 3), ("a:b", 0)], "resumed": [("raw-logs", 1)]}]


async def test_resuming_speaks_to_the_worker_that_runs_and_starts_none(
    weft: Weft, started: list[dict[str, Any]], running: list[Mapping[str, Any]]
) -> None:
    ran = await asyncio.to_thread(weft, "worker", "--resume-partition", "raw-logs:3")

    assert ran[:2] == (0, "resumed raw-logs:3\n")
    assert running == [{"command": "resume", "topic": "raw-logs", "partition": 3}]
    assert started == []


async def test_resuming_what_no_running_worker_holds_is_a_failed_check(
    weft: Weft, started: list[dict[str, Any]], running: list[Mapping[str, Any]]
) -> None:
    ran = await asyncio.to_thread(weft, "worker", "--resume-partition", "raw-logs:4")

    assert ran.code == 1
    assert "raw-logs:4" in ran.err
    assert started == []


async def test_a_running_worker_of_another_group_is_left_alone(
    weft: Weft,
    started: list[dict[str, Any]],
    running: list[Mapping[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WEFT_GROUP", "another")

    assert (await asyncio.to_thread(weft, "worker", "--resume-partition", "raw-logs:3")).code == 75
    assert running == []


async def test_without_a_resume_another_worker_is_started_beside_the_running_one(
    weft: Weft, started: list[dict[str, Any]], running: list[Mapping[str, Any]]
) -> None:
    assert (await asyncio.to_thread(weft, "worker")).code == 75
    assert len(started) == 1


@pytest.mark.parametrize("order", ["isolate", "reset"])
async def test_an_order_about_a_lookup_goes_to_the_worker_that_runs_and_starts_none(
    order: str, weft: Weft, started: list[dict[str, Any]], running: list[Mapping[str, Any]]
) -> None:
    ran = await asyncio.to_thread(weft, "worker", f"--{order}", "owners")

    assert ran[:2] == (0, f"{order} owners\n")
    assert running == [{"command": order, "processor": "owners"}]
    assert started == []


async def test_an_order_that_is_refused_is_a_failed_check(
    weft: Weft, started: list[dict[str, Any]], running: list[Mapping[str, Any]]
) -> None:
    ran = await asyncio.to_thread(weft, "worker", "--isolate", "nobody")

    assert ran.code == 1
    assert "no look-up of that name" in ran.err
    assert started == []


def test_an_order_that_nobody_hears_is_a_failed_check(weft: Weft, started: list[dict[str, Any]]) -> None:
    ran = weft("worker", "--reset", "owners")

    assert ran.code == 1
    assert "no worker of this group runs on this machine" in ran.err
    assert started == []
