"""python-json-logger, structlog and OpenTelemetry's console."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.through import record_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEBACK = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nOSError: no disk'
THROWN = {"exception.type": "OSError", "exception.message": "no disk", "exception.stacktrace": TRACEBACK}


def read(fields: dict[str, Any]) -> dict[str, Any]:
    return record_of(json.dumps(fields))


@pytest.mark.parametrize(
    ("fields", "number", "text"),
    [
        ({"levelname": "CRITICAL"}, 21, "CRITICAL"),
        ({"levelname": "WARNING", "levelno": 30}, 13, "WARNING"),
        ({"levelno": 30}, 13, "30"),
        ({"levelno": 40}, 17, "40"),
        ({"levelno": 25}, 9, "25"),
        ({"levelno": 5}, 1, "5"),
        ({"levelno": 0}, 0, "0"),
        ({"levelname": "Level 35", "levelno": 35}, 0, "Level 35"),
    ],
)
def test_pythons_levels(fields: dict[str, Any], number: int, text: str) -> None:
    record = read({"message": "x", **fields})
    assert (record["dialect"], record["severity_number"], record["severity_text"]) == (
        "python-json-logger",
        number,
        text,
    )


@pytest.mark.parametrize(
    ("fields", "timestamp", "flags"),
    [
        ({"asctime": "2026-06-20 12:00:00,123"}, "2026-06-20T12:00:00.123000000Z", ["timestamp.no_zone"]),
        ({"asctime": "2026-06-20T14:00:00+0200"}, "2026-06-20T12:00:00.000000000Z", None),
        ({"timestamp": "2026-06-20T12:00:00.123456+00:00"}, "2026-06-20T12:00:00.123456000Z", None),
        ({"created": 1781956800.123456}, "2026-06-20T12:00:00.123456000Z", None),
        ({"created": 1781956800.123456, "asctime": ["x"]}, "2026-06-20T12:00:00.123456000Z", None),
        ({"created": "soon"}, None, ["timestamp.missing"]),
        ({}, None, ["timestamp.missing"]),
    ],
)
def test_time_is_what_was_asked_for_or_when_the_record_was_created(
    fields: dict[str, Any], timestamp: str | None, flags: list[str] | None
) -> None:
    record = read({"message": "x", "levelname": "INFO", **fields})
    assert (record["timestamp"], record.get("flags")) == (timestamp, flags)


def test_attributes_of_the_record_have_opentelemetrys_names() -> None:
    record = read(
        {
            "message": "x", "levelname": "INFO", "name": "shop.cart", "pathname": "/app/cart.py", "filename": "cart.py",
            "lineno": 42, "funcName": "load", "process": 17, "processName": "MainProcess", "thread": 9,
            "threadName": "MainThread", "taskName": None,
        }
    )  # fmt: skip
    assert record["scope"] == {"name": "shop.cart"}
    assert record["attributes"] == {
        "code.file.path": "/app/cart.py",
        "filename": "cart.py",
        "code.line.number": 42,
        "code.function.name": "load",
        "process.pid": 17,
        "processName": "MainProcess",
        "thread.id": 9,
        "thread.name": "MainThread",
        "taskName": None,
    }


@pytest.mark.parametrize(
    ("fields", "dialect"),
    [
        ({"message": "x", "levelname": "ERROR", "exc_info": TRACEBACK}, "python-json-logger"),
        ({"message": "x", "levelname": "ERROR", "exc_text": TRACEBACK}, "python-json-logger"),
        ({"event": "x", "level": "error", "exception": TRACEBACK}, "structlog"),
    ],
)
def test_a_traceback_says_below_what_was_thrown(fields: dict[str, Any], dialect: str) -> None:
    record = read(fields)
    assert (record["dialect"], record["body"], record["attributes"]) == (dialect, "x", THROWN)


def test_structlogs_list_of_exceptions_stays_and_its_first_is_named() -> None:
    thrown = [{"exc_type": "OSError", "exc_value": "no disk", "frames": []}, {"exc_type": "Cause", "exc_value": "c"}]
    record = read({"event": "x", "exception": thrown})
    assert record["attributes"] == {
        "exception": thrown,
        "exception.type": "OSError",
        "exception.message": "no disk",
    }


@pytest.mark.parametrize(("word", "number"), [("critical", 21), ("exception", 17), ("warning", 13), ("warn", 13)])
def test_structlogs_levels_are_the_names_of_its_methods(word: str, number: int) -> None:
    assert read({"event": "x", "level": word})["severity_number"] == number


@pytest.mark.parametrize("ids", [
    {"span": {"trace_id": TRACE, "span_id": SPAN, "parent_span_id": "53995c3f42cd8ad8"}},
    {"trace_id": TRACE, "span_id": SPAN},
])  # fmt: skip
def test_structlogs_trace_stands_in_the_span_or_at_the_top(ids: dict[str, Any]) -> None:
    record = read({"event": "x", "level": "info", **ids})
    assert (record["trace_id"], record["span_id"]) == (TRACE, SPAN)


def console(**fields: Any) -> dict[str, Any]:
    return read({"body": "x", "severity_text": "INFO", "trace_id": f"0x{TRACE}", "span_id": f"0x{SPAN}", **fields})


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (13, 13),
        ("<SeverityNumber.WARN: 13>", 13),
        ("SeverityNumber.WARN", 9),
        (99, 9),
        (None, 9),
        (True, 9),
        ("<SeverityNumber.X: 99>", 9),
    ],
)
def test_the_consoles_number_is_opentelemetrys_own_or_that_of_its_word(written: Any, number: int) -> None:
    record = console(severity_number=written)
    assert (record["dialect"], record["severity_number"], record["severity_text"]) == (
        "otel-python-console",
        number,
        "INFO",
    )


def test_ids_are_written_with_0x_and_zeros_are_none() -> None:
    assert (console()["trace_id"], console()["span_id"]) == (TRACE, SPAN)
    none = console(trace_id="0x" + "0" * 32, span_id="0x" + "0" * 16)
    assert (none["trace_id"], none["span_id"], none["attributes"]) == (None, None, {})


@pytest.mark.parametrize(
    ("resource", "expected", "left"),
    [
        ({"attributes": {"service.name": "shop", "a": 1}, "schema_url": ""}, {"service.name": "shop", "a": 1}, False),
        ({"attributes": {}, "schema_url": "https://x"}, {"service.name": "unknown_service"}, True),
        ({"attributes": {"service.name": 7}}, {"service.name": "unknown_service"}, False),
        (
            "BoundedAttributes({'service.name': 'shop', 'b.c': 'd'}, maxlen=None)",
            {"service.name": "shop", "b.c": "d"},
            True,
        ),
        ("{'service.name': 'shop'}", {"service.name": "shop"}, True),
        ("nothing", {"service.name": "unknown_service"}, True),
        ([], {"service.name": "unknown_service"}, True),
    ],
)
def test_the_consoles_resource_is_an_object_or_as_python_writes_it(
    resource: Any, expected: dict[str, Any], left: bool
) -> None:
    record = console(resource=resource)
    assert record["resource"] == expected
    assert ("resource" in record["attributes"]) == left


def test_the_consoles_attributes_are_the_records() -> None:
    record = console(
        attributes={"item": 7, "otelServiceName": "shop", "observed_timestamp": "mine"},
        observed_timestamp="2026-06-20T12:00:00Z",
        dropped_attributes=2,
        event_name="sold",
    )
    assert record["attributes"] == {
        "item": 7,
        "otelServiceName": "shop",
        "observed_timestamp": "mine",
        "otel.observed_timestamp": "2026-06-20T12:00:00Z",
    }
    assert (record["event_name"], record["dropped_attributes_count"]) == ("sold", 2)
    assert record["resource"] == {"service.name": "shop"}


@pytest.mark.parametrize("attributes", [None, {}, "text", [1]])
def test_attributes_of_another_type_are_kept(attributes: Any) -> None:
    assert console(attributes=attributes, event_name="")["attributes"].get("attributes", {}) == attributes
