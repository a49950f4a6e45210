"""`temporal`: a record's own time against the time at which Kafka took it, 2026-11-24 12:00 here."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.examples import example
from streams.processors.temporal import Temporal
from tests.processors import record_with

NOON = "2026-11-24T12:00:00.000000000Z"


@pytest.mark.parametrize(
    ("timestamp", "skewed"),
    [
        (NOON, False),
        (None, False),
        ("2026-11-24T12:01:00.000000000Z", False),
        ("2026-11-24T12:01:00.000000001Z", True),
        ("2026-11-24T11:50:00.000000000Z", False),
        ("2026-11-24T11:49:59.999999999Z", True),
        ("1990-01-01T00:00:00.000000000Z", True),
        ("2261-12-31T23:59:59.999999999Z", True),
    ],
)
def test_a_time_too_far_from_kafkas_is_flagged(timestamp: str | None, skewed: bool) -> None:
    record = record_with(timestamp=timestamp)
    processor = Temporal(Temporal.Options(ahead_seconds=60, behind_seconds=600))
    assert processor.process(record) is skewed
    assert record.get("flags", []) == (["timestamp.skewed"] if skewed else [])
    assert record["timestamp"] == timestamp


@pytest.mark.parametrize(("end", "skewed"), [(NOON, False), (None, True), ("2026-11-24T11:00:00.000000000Z", True)])
def test_a_span_counts_by_its_end(end: str | None, skewed: bool) -> None:
    span: Any = example("span", timestamp="2026-11-24T10:00:00.000000000Z", observed_timestamp=NOON)
    span["span"]["end"] = end
    assert Temporal(Temporal.Options(behind_seconds=600)).process(span) is skewed
