"""The settings on the page about sinks are right, and the page knows every sink with its effect."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli import build
from streams.sinks.registry import BUILTIN, find

PAGE = (Path(__file__).resolve().parents[2] / "docs/howto/sinks.md").read_text("utf-8")


def test_the_settings_make_the_sinks_that_they_name(tmp_path: Path) -> None:
    [settings] = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    file = tmp_path / "weft.yaml"
    file.write_text(settings)
    environment = {"WEFT_CONFIG": str(file), "WEFT_STATE_DIR": str(tmp_path)}

    told = json.loads(CliRunner().invoke(build(), ["check", "--json"], env=environment, catch_exceptions=False).stdout)

    assert [(sink["sink"], sink["kind"], sink["options"]) for sink in told["sinks"]] == [
        ("sqlite", "sqlite", {"window_days": 90}),
        ("archive", "file", {"file_bytes": 67_108_864}),
    ]


@pytest.mark.parametrize("name", BUILTIN)
def test_every_sink_stands_beside_its_effect(name: str) -> None:
    [row] = re.findall(rf"^\| `{find(name).effect}` \| ([^|]*) \|", PAGE, re.MULTILINE)
    assert f"`{name}`" in row
