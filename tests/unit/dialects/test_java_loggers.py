"""Log4j 2's layouts, Logback's Logstash encoder and the Elastic Common Schema."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.through import record_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
ISO, NOON = "2026-06-20T12:00:00Z", "2026-06-20T12:00:00.000000000Z"
JAVA = "java.io.IOException: no disk\n\tat com.acme.Pool.save(Pool.java:42)"


def read(fields: dict[str, Any]) -> dict[str, Any]:
    return record_of(json.dumps(fields))


def log4j(**fields: Any) -> dict[str, Any]:
    instant = {"epochSecond": 1781956800, "nanoOfSecond": 0}
    return read({"instant": instant, "level": "INFO", "loggerName": "a.B", "message": "x", **fields})


@pytest.mark.parametrize(
    ("instant", "timestamp"),
    [
        ({"epochSecond": 1781956800, "nanoOfSecond": 1}, "2026-06-20T12:00:00.000000001Z"),
        ({"nanoOfSecond": 12000000, "epochSecond": 1781956800}, "2026-06-20T12:00:00.012000000Z"),
        ({"epochSecond": 1781956800, "nanoOfSecond": 999999999}, "2026-06-20T12:00:00.999999999Z"),
    ],
)
def test_log4js_instant_is_exact(instant: dict[str, int], timestamp: str) -> None:
    record = log4j(instant=instant)
    assert (record["timestamp"], record.get("flags"), record["attributes"]) == (timestamp, None, {})


@pytest.mark.parametrize(
    "instant",
    [
        {"epochSecond": 1781956800},
        {"epochSecond": 1781956800, "nanoOfSecond": 10**9},
        {"epochSecond": "1781956800", "nanoOfSecond": 0},
        {"epochSecond": 1781956800, "nanoOfSecond": 0, "more": 1},
        {"epochSecond": True, "nanoOfSecond": 0},
        {"epochSecond": 1781956800, "nanoOfSecond": -1},
    ],
)
def test_an_instant_of_another_form_is_flagged_and_kept(instant: dict[str, Any]) -> None:
    record = log4j(instant=instant)
    assert (record["dialect"], record["timestamp"]) == ("log4j2-json", None)
    assert (record["flags"], record["attributes"]) == (["timestamp.unparsable"], {"instant": instant})


def test_an_instant_before_1990_is_out_of_range() -> None:
    record = log4j(instant={"epochSecond": 1000, "nanoOfSecond": 0})
    assert (record["timestamp"], record["flags"]) == (None, ["timestamp.out_of_range"])


@pytest.mark.parametrize(
    "thrown", [{"name": "java.io.IOException", "message": "no disk", "cause": {"name": "X"}}, JAVA]
)
def test_what_log4j_throws_is_named(thrown: Any) -> None:
    attributes = log4j(thrown=thrown)["attributes"]
    assert (attributes["exception.type"], attributes["exception.message"]) == ("java.io.IOException", "no disk")
    assert attributes.get("thrown", thrown) == thrown
    assert ("exception.stacktrace" in attributes) == isinstance(thrown, str)


def test_the_trace_is_found_in_the_context_map_and_stays_there() -> None:
    context = {"traceId": TRACE, "spanId": SPAN, "user": "ann"}
    record = log4j(contextMap=context)
    assert (record["trace_id"], record["span_id"]) == (TRACE, SPAN)
    assert record["attributes"] == {"contextMap": context}


def test_a_message_that_is_an_object_is_the_body() -> None:
    assert log4j(message={"field": "value"})["body"] == {"field": "value"}


@pytest.mark.parametrize(
    ("severity", "number"), [("EMERGENCY", 24), ("ALERT", 22), ("CRITICAL", 21), ("NOTICE", 10), ("DEFAULT", 0)]
)
def test_the_google_layout_speaks_of_severity_as_google_does(severity: str, number: int) -> None:
    record = read({"timestamp": ISO, "severity": severity, "message": "x", "_thread": "main", "_logger": "a.B"})
    assert (record["dialect"], record["severity_number"], record["scope"]) == ("log4j2-gcp", number, {"name": "a.B"})
    assert record["attributes"] == {"thread.name": "main"}


def logstash(**fields: Any) -> dict[str, Any]:
    base = {"@timestamp": ISO, "@version": "1", "message": "x", "logger_name": "a.B", "thread_name": "main"}
    return read({**base, "level": "INFO", "level_value": 20000, **fields})


@pytest.mark.parametrize(("value", "number"), [(5000, 1), (10000, 5), (20000, 9), (30000, 13), (40000, 17), (25000, 9)])
def test_logbacks_number_stands_in_for_its_word(value: int, number: int) -> None:
    record = read({"@timestamp": ISO, "@version": "1", "message": "x", "logger_name": "a.B", "level_value": value})
    assert (record["severity_number"], record["severity_text"]) == (number, str(value))


@pytest.mark.parametrize(
    ("trace", "span"), [("traceId", "spanId"), ("trace_id", "span_id"), ("X-B3-TraceId", "X-B3-SpanId")]
)
def test_the_mdc_stands_at_the_top(trace: str, span: str) -> None:
    record = logstash(**{trace: TRACE, span: SPAN, "user": "ann"})
    assert (record["trace_id"], record["span_id"], record["attributes"]["user"]) == (TRACE, SPAN, "ann")


def test_logbacks_stack_trace_and_caller_are_named() -> None:
    record = logstash(stack_trace=JAVA, caller_file_name="Pool.java", caller_line_number=42, caller_method_name="save")
    assert record["attributes"] == {
        "@version": "1",
        "level_value": 20000,
        "thread.name": "main",
        "exception.type": "java.io.IOException",
        "exception.message": "no disk",
        "exception.stacktrace": JAVA,
        "code.file.path": "Pool.java",
        "code.line.number": 42,
        "code.function.name": "save",
    }


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"method": "save", "file": "Pool.java", "line_number": 42, "class": "a.Pool"}, {
            "code.function.name": "save", "code.file.path": "Pool.java", "code.line.number": 42, "class": "a.Pool",
        }),
        ({"method": "GET", "file": "a.txt"}, {"method": "GET", "file": "a.txt"}),
    ],
)  # fmt: skip
def test_a_method_is_codes_only_beside_a_line(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    assert logstash(**fields)["attributes"].items() >= expected.items()


def test_a_logger_is_the_scope_and_a_custom_field_the_service() -> None:
    assert logstash()["resource"] == {"service.name": "unknown_service"}
    record = logstash(service="shop", HOSTNAME="web-3")
    assert record["resource"] == {"service.name": "shop", "host.name": "web-3"}
    assert record["scope"] == {"name": "a.B"}


DOTTED: dict[str, Any] = {
    "@timestamp": ISO,
    "log.level": "WARN",
    "log.logger": "a.B",
    "message": "x",
    "ecs.version": "8.11",
    "trace.id": TRACE,
    "span.id": SPAN,
    "service.name": "shop",
    "service.version": "1.2",
    "service.node.name": "shop-1",
    "host.name": "web-3",
    "container.id": "9f2c",
    "cloud.provider": "aws",
    "process.pid": 17,
    "process.thread.name": "main",
    "error.type": "java.io.IOException",
    "error.message": "no disk",
    "error.stack_trace": JAVA,
    "log.origin.file.name": "Pool.java",
    "log.origin.file.line": 42,
    "http.request.method": "GET",
    "labels": {"user": "ann"},
    "tags": ["a"],
}
NESTED: dict[str, Any] = {
    "@timestamp": ISO,
    "log": {
        "level": "WARN",
        "logger": "a.B",
        "origin": {"file": {"name": "Pool.java", "line": 42}},
    },
    "message": "x",
    "ecs": {"version": "8.11"},
    "trace": {"id": TRACE},
    "span": {"id": SPAN},
    "service": {"name": "shop", "version": "1.2", "node": {"name": "shop-1"}},
    "host": {"name": "web-3"},
    "container": {"id": "9f2c"},
    "cloud": {"provider": "aws"},
    "process": {"pid": 17, "thread": {"name": "main"}},
    "error": {"type": "java.io.IOException", "message": "no disk", "stack_trace": JAVA},
    "http": {"request": {"method": "GET"}},
    "labels": {"user": "ann"},
    "tags": ["a"],
}
HALF = {key: value for key, value in DOTTED.items() if not key.startswith(("log.origin", "http."))} | {
    "log.origin": {"file.name": "Pool.java", "file": {"line": 42}},
    "http.request": {"method": "GET"},
}


@pytest.mark.parametrize("document", [DOTTED, NESTED, HALF], ids=["dotted", "nested", "half"])
def test_every_field_of_ecs_is_known_with_points_and_as_an_object(document: dict[str, Any]) -> None:
    record = read(document)
    assert (record["dialect"], record["timestamp"], record["body"]) == ("ecs", NOON, "x")
    assert (record["severity_number"], record["severity_text"], record["scope"]) == (13, "WARN", {"name": "a.B"})
    assert (record["trace_id"], record["span_id"], record.get("flags")) == (TRACE, SPAN, None)
    assert record["resource"] == {
        "service.name": "shop",
        "service.version": "1.2",
        "service.instance.id": "shop-1",
        "host.name": "web-3",
        "container.id": "9f2c",
        "cloud.provider": "aws",
    }
    assert record["attributes"] == {
        "ecs.version": "8.11",
        "process.pid": 17,
        "thread.name": "main",
        "exception.type": "java.io.IOException",
        "exception.message": "no disk",
        "exception.stacktrace": JAVA,
        "code.file.path": "Pool.java",
        "code.line.number": 42,
        "http.request.method": "GET",
        "labels": {"user": "ann"},
        "tags": ["a"],
    }


@pytest.mark.parametrize("reverse", [False, True])
def test_of_two_forms_the_points_win_and_the_other_is_kept(reverse: bool) -> None:
    document = {"@timestamp": ISO, "log.level": "WARN", "log": {"level": "INFO", "logger": "a.B"}, "message": "x"}
    record = read(dict(reversed(document.items())) if reverse else document)
    assert (record["severity_text"], record["scope"]) == ("WARN", {"name": "a.B"})
    assert (record["flags"], record["attributes"]) == (["json.key_conflict"], {"log": {"level": "INFO"}})


def test_two_forms_that_say_the_same_are_flagged_and_said_once() -> None:
    record = read({"@timestamp": ISO, "log.level": "WARN", "log": {"level": "WARN"}, "message": "x"})
    assert (record["flags"], record["attributes"]) == (["json.key_conflict"], {})


@pytest.mark.parametrize("form", ["dotted", "nested"])
@pytest.mark.parametrize(("ids", "span"), [
    ({"transaction.id": SPAN}, SPAN),
    ({"transaction.id": "1122334455667788", "span.id": SPAN}, SPAN),
])  # fmt: skip
def test_a_transaction_is_the_span_only_where_there_is_none(form: str, ids: dict[str, str], span: str) -> None:
    ids = {"trace.id": TRACE, **ids}
    written = ids if form == "dotted" else {key.removesuffix(".id"): {"id": value} for key, value in ids.items()}
    record = read({"@timestamp": ISO, "log.level": "INFO", "message": "x", **written})
    assert (record["trace_id"], record["span_id"]) == (TRACE, span)
    assert record["attributes"] == {"transaction.id": ids["transaction.id"]}


def test_a_field_set_that_is_no_object_stays() -> None:
    record = read({"@timestamp": ISO, "log.level": "INFO", "message": "x", "error": "no disk", "event": [], "url": {}})
    assert record["attributes"] == {"error": "no disk", "event": [], "url": {}}


def test_an_object_with_very_many_fields_stays_an_object() -> None:
    many = {str(number): number for number in range(200)}
    record = read({"@timestamp": ISO, "log.level": "INFO", "message": "x", "http": many})
    assert record["attributes"] == {"http": many}
