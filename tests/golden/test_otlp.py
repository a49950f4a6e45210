"""Requests from fluent-bit's tests and OTLP's own examples: refused where they refuse, whole where they accept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streams.testing import FakeRecord
from tests.shared_data import ROOT, needs_shared_data
from tests.through import outcome_of, record_of, records_of

DIALECTS = {"logs": b"otlp-logs", "metrics": b"otlp-metrics", "traces": b"otlp-spans"}
STRICTER = {
    "empty_logrecords_allowed": "decode.empty",
    "empty_resourceLogs": "decode.empty",
    "valid_invalid_numeric_skips_points": "decode.otlp",
}
"""What fluent-bit accepts and makes nothing of; here no request and no point goes without a word."""


def cases() -> list[Any]:
    folder = ROOT / "otlp" / "fluent_bit"
    if not folder.is_dir():
        return [pytest.param("", "", {}, marks=needs_shared_data)]
    return [
        pytest.param(signal, name, case, id=f"{signal}-{name}")
        for signal in DIALECTS
        for name, case in json.loads((folder / f"{signal}.json").read_text()).items()
    ]


@pytest.mark.parametrize(("signal", "name", "case"), cases())
def test_a_request_is_refused_exactly_where_it_breaks_otlp(signal: str, name: str, case: dict[str, Any]) -> None:
    headers = (("weft-dialect", DIALECTS[signal]),)
    outcome = outcome_of(FakeRecord(json.dumps(case["input"]).encode(), headers=headers))
    reasons = {letter.reason for letter in outcome.dead}
    if "expected_error" in case:
        assert reasons
    elif name in STRICTER:
        assert (outcome.values, reasons) == ([], {STRICTER[name]})
    else:
        assert outcome.values
        assert reasons == set()


def example(name: str) -> str:
    return (ROOT / "otlp" / "proto_examples" / f"{name}.json").read_text()


@needs_shared_data
def test_the_example_of_logs_is_read() -> None:
    record = record_of(example("logs"))
    assert record["dialect"] == "otlp-logs"
    assert record["timestamp"] == "2018-12-13T14:51:00.300000000Z"
    assert record["scope"]["attributes"] == {"my.scope.attribute": "some scope attribute"}
    assert record["attributes"] == {
        "string.attribute": "some string",
        "boolean.attribute": True,
        "int.attribute": 10,
        "double.attribute": 637.704,
        "array.attribute": ["many", "values"],
        "map.attribute": {"some.map.key": "some value"},
        "otel.observed_timestamp": "1544712660300000000",
    }


@needs_shared_data
def test_the_example_of_events_is_read() -> None:
    record = record_of(example("events"))
    assert record["event_name"] == "browser.page_view"
    assert record["body"]["type"] == 0
    assert record["body"]["title"] == "Free Online GUID Generator"


@needs_shared_data
def test_the_examples_of_metrics_are_read() -> None:
    records = records_of(example("metrics"))
    start = "2018-12-13T14:51:00.300000000Z"
    assert {record["timestamp"] for record in records} == {start}
    assert [record["metric"] for record in records] == [
        {
            "name": "my.counter",
            "description": "I am a Counter",
            "unit": "1",
            "type": "sum",
            "temporality": "delta",
            "monotonic": True,
            "start_timestamp": start,
            "value": 5.0,
        },
        {
            "name": "my.gauge",
            "description": "I am a Gauge",
            "unit": "1",
            "type": "gauge",
            "temporality": None,
            "monotonic": None,
            "start_timestamp": None,
            "value": 10.0,
        },
        {
            "name": "my.histogram",
            "description": "I am a Histogram",
            "unit": "1",
            "type": "histogram",
            "temporality": "delta",
            "monotonic": None,
            "start_timestamp": start,
            "count": 2,
            "sum": 2.0,
            "min": 0.0,
            "max": 2.0,
            "bounds": [1.0],
            "bucket_counts": [1, 1],
        },
        {
            "name": "my.exponential.histogram",
            "description": "I am an Exponential Histogram",
            "unit": "1",
            "type": "exponential_histogram",
            "temporality": "delta",
            "monotonic": None,
            "start_timestamp": start,
            "count": 3,
            "sum": 10.0,
            "min": 0.0,
            "max": 5.0,
            "scale": 0,
            "zero_count": 1,
            "positive": {"offset": 1, "counts": [0, 2]},
        },
    ]


@needs_shared_data
def test_the_example_of_traces_is_read() -> None:
    record = record_of(example("trace"))
    assert (record["body"], record["severity_number"]) == ("I'm a server span", 9)
    assert record["span"] == {
        "name": "I'm a server span",
        "kind": "server",
        "parent_span_id": "eee19b7ec3c1b173",
        "start": "2018-12-13T14:51:00.000000000Z",
        "end": "2018-12-13T14:51:01.000000000Z",
        "duration_ns": 10**9,
        "status": {"code": "unset"},
    }
