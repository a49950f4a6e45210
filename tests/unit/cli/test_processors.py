"""`weft processors`: what there is, what is active, and what each one declares."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from streams.health import Identity
from streams.metrics import Metrics, ProcessorStatus
from streams.monitor import Monitor
from streams.presence import Presence
from streams.processors.registry import BUILTIN
from streams.settings import Settings
from tests.unit.cli.conftest import Weft
from tests.unit.cli.test_check import AT_REST

IDENTITY = Identity("worker", "weft-worker", "1", "development", "c0ffee")
CONFIG = """
processors:
  - {name: stamp, use: "tests.unit.test_reload:Stamp", options: {word: w}}
  - http
  - {name: limits, enabled: false}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "weft.yaml"
    path.write_text(CONFIG)
    return path


def listed(weft: Weft, *arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in weft(*arguments, "--json").out.splitlines()]


def test_those_of_the_chain_come_first_in_their_order(weft: Weft, config: Path) -> None:
    lines = [line.split() for line in weft("--config", str(config), "processors").out.splitlines()]
    assert [line[:3] for line in lines[:3]] == [
        ["stamp", "1", "active"],
        ["http", "1", "active"],
        ["limits", "1", "available"],
    ]
    assert {line[0] for line in lines} == {"stamp", *(kind.name for kind in BUILTIN)}
    assert len(lines) == len(BUILTIN) + 1


def test_one_is_shown_with_all_that_it_declares(weft: Weft, config: Path) -> None:
    shown = weft("--config", str(config), "processors", "stamp").out.splitlines()
    assert shown[0] == "stamp@1"
    assert "Writes a word that the settings name." in shown
    assert "signature   stamp(word: text)" in shown
    assert "writes      attributes.word" in shown
    assert 'settings    {"use": "tests.unit.test_reload:Stamp", "options": {"word": "w"}}' in shown
    assert "option      word: text, required: " in shown


def test_json_has_one_object_a_processor(weft: Weft) -> None:
    shown = listed(weft, "processors")
    assert sorted(one["name"] for one in shown) == sorted(kind.name for kind in BUILTIN)
    for one in shown:
        assert one["docs"].startswith(one["summary"][:20])
        assert one["writes"] or one["name"] == "legacy"


def test_types_and_defaults_of_options_are_told(weft: Weft) -> None:
    (limits,) = listed(weft, "processors", "limits")
    told = {option["name"]: (option["type"], option["default"]) for option in limits["options"]}
    assert told["depth"] == ("integer >= 1 <= 200", 64)
    (redact,) = listed(weft, "processors", "redact")
    told = {option["name"]: (option["type"], option["default"]) for option in redact["options"]}
    assert told["mode"] == ("mask | partial | hash | keep", "mask")
    assert told["allow"] == ("list of text", [])
    assert told["key_file"] == ("path | null", None)
    (environment,) = listed(weft, "processors", "environment")
    told = {option["name"]: (option["type"], option["default"]) for option in environment["options"]}
    assert told["rules"] == ("list of mapping", [])
    assert told["rules.topic"] == ("text", "*")


def test_what_a_package_offers_is_listed(weft: Weft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "other-1.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1\n")
    (package / "entry_points.txt").write_text(
        "[weft.processors]\nstamp = tests.unit.test_reload:Stamp\ngone = no_such_module:X\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    shown = {one["name"]: one for one in listed(weft, "processors")}
    assert shown["stamp"]["state"] == "available"
    assert shown["stamp"]["class"] == "tests.unit.test_reload:Stamp"
    assert shown["gone"]["state"] == "broken"
    assert "cannot load no_such_module:X" in shown["gone"]["summary"]
    assert "cannot load" in weft("processors", "gone").out


def test_one_without_its_package_is_missing(weft: Weft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.processors.description.find_spec", lambda module: None)
    (geoip,) = listed(weft, "processors", "geoip")
    assert (geoip["state"], geoip["missing"]) == ("missing", ["maxminddb"])


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[Path]:
    """A worker that redacted 120 records within the two seconds since its start; gives its state directory."""
    clock = iter([0.0, 0.0, *[2.0] * 20])
    counted = ProcessorStatus("redact", "1", "finish", 0, 0, 0, 0.0)
    state = AT_REST._replace(processors=[counted])
    monitor = Monitor(IDENTITY, Metrics(), lambda: state, lambda: next(clock))
    monitor.sample()
    state = AT_REST._replace(
        processors=[counted._replace(records=2_000, changed=120, failed=3, seconds=0.004, hits=3, misses=1)]
    )
    presence = Presence(Settings(state_dir=tmp_path / "state"), IDENTITY, monitor, {})
    await presence.start()
    yield tmp_path / "state"
    await presence.stop()


async def test_while_a_worker_runs_its_figures_are_told(
    weft: Weft, worker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(*arguments: str) -> list[str]:
        monkeypatch.setenv("WEFT_STATE_DIR", str(worker))
        return weft("processors", *arguments).out.splitlines()

    lines = {line.split()[0]: line for line in await asyncio.to_thread(ask)}
    assert " 60/s changed, 3 failed " in lines["redact"]
    assert "changed" not in lines["http"].split("Names")[0]
    (figures,) = [line for line in await asyncio.to_thread(ask, "redact") if line.startswith("worker")]
    assert figures == (
        f"worker      {os.getpid()}: version 1, 1,000 records/s, 60 changed/s, 3 failed within the minute, "
        "2.0 us a record, 75% cache hits"
    )
    (told,) = [json.loads(line) for line in await asyncio.to_thread(ask, "redact", "--json")]
    assert [(one["pid"], one["changed_per_second"]) for one in told["running"]] == [(os.getpid(), 60.0)]


def test_an_unknown_name_is_an_error_with_a_cure(weft: Weft) -> None:
    code, _, err = weft("processors", "nope")
    assert code == 2
    assert "`weft processors` lists them." in err
