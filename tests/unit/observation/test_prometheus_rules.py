"""The shipped Prometheus files speak of metrics, labels, commands and settings that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.reference import metrics_page

FOLDER = Path(__file__).resolve().parents[3] / "deploy" / "prometheus"
ALERTS = [rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
SCRAPES = yaml.safe_load((FOLDER / "prometheus.yml").read_text())

SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
ADDED_BY_PROMETHEUS = {"instance", "job", "le"}


def _samples() -> Iterator[tuple[str, set[str]]]:
    """Yield each sample's name and labels, from the reference page, which another test holds to the code."""
    for name, kind, labels in re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]*) \|", metrics_page(), re.MULTILINE):
        for suffix in SUFFIXES[kind]:
            yield name + suffix, set(re.findall(r"`(\w+)`", labels))


SAMPLES = dict(_samples())


def metric_names(expression: str) -> set[str]:
    return set(re.findall(r"\bweft_\w+", expression))


def labels_used(rule: dict[str, Any]) -> set[str]:
    """Name the labels that a rule selects by, groups by or prints."""
    expression = rule["expr"]
    selected = re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", expression)
    grouped = [
        name for names in re.findall(r"\b(?:by|on)\s*\(([^)]*)\)", expression) for name in re.split(r",\s*", names)
    ]
    printed = re.findall(r"\$labels\.(\w+)", str(rule["annotations"]))
    return {*selected, *grouped, *printed} - ADDED_BY_PROMETHEUS


@pytest.mark.parametrize("rule", ALERTS, ids=[rule["alert"] for rule in ALERTS])
class TestAlert:
    def test_uses_only_metrics_that_exist(self, rule: dict[str, Any]) -> None:
        assert metric_names(rule["expr"]) <= set(SAMPLES)

    def test_uses_only_labels_that_its_metrics_have(self, rule: dict[str, Any]) -> None:
        available = set().union(*(SAMPLES[name] for name in metric_names(rule["expr"])))

        assert labels_used(rule) <= available

    def test_says_how_bad_it_is_and_what_to_do(self, rule: dict[str, Any]) -> None:
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert set(rule["annotations"]) == {"summary", "description"}

    def test_has_balanced_parentheses(self, rule: dict[str, Any]) -> None:
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_alerts_have_names_of_their_own() -> None:
    assert len({rule["alert"] for rule in ALERTS}) == len(ALERTS)


def test_the_scrape_configuration_loads_the_alerts_and_names_the_job_they_use() -> None:
    assert [(FOLDER / name).is_file() for name in SCRAPES["rule_files"]] == [True]
    jobs = {job["job_name"]: job["metrics_path"] for job in SCRAPES["scrape_configs"]}

    assert jobs == {"weft": "/metrics"}
    assert set(re.findall(r'job="(\w+)"', " ".join(rule["expr"] for rule in ALERTS))) == set(jobs)
