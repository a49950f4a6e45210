"""`weft health`: what an operator reads, and the exit codes that scripts rely on."""

from __future__ import annotations

import asyncio
import io
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from streams.cli.health import Answer, ask_all, health
from streams.cli.health_view import show
from streams.errors import ConfigurationError
from streams.health import Identity
from streams.metrics import Metrics, PartitionStatus, ProcessorStatus
from streams.monitor import Monitor
from streams.presence import Presence
from streams.runfiles import HeldRunFile, RunFile
from streams.settings import Settings


@dataclass
class Machine:
    """This machine's state directory, and the command run against it."""

    state_dir: Path

    async def run(self, *arguments: str) -> Result:
        app = typer.Typer()
        app.command()(health)
        environment = {"WEFT_STATE_DIR": str(self.state_dir)}
        return await asyncio.to_thread(CliRunner().invoke, app, list(arguments), env=environment)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
async def running(identity: Identity, monitor: Monitor, machine: Machine) -> AsyncIterator[None]:
    presence = Presence(Settings(state_dir=machine.state_dir), identity, monitor, {})
    await presence.start()
    yield
    await presence.stop()


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize(
    ("state", "status", "exit_code"),
    [({}, "HEALTHY", 0), ({"assigned": False}, "DEGRADED", 1), ({"stuck": "no progress"}, "FAILING", 1)],
    ids=["healthy", "degraded", "failing"],
)
async def test_the_exit_code_tells_whether_all_is_well(
    state: dict[str, Any], status: str, exit_code: int, machine: Machine, role: Any
) -> None:
    role.become(**state)

    result = await machine.run()

    assert result.exit_code == exit_code
    assert result.stdout.startswith(f"worker {status}  pid {os.getpid()}, http://127.0.0.1:")


@pytest.mark.usefixtures("running")
async def test_a_held_partition_is_shown_with_the_command_that_releases_it(machine: Machine, role: Any) -> None:
    role.become(partitions=[PartitionStatus("raw-logs", 3, 10, 9, 1_234, 4.25, 2, {"flood": "most records die"})])

    result = await machine.run()

    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "FAILING raw-logs-3 is held (flood): most records die" in lines
    assert any(line.startswith("next: ") and "weft worker --resume-partition raw-logs:3" in line for line in lines)
    assert "lag 1,234 records, 4.2 s" in lines
    assert "raw-logs-3 10 9 1234 4.2 2" in lines


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
async def test_a_reader_that_has_gone_ends_it_silently(machine: Machine, options: tuple[str, ...]) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "streams.cli", "health", *options),
        stdout=theirs,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "WEFT_STATE_DIR": str(machine.state_dir)},
    )
    os.close(theirs)
    _, said = await process.communicate()

    assert (process.returncode, said) == (0, b"")


@pytest.mark.usefixtures("running")
async def test_a_pipe_gets_no_colours(machine: Machine) -> None:
    assert "\x1b" not in (await machine.run()).stdout


@pytest.mark.usefixtures("running")
async def test_json_is_one_object_with_every_report(machine: Machine, role: Any) -> None:
    role.become(assigned=False)

    result = await machine.run("--json")

    answer = json.loads(result.stdout)
    assert result.exit_code == 1
    assert answer["status"] == "DEGRADED"
    [one] = answer["roles"]
    assert (one["status"], one["run"]["pid"], one["error"]) == ("DEGRADED", os.getpid(), None)
    assert one["report"]["findings"][0]["rule"] == "unassigned"


async def test_a_role_that_runs_but_does_not_answer_is_failing(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    run = RunFile(role="worker", pid=7, group="g", http=address, socket="s", started="2026-01-01T00:00:00+00:00")
    held = HeldRunFile(machine.state_dir / "run", run)
    held.write()

    result = await machine.run()

    held.remove()
    assert result.exit_code == 1
    assert result.stdout.startswith("worker FAILING  pid 7")
    assert f"{address}/health does not answer: ConnectionRefusedError" in result.stdout


async def test_when_nothing_runs_the_next_command_is_told(machine: Machine) -> None:
    result = await machine.run()

    assert isinstance(result.exception, ConfigurationError)
    assert result.exception.exit_code == 2
    assert str(machine.state_dir) in result.exception.message
    assert "`weft worker`" in result.exception.cure


@pytest.mark.usefixtures("running")
async def test_a_terminal_gets_colours_unless_they_are_not_wanted(machine: Machine) -> None:
    answers = await asyncio.to_thread(ask_all, machine.state_dir / "run")

    assert "\x1b[1;32mHEALTHY" in shown(answers, no_color=False)
    assert "\x1b[1;32m" not in shown(answers, no_color=True)


def shown(answers: list[Answer], *, no_color: bool) -> str:
    stream = io.StringIO()
    show(answers, Console(file=stream, force_terminal=True, no_color=no_color, width=100, color_system="standard"))
    return stream.getvalue()


@pytest.mark.usefixtures("running")
async def test_text_in_brackets_is_shown_as_it_is(machine: Machine, role: Any) -> None:
    role.become(held_outputs=["enriched: [red]gone[/red]"])

    assert "output is held: enriched: [red]gone[/red]" in (await machine.run()).stdout


@pytest.mark.usefixtures("running")
async def test_processors_are_shown_with_what_they_do(machine: Machine, role: Any, metrics: Metrics) -> None:
    metrics.stage_seconds.labels("finish").inc(1)
    redact = ProcessorStatus("redact", "2", "finish", 4_000, 2_000, 0, 0.8)
    owner = ProcessorStatus("owner", "1", "finish", 4_000, 0, 7, 0.0, 9, 1, {}, "open", 0.0)
    role.become(processors=[redact, owner])
    role.seconds = 2.0

    lines = [" ".join(line.split()) for line in (await machine.run()).stdout.splitlines()]

    assert "bottleneck finish: redact, 80% of the work" in lines
    assert "processor changed/s failed/min µs cache hits breaker" in lines
    assert "redact@2 1,000 0 200.0" in lines
    assert "owner@1 0 7 0.0 90% open" in lines
    assert "DEGRADED owner is not called: its breaker is open" in lines


@pytest.mark.usefixtures("running")
async def test_a_lag_that_is_not_known_is_a_question_mark(
    machine: Machine, role: Any, make_partition: Callable[..., PartitionStatus]
) -> None:
    role.become(partitions=[make_partition(lag_records=None, lag_seconds=None)])

    lines = [" ".join(line.split()) for line in (await machine.run()).stdout.splitlines()]

    assert "raw-logs-3 100 100 ? ? 0" in lines
