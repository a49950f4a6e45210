"""Rust's tracing, Monolog and Nextcloud."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.through import record_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
ISO, NOON = "2026-06-20T12:00:00Z", "2026-06-20T12:00:00.000000000Z"


def read(fields: dict[str, Any]) -> dict[str, Any]:
    return record_of(json.dumps(fields))


def tracing(**fields: Any) -> dict[str, Any]:
    return read({"timestamp": ISO, "level": "INFO", "target": "a::b", **fields})


@pytest.mark.parametrize(
    ("fields", "body", "attributes"),
    [
        ({"fields": {"message": "x"}}, "x", {}),
        ({"fields": {"message": "x", "n": 1}}, "x", {"fields": {"n": 1}}),
        ({"message": "x", "n": 1}, "x", {"n": 1}),
        ({"message": "x", "fields": {"message": "y"}}, "x", {"fields": {"message": "y"}}),
        ({"message": "x", "fields": [1]}, "x", {"fields": [1]}),
    ],
)
def test_the_message_is_in_the_fields_or_beside_them(fields: Any, body: str, attributes: dict[str, Any]) -> None:
    record = tracing(**fields)
    assert (record["dialect"], record["body"], record["attributes"]) == ("rust-tracing", body, attributes)
    assert record["scope"] == {"name": "a::b"}


@pytest.mark.parametrize("fields", [{"fields": {"n": 1}}, {"fields": {"message": None}}, {"fields": "text"}])
def test_an_event_without_message_keeps_its_text(fields: dict[str, Any]) -> None:
    record = tracing(**fields)
    assert json.loads(record["body"])["target"] == "a::b"
    assert record["attributes"] == fields


@pytest.mark.parametrize(
    ("spans", "trace", "span"),
    [
        ({"span": {"name": "a"}, "spans": [{"name": "a"}]}, None, None),
        ({"span": {"name": "a", "trace_id": TRACE, "span_id": SPAN}}, TRACE, SPAN),
        ({"spans": [{"name": "a"}, {"trace_id": TRACE, "name": "b"}]}, TRACE, None),
        ({"span": {"trace_id": "REQ-888999", "name": "a"}}, None, None),
    ],
)
def test_ids_are_found_in_spans_that_hold_some(spans: dict[str, Any], trace: str | None, span: str | None) -> None:
    record = tracing(message="x", **spans)
    assert (record["trace_id"], record["span_id"]) == (trace, span)
    assert record["attributes"] == spans


def monolog(**fields: Any) -> dict[str, Any]:
    return read({"message": "x", "channel": "app", "datetime": ISO, "context": [], "extra": [], **fields})


@pytest.mark.parametrize(
    ("level", "word", "number"),
    [
        (100, "DEBUG", 5), (200, "INFO", 9), (250, "NOTICE", 10), (300, "WARNING", 13), (400, "ERROR", 17),
        (500, "CRITICAL", 18), (550, "ALERT", 19), (600, "EMERGENCY", 21),
    ],
)  # fmt: skip
def test_monologs_levels(level: int, word: str, number: int) -> None:
    record = monolog(level=level, level_name=word)
    assert (record["dialect"], record["severity_number"], record["severity_text"]) == ("monolog", number, word)
    assert (record["scope"], record["resource"]) == ({"name": "app"}, {"service.name": "unknown_service"})
    assert read({"message": "x", "channel": "app", "monolog_level": level})["severity_number"] == number


@pytest.mark.parametrize(
    ("written", "timestamp"),
    [
        ("2026-06-20T14:00:00.000000+02:00", NOON),
        ({"date": "2026-06-20 12:00:00.000000", "timezone_type": 3, "timezone": "UTC"}, NOON),
        ({"date": "2026-06-20 14:00:00.000000", "timezone_type": 1, "timezone": "+02:00"}, NOON),
        ({"date": "2026-06-20 14:00:00.000000", "timezone_type": 3, "timezone": "Europe/Berlin"}, NOON),
        ({"date": "2026-06-20 14:00:00.000000"}, None),
    ],
)
def test_monologs_time_is_a_text_or_phps_object(written: Any, timestamp: str | None) -> None:
    assert monolog(level=200, level_name="INFO", datetime=written)["timestamp"] == timestamp


def test_monologs_trace_is_found_in_context_or_extra() -> None:
    for place in ("context", "extra"):
        record = monolog(level=200, level_name="INFO", **{place: {"trace_id": TRACE, "span_id": SPAN}})
        assert (record["trace_id"], record["span_id"]) == (TRACE, SPAN)


@pytest.mark.parametrize(("level", "number"), [(0, 5), (1, 9), (2, 13), (3, 17), (4, 21), (5, 0)])
def test_nextclouds_levels_are_its_own(level: int, number: int) -> None:
    record = read({"reqId": "a", "level": level, "time": ISO, "app": "files", "message": "x", "user": "--"})
    assert (record["dialect"], record["severity_number"], record["severity_text"]) == ("nextcloud", number, str(level))


def test_nextclouds_exception_is_named_and_stays() -> None:
    thrown = {"Exception": "OCP\\Files\\NotFoundException", "Message": "gone", "Trace": [{"file": "a.php"}]}
    record = read({"reqId": "a", "level": 3, "time": ISO, "app": "files", "message": "x", "exception": thrown})
    assert record["attributes"] == {
        "reqId": "a",
        "exception": thrown,
        "exception.type": "OCP\\Files\\NotFoundException",
        "exception.message": "gone",
    }
