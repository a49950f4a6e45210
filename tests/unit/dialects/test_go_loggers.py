"""zap, Caddy, zerolog, logrus, log15 and slog."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.through import record_of

ISO = "2026-06-20T12:00:00Z"
CADDY = {"level": "info", "ts": 1781956800.5, "logger": "http.log.access", "msg": "handled request", "status": 200}


def read(**fields: Any) -> dict[str, Any]:
    return record_of(json.dumps(fields))


@pytest.mark.parametrize(
    ("dialect", "fields", "number"),
    [
        ("zap", {"ts": 1781956800.5, "msg": "x", "level": "dpanic"}, 18),
        ("zap", {"ts": 1781956800.5, "msg": "x", "level": "panic"}, 19),
        ("zap", {"ts": 1781956800.5, "msg": "x", "level": "fatal"}, 21),
        ("zap", {"ts": 1781956800.5, "msg": "x", "level": "WARN"}, 13),
        ("zap", {"T": ISO, "M": "x", "L": "PANIC"}, 19),
        ("zerolog", {"time": ISO, "message": "x", "level": "panic"}, 22),
        ("zerolog", {"time": ISO, "message": "x", "level": "trace"}, 1),
        ("zerolog", {"time": ISO, "level": "fatal"}, 21),
        ("logrus", {"time": ISO, "msg": "x", "level": "panic"}, 22),
        ("logrus", {"time": ISO, "msg": "x", "level": "warning"}, 13),
        ("logrus", {"time": ISO, "msg": "x", "level": "xyz"}, 0),
        ("log15", {"t": ISO, "msg": "x", "lvl": "dbug"}, 5),
        ("log15", {"t": ISO, "msg": "x", "lvl": "eror"}, 17),
        ("log15", {"t": ISO, "msg": "x", "lvl": "crit"}, 21),
        ("slog", {"time": ISO, "msg": "x", "level": "DEBUG"}, 5),
        ("slog", {"time": ISO, "msg": "x", "level": "INFO+2"}, 11),
        ("slog", {"time": ISO, "msg": "x", "level": "DEBUG-4"}, 1),
        ("slog", {"time": ISO, "msg": "x", "level": "ERROR+900"}, 24),
    ],
    ids=str,
)
def test_each_logger_has_its_own_levels(dialect: str, fields: dict[str, Any], number: int) -> None:
    record = read(**fields)
    assert (record["dialect"], record["severity_number"]) == (dialect, number)
    assert record["severity_text"] == fields.get("level", fields.get("lvl", fields.get("L")))


@pytest.mark.parametrize(
    ("written", "timestamp"),
    [
        ('"ts":1781956800.1234567', "2026-06-20T12:00:00.123456700Z"),
        ('"ts":1781956800.123456789', "2026-06-20T12:00:00.123456789Z"),
        ('"ts":1.781956800123456e+09', "2026-06-20T12:00:00.123456000Z"),
        ('"ts":1781956800123.25', "2026-06-20T12:00:00.123250000Z"),
        ('"ts":1781956800123456789', "2026-06-20T12:00:00.123456789Z"),
        ('"ts":"2026-06-20T12:00:00.123Z"', "2026-06-20T12:00:00.123000000Z"),
    ],
)
def test_zaps_time_is_exact_to_the_last_digit(written: str, timestamp: str) -> None:
    record = record_of(f'{{"level":"info",{written},"msg":"x"}}')
    assert (record["dialect"], record["timestamp"]) == ("zap", timestamp)


@pytest.mark.parametrize(
    ("written", "timestamp"),
    [
        ("2014-03-10 19:57:38.562264131 -0400 EDT", "2014-03-10T23:57:38.562264131Z"),
        ("2014-03-10 19:57:38.562264131 -0400 EDT m=+0.000123", "2014-03-10T23:57:38.562264131Z"),
        ("2026-06-20T14:00:00+02:00", "2026-06-20T12:00:00.000000000Z"),
        ("1781956800000", "2026-06-20T12:00:00.000000000Z"),
        ("Sat, 20 Jun 2026 12:00:00 UTC", "2026-06-20T12:00:00.000000000Z"),
    ],
)
def test_logrus_writes_times_in_any_of_gos_forms(written: str, timestamp: str) -> None:
    assert read(level="info", msg="x", time=written)["timestamp"] == timestamp


@pytest.mark.parametrize("unit", [1, 10**3, 10**6, 10**9])
def test_zerologs_time_is_of_any_unit(unit: int) -> None:
    assert read(level="info", time=1781956800 * unit, message="x")["timestamp"] == "2026-06-20T12:00:00.000000000Z"


def test_loggers_are_scopes_and_never_services() -> None:
    record = read(level="info", ts=1.5e9, logger="main.sub", msg="x")
    assert (record["scope"], record["resource"]) == ({"name": "main.sub"}, {"service.name": "unknown_service"})


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"time": ISO, "level": "error", "error": "EOF"}, "EOF"),
        ({"time": ISO, "level": "error", "error": "EOF", "message": "x"}, "x"),
        ({"time": ISO, "level": "error", "error": "EOF", "msg": "x"}, "x"),
        ({"ts": 1.5e9, "level": "error", "error": "EOF", "msg": "x"}, "x"),
    ],
)
def test_an_error_is_the_exceptions_message_and_the_body_where_none_is(fields: dict[str, Any], body: str) -> None:
    record = read(**fields)
    assert (record["body"], record["attributes"]) == (body, {"exception.message": "EOF"})


def test_an_error_that_is_an_object_stays_one() -> None:
    record = read(time=ISO, level="ERROR", msg="x", error={"code": 7})
    assert record["attributes"] == {"error": {"code": 7}}


def test_stacks_of_zerolog_stay_lists() -> None:
    stack = [{"func": "inner", "line": "20", "source": "errors.go"}]
    assert read(level="error", stack=stack, error="no", time=ISO)["attributes"]["stack"] == stack


@pytest.mark.parametrize("source", [{"file": "a.go", "extra": 1}, "a.go:1", None, []])
def test_what_slogs_source_says_beyond_its_parts_stays(source: Any) -> None:
    attributes = read(time=ISO, level="INFO", msg="x", source=source)["attributes"]
    if isinstance(source, dict):
        assert attributes == {"code.file.path": "a.go", "source": {"extra": 1}}
    else:
        assert attributes == {"source": source}


def test_groups_of_slog_stay_objects() -> None:
    record = read(time=ISO, level="INFO", msg="x", request={"method": "GET", "url": {"path": "/"}})
    assert record["attributes"] == {"request": {"method": "GET", "url": {"path": "/"}}}


@pytest.mark.parametrize(
    ("uri", "path", "query"), [("/", "/", None), ("/a?b=1&c", "/a", "b=1&c"), ("/a?", "/a", None), ("*", "*", None)]
)
def test_caddys_request_has_opentelemetrys_names_and_keeps_the_rest(uri: str, path: str, query: str | None) -> None:
    record = read(**CADDY, request={"method": "GET", "uri": uri, "host": "a.example", "tls": {"proto": "h2"}})
    attributes = record["attributes"]
    assert (record["dialect"], record["severity_number"]) == ("caddy", 9)
    assert (attributes["url.path"], attributes.get("url.query")) == (path, query)
    assert (attributes["http.request.method"], attributes["server.address"]) == ("GET", "a.example")
    assert attributes["http.response.status_code"] == 200
    assert attributes["request"] == {"uri": uri, "tls": {"proto": "h2"}}


@pytest.mark.parametrize("request_", ["GET /", None, [], {}])
def test_a_request_that_is_no_object_is_kept(request_: Any) -> None:
    attributes = read(**CADDY, request=request_)["attributes"]
    assert attributes.get("request", {}) == request_


def test_caddys_trace_is_taken() -> None:
    record = read(**CADDY, traceID="4bf92f3577b34da6a3ce929d0e0e4736", spanID="00f067aa0ba902b7")
    assert (record["trace_id"], record["span_id"]) == ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
