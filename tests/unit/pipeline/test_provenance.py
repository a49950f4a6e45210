"""The provenance names what shapes output, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from streams.pipeline import Pipeline
from streams.settings import Limits, Security, Settings, TopicPolicy

BASE = Pipeline(Settings()).provenance


@pytest.mark.parametrize(
    "settings",
    [
        {"limits": Limits(depth=63)},
        {"limits": Limits(record_bytes=800_000)},
        {"time_zone": "Europe/Berlin"},
        {"topics": {"raw-logs": TopicPolicy(hint_mismatch="fallback")}},
        {"topics": {"raw-logs": TopicPolicy(source_epoch="2")}},
        {"validate_output": True},  # it decides which records become dead letters
    ],
)
def test_what_shapes_output_changes_it(settings: dict[str, Any]) -> None:
    assert Pipeline(Settings(**settings)).provenance != BASE


@pytest.mark.parametrize(
    "settings",
    [
        {"brokers": "broker:9092"},
        {"security": Security(username="u", password="p")},
        {"state_dir": Path("somewhere")},
        {"http_port": 8080},
        {"group": "another"},
        {"environment": "production"},
    ],
)
def test_addresses_secrets_and_paths_do_not(settings: dict[str, Any]) -> None:
    assert Pipeline(Settings(**settings)).provenance == BASE


def test_the_dialects_and_the_version_are_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.pipeline.provenance.version", lambda _: "99")
    assert Pipeline(Settings()).provenance != BASE
