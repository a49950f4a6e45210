"""The pages made from code say what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from prometheus_client.metrics import MetricWrapperBase

from streams.health_rules import HOLD_CURES, RULES
from streams.metrics import Metrics
from streams.reference import PAGES, ROOT, health_page, main, metrics_page, stale_pages


def test_the_pages_in_the_repository_are_current() -> None:
    assert sorted(stale_pages(ROOT)) == [], "run: python -m streams.reference --write"


def test_every_metric_stands_on_its_page_with_its_labels() -> None:
    page = metrics_page()
    names = {metric._name for metric in vars(Metrics()).values() if isinstance(metric, MetricWrapperBase)}

    assert names <= set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))
    assert "| `weft_records_dead` | counter | `stage`, `reason` |" in page
    assert "| `weft_partition_held` | gauge | `topic`, `partition`, `reason` |" in page


def test_every_rule_and_every_hold_stands_on_the_page_of_health() -> None:
    page = health_page()

    for rule in RULES:
        assert f"| `{rule.name}` | {rule.status} | " in page
    for reason in HOLD_CURES:
        assert f"| `{reason}` | " in page


def test_writing_makes_a_stale_page_current(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], tmp_path) == 1
    assert main(["--write"], tmp_path) == 0
    assert main([], tmp_path) == 0

    assert {path.relative_to(tmp_path) for path in tmp_path.rglob("*.md")} == set(PAGES)
    (tmp_path / "docs/reference/health.md").write_text("edited by hand")
    assert main([], tmp_path) == 1
    assert capsys.readouterr().err.endswith("not current: docs/reference/health.md\n")


def test_wrong_usage_is_told() -> None:
    assert main(["--rite"]) == 2
