"""Real lines of the dialects that are read, with the facts that were stated for them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.shared_data import facts, needs_shared_data
from tests.through import outcome_of

READ_WHOLLY = [
    "logfmt",
    "aws_lambda",
    "ecs",
    "logback_logstash",
    "otel_python_console",
    "winston",
    "zap",
    "zerolog",
]
"""Samples of which every stated fact is right: logfmt, and JSON with the common keys."""


@needs_shared_data
@pytest.mark.parametrize("dialect", READ_WHOLLY)
def test_every_stated_fact_of_a_dialect_is_right(dialect: str) -> None:
    wrong = []
    for raw, fact in facts(dialect):
        (value,) = outcome_of(raw).values
        wrong += [(raw.offset, *difference) for difference in _differences(json.loads(value), fact)]
    assert wrong == []


def _differences(record: dict[str, Any], fact: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    found = {
        "timestamp_ns": _nanoseconds(record["timestamp"]),
        "severity_number": record["severity_number"],
        "severity_text": record["severity_text"],
        "trace_id": record["trace_id"],
        "span_id": record["span_id"],
        "service": record["resource"]["service.name"],
        "body": record["body"],
    }
    expected = {**fact, "service": fact["service"] or "unknown_service"} if "service" in fact else fact
    return [(name, found[name], expected[name]) for name in found if name in expected and found[name] != expected[name]]


def _nanoseconds(timestamp: str | None) -> int | None:
    if timestamp is None:
        return None
    seconds = int(datetime.strptime(timestamp[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC).timestamp())
    return seconds * 10**9 + int(timestamp[20:29])
