"""JSON application logs: which key has which role, and what becomes of values that their role cannot use."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.through import pipeline, record_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def read(**fields: Any) -> dict[str, Any]:
    return record_of(json.dumps(fields, separators=(",", ":")))


def read_all(fields: dict[str, Any]) -> dict[str, Any]:
    return record_of(json.dumps(fields, separators=(",", ":")))


@pytest.mark.parametrize(
    "key", ["timestamp", "@timestamp", "time", "ts", "date", "datetime", "eventTime", "event_time", "@t"]
)
def test_time_has_many_names(key: str) -> None:
    record = read_all({key: "2026-11-20T12:00:00.5Z"})
    assert (record["timestamp"], record["attributes"], "flags" in record) == (
        "2026-11-20T12:00:00.500000000Z",
        {},
        False,
    )


def test_the_first_time_key_that_says_something_wins() -> None:
    record = read(ts=1761019822, timestamp=None, time="2026-11-20T12:00:00Z")
    assert record["timestamp"] == "2026-11-20T12:00:00.000000000Z"
    assert record["attributes"] == {"ts": 1761019822}


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        ("soon", "timestamp.unparsable"),
        ("14:13:06", "timestamp.unparsable"),
        ({"seconds": 1}, "timestamp.unparsable"),
        (True, "timestamp.unparsable"),
        ("1970-01-01T00:00:00Z", "timestamp.out_of_range"),
        (0, "timestamp.out_of_range"),
    ],
)
def test_a_time_that_cannot_be_used_is_null_flagged_and_kept(value: Any, flag: str) -> None:
    record = read(timestamp=value, message="x")
    assert (record["timestamp"], record["flags"], record["attributes"]) == (None, [flag], {"timestamp": value})


def test_time_without_a_zone_takes_the_configured_one() -> None:
    through = pipeline(time_zone="Europe/Berlin")
    record = record_of('{"time":"2026-07-01 12:00:00"}', through)
    assert (record["timestamp"], record["flags"]) == ("2026-07-01T10:00:00.000000000Z", ["timestamp.no_zone"])


@pytest.mark.parametrize(
    "key",
    [
        "level",
        "severity",
        "log.level",
        "loglevel",
        "log_level",
        "lvl",
        "levelname",
        "level_name",
        "severity_text",
        "@l",
    ],
)
def test_severity_has_many_names(key: str) -> None:
    record = read_all({key: "Warning"})
    assert (record["severity_number"], record["severity_text"], record["attributes"]) == (13, "Warning", {})


@pytest.mark.parametrize(
    ("value", "number", "text", "attributes"),
    [
        ("loud", 0, "loud", {}),
        (30, 0, "30", {}),
        (4.5, 0, "4.5", {}),
        ("30", 0, "30", {}),
        ("  info", 9, "info", {}),
        ("", 0, None, {}),
        (None, 0, None, {}),
        ({"name": "INFO"}, 0, None, {"level": {"name": "INFO"}}),
        (True, 0, None, {"level": True}),
    ],
)
def test_a_number_means_nothing_without_a_dialect_and_other_types_stay_attributes(
    value: Any, number: int, text: str | None, attributes: dict[str, Any]
) -> None:
    record = read(level=value, message="x")
    assert (record["severity_number"], record["severity_text"], record["attributes"]) == (number, text, attributes)
    assert ("field.type_mismatch" in record["flags"]) == bool(attributes)


@pytest.mark.parametrize("key", ["message", "msg", "body", "log", "text"])
def test_the_message_has_many_names(key: str) -> None:
    assert read_all({key: "hello"})["body"] == "hello"


def test_only_the_first_message_key_is_the_body() -> None:
    record = read(msg="second", message="first")
    assert (record["body"], record["attributes"]) == ("first", {"msg": "second"})


@pytest.mark.parametrize(
    "key", ["service.name", "service_name", "service", "dd.service", "otelServiceName", "app", "application", "appname"]
)
def test_the_service_has_many_names(key: str) -> None:
    assert read_all({key: "cart"})["resource"] == {"service.name": "cart"}


@pytest.mark.parametrize("value", [{"name": "cart"}, 7, ["a"]])
def test_a_service_that_is_no_name_is_kept_and_unknown(value: Any) -> None:
    record = read(service=value)
    assert record["resource"] == {"service.name": "unknown_service"}
    assert record["attributes"] == {"service": value}
    assert "field.type_mismatch" in record["flags"]


def test_host_and_logger_have_their_places() -> None:
    record = read(host="web-3", logger="com.acme.Cart")
    assert (record["resource"]["host.name"], record["scope"]) == ("web-3", {"name": "com.acme.Cart"})
    odd = read(host={"ip": "::1"}, logger=["a"])
    assert odd["attributes"] == {"host": {"ip": "::1"}, "logger": ["a"]}
    assert "scope" not in odd


@pytest.mark.parametrize(
    "trace_key", ["trace_id", "trace.id", "traceId", "traceID", "TraceId", "trace-id", "otelTraceID"]
)
@pytest.mark.parametrize(
    "span_key", ["span_id", "span.id", "spanId", "SPANID", "span-id", "x_b3_spanid", "X-B3-SpanId"]
)
def test_trace_keys_are_known_in_any_case(trace_key: str, span_key: str) -> None:
    record = read_all({trace_key: TRACE.upper(), span_key: SPAN.upper()})
    assert (record["trace_id"], record["span_id"], record["attributes"]) == (TRACE, SPAN, {})


@pytest.mark.parametrize(
    "place", ["context", "contextMap", "mdc", "ctx", "extra", "fields", "labels", "Properties", "span", "otel"]
)
def test_ids_are_found_in_nested_places_and_stay_there(place: str) -> None:
    nested = {"traceId": TRACE, "spanId": SPAN, "x": 1}
    record = read_all({"message": "x", place: nested})
    assert (record["trace_id"], record["span_id"]) == (TRACE, SPAN)
    assert record["attributes"] == {place: nested}


def test_a_whole_context_in_one_field_gives_its_parts() -> None:
    record = read(traceparent=f"00-{TRACE}-{SPAN}-01", message="x")
    assert (record["trace_id"], record["span_id"], record["trace_flags"]) == (TRACE, SPAN, 1)


@pytest.mark.parametrize("value", ["not an id", 12345, {"id": 1}])
def test_a_malformed_id_is_flagged_and_kept(value: Any) -> None:
    record = read(trace_id=value, span_id=value, message="x")
    assert (record["trace_id"], record["span_id"]) == (None, None)
    assert record["attributes"] == {"trace_id": value, "span_id": value}
    assert "trace.invalid" in record["flags"]


@pytest.mark.parametrize("nothing", ["", None, "0" * 32])
def test_an_empty_id_is_no_trace_and_no_fault(nothing: Any) -> None:
    record = read(trace_id=nothing, span_id="", message="x", time=1761019822)
    assert (record["trace_id"], record["span_id"], record.get("flags")) == (None, None, None)


def test_a_64_bit_id_is_padded() -> None:
    record = read(trace_id="116a1a427c28ef7c", message="x")
    assert record["trace_id"] == "0000000000000000116a1a427c28ef7c"
    assert "trace.padded" in record["flags"]


@pytest.mark.parametrize(("value", "flags", "left"), [("01", 1, {}), (3, 3, {}), ("x", None, {"trace_flags": "x"})])
def test_trace_flags_are_a_byte_or_an_attribute(value: Any, flags: int | None, left: dict[str, Any]) -> None:
    record = read(trace_id=TRACE, span_id=SPAN, trace_flags=value)
    assert (record.get("trace_flags"), record["attributes"]) == (flags, left)


def test_everything_else_is_an_attribute_in_the_order_of_the_source() -> None:
    record = read(z=1, message="x", a={"b": [1, None]}, level="info", m=None)
    assert list(record["attributes"].items()) == [("z", 1), ("a", {"b": [1, None]}), ("m", None)]
