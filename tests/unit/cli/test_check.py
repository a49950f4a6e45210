"""`weft check`: the settings explained, and drift between them and what runs."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from streams.cli.check import check
from streams.errors import ConfigurationError
from streams.health import Identity
from streams.metrics import Metrics, RoleState
from streams.monitor import Monitor
from streams.pipeline import Pipeline
from streams.presence import Presence
from streams.settings import Settings, load

FILE = """
environment: staging
processors: [{name: stamp, use: "tests.unit.test_reload:Stamp", options: {word: one}, when: {percent: 50}}]
"""
AT_REST = RoleState(
    assigned=True,
    stopping=False,
    stuck=None,
    partitions=(),
    held_outputs=(),
    oldest_work_seconds=None,
    in_flight_bytes=0,
    in_flight_bytes_limit=1,
)


class Place:
    """A settings file and a state directory of their own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "weft.yaml"
        self.state_dir = folder / "state"
        self.file.write_text(FILE)
        self.environment = {"WEFT_CONFIG": str(self.file), "WEFT_STATE_DIR": str(self.state_dir)}

    def run(self, *arguments: str) -> Result:
        app = typer.Typer(pretty_exceptions_enable=False)
        app.command()(check)
        return CliRunner().invoke(app, list(arguments), env=self.environment, catch_exceptions=False)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
async def worker(place: Place) -> AsyncIterator[Monitor]:
    """A role that runs with the settings of the file."""
    pipeline = Pipeline(load(place.file, {}))
    identity = Identity("worker", "g", "1", "staging", pipeline.provenance)
    monitor = Monitor(identity, Metrics(), lambda: AT_REST)
    presence = Presence(Settings(state_dir=place.state_dir), identity, monitor, {})
    await presence.start()
    yield monitor
    await presence.stop()


def test_the_effective_chain_is_shown(place: Place) -> None:
    result = place.run()
    assert result.exit_code == 0
    assert [" ".join(line.split()) for line in result.stdout.splitlines() if not line.startswith("pipeline")] == [
        f"file {place.file}",
        "environment staging",
        'processor stamp@1 on_failure: "skip", when: {"percent": 50.0}, options: {"word": "one"}',
    ]


@pytest.mark.usefixtures("worker")
async def test_a_worker_with_the_same_settings_is_no_drift(place: Place) -> None:
    result = await asyncio.to_thread(place.run)
    assert result.exit_code == 0
    assert f"worker {os.getpid()}  runs with these settings" in result.stdout


@pytest.mark.usefixtures("worker")
async def test_a_worker_with_other_settings_is_drift(place: Place) -> None:
    place.file.write_text(FILE.replace("one", "two"))
    result = await asyncio.to_thread(place.run)
    assert result.exit_code == 1
    assert "runs with others" in result.stdout


async def test_a_worker_that_took_them_up_is_no_drift_any_more(place: Place, worker: Monitor) -> None:
    place.file.write_text(FILE.replace("one", "two"))
    worker.changed(Pipeline(load(place.file, {})).provenance)
    assert json.loads((await asyncio.to_thread(place.run, "--json")).stdout)["drift"] is False


def test_wrong_settings_are_an_error(place: Place) -> None:
    place.file.write_text("processors: [nowhere]")
    with pytest.raises(ConfigurationError, match="there is no processor 'nowhere'"):
        place.run()


def test_sinks_are_checked_and_shown_without_their_secrets(place: Place) -> None:
    place.file.write_text("sinks: {hook: {use: http, options: {url: 'https://example.org/', secret_env: HOOK_SECRET}}}")
    place.environment["HOOK_SECRET"] = "hidden"

    told = place.run().stdout

    assert (
        'sink        hook  http, at_least_once, options: {"url": "https://example.org", "secret_env": "HOOK_SECRET"}'
        in told
    )
    assert "hidden" not in told


def test_a_wrong_option_of_a_sink_is_named(place: Place) -> None:
    place.file.write_text("sinks: {local: {use: sqlite, options: {window_days: 0}}}")

    with pytest.raises(ConfigurationError, match=r"sinks\.local\.options\.window_days: Input should be"):
        place.run()
