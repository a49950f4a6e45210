"""Fault tests kill real processes; each prints what happened.

FAULT_SECONDS  how long each schedule of faults takes; 25 by default
FAULT_SEEDS    seeds of the schedules, separated by commas, or `random:N`; the same seed is the same schedule
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from secrets import randbelow

import pytest

from tests.faults.evidence import Lane
from tests.faults.run import PARTITIONS, Report, Run

HERE = Path(__file__).parent
SECONDS = float(os.environ.get("FAULT_SECONDS", "25"))
SEEDS = os.environ.get("FAULT_SEEDS", "1")
_OUTPUT = {"message.timestamp.type": "LogAppendTime"}  # the checker compares commits with the time of appending
_REPORTS: list[str] = []

NewTopic = Callable[..., Awaitable[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and "new_lane" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.faults)
            item.add_marker(pytest.mark.timeout(SECONDS * 2 + 400))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", seeds(SEEDS))


def seeds(text: str) -> list[int]:
    """Read what `FAULT_SEEDS` says."""
    if text.startswith("random:"):
        return [randbelow(10**6) for _ in range(int(text.removeprefix("random:")))]
    return [int(seed) for seed in text.split(",")]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _REPORTS:
        terminalreporter.section("faults")
        for line in _REPORTS:
            terminalreporter.write_line(line)


@pytest.fixture
def new_lane(new_topic: NewTopic) -> Callable[[str], Awaitable[Lane]]:
    async def create(bootstrap: str) -> Lane:
        raw = await new_topic(PARTITIONS, on=bootstrap)
        enriched = await new_topic(PARTITIONS, on=bootstrap, config=_OUTPUT)
        dead = await new_topic(3, on=bootstrap, config=_OUTPUT)
        return Lane(bootstrap, raw, enriched, dead, f"group-{uuid.uuid4().hex[:12]}")

    return create


@pytest.fixture
def run_under(
    request: pytest.FixtureRequest, new_lane: Callable[[str], Awaitable[Lane]], tmp_path: Path, seed: int
) -> Callable[..., Awaitable[Report]]:
    """Run a schedule of faults on a cluster and assert that nothing was lost, altered or reordered."""

    async def run(bootstrap: str, faults: Callable[[Run], Awaitable[None]]) -> Report:
        started = f"{request.node.name}: seed {seed}, {SECONDS:.0f} s, logs in {tmp_path}"
        print(started)  # noqa: T201 (what a failed test shows first)
        report = await Run(await new_lane(bootstrap), tmp_path, seed, SECONDS).under(faults)
        _REPORTS.append(f"{request.node.name}: {report}")
        assert not report.verdict.found, f"{started}\n{report}"
        return report

    return run
