"""pino, bunyan and winston: numeric and named levels, errors, services."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.through import record_of

NOON = "2026-06-20T12:00:00.000000000Z"


def read(**fields: Any) -> dict[str, Any]:
    return record_of(json.dumps(fields))


def pino(**fields: Any) -> dict[str, Any]:
    return read(**{"level": 30, "time": 1781956800000, "pid": 1, "hostname": "web-3", **fields})


@pytest.mark.parametrize(
    ("level", "number", "text"),
    [
        (10, 1, "10"),
        (20, 5, "20"),
        (30, 9, "30"),
        (40, 13, "40"),
        (50, 17, "50"),
        (60, 21, "60"),
        (35, 9, "35"),
        (55, 17, "55"),
        (99, 21, "99"),
        (3, 1, "3"),
        (30.0, 9, "30.0"),
        ("trace", 1, "trace"),
        ("fatal", 21, "fatal"),
        ("INFO", 9, "INFO"),
        ("30", 9, "30"),
        ("loud", 0, "loud"),
    ],
)
def test_a_custom_level_counts_as_the_next_below_it(level: Any, number: int, text: str) -> None:
    record = pino(level=level)
    assert (record["dialect"], record["severity_number"], record["severity_text"]) == ("pino", number, text)


@pytest.mark.parametrize(
    "time",
    [1781956800000, 1781956800, 1781956800000000, 1781956800000000000, "2026-06-20T12:00:00.000Z", "1781956800000"],
)
def test_pinos_time_is_of_any_unit_or_iso(time: Any) -> None:
    assert pino(time=time)["timestamp"] == NOON


@pytest.mark.parametrize(
    ("fields", "service"),
    [
        ({"name": "shop"}, "shop"),
        ({"name": "shop", "service": "cart"}, "cart"),
        ({"app": "shop"}, "shop"),
        ({}, "unknown_service"),
        ({"name": 7}, "unknown_service"),
    ],
)
@pytest.mark.parametrize("dialect", ["pino", "bunyan"])
def test_the_service_is_the_name_unless_a_key_says_more(fields: dict[str, Any], service: str, dialect: str) -> None:
    record = pino(**fields, **({"v": 0} if dialect == "bunyan" else {}))
    assert (record["dialect"], record["resource"]["service.name"]) == (dialect, service)


def test_a_line_without_msg_keeps_its_whole_text_and_takes_nothing_from_inner_objects() -> None:
    record = pino(payload={"level": "hi", "time": "never", "msg": "inner"})
    assert record["body"] == (
        '{"level": 30, "time": 1781956800000, "pid": 1, "hostname": "web-3",'
        ' "payload": {"level": "hi", "time": "never", "msg": "inner"}}'
    )
    assert record["attributes"] == {"process.pid": 1, "payload": {"level": "hi", "time": "never", "msg": "inner"}}


ERROR = {"exception.type": "TypeError", "exception.message": "no", "exception.stacktrace": "TypeError: no\n    at f"}


@pytest.mark.parametrize(
    "fields",
    [
        {"err": {"type": "TypeError", "message": "no", "stack": "TypeError: no\n    at f"}},
        {"err": {"name": "TypeError", "message": "no", "stack": "TypeError: no\n    at f"}, "v": 0},
        {"stack": "TypeError: no\n    at f", "type": "Error"},
    ],
)
def test_an_error_is_named_and_is_the_body_where_no_msg_is(fields: dict[str, Any]) -> None:
    record = pino(**fields)
    assert record["body"] == "TypeError: no"
    assert record["attributes"].items() >= ERROR.items()


def test_request_ids_are_no_trace_ids() -> None:
    record = pino(reqId="req-1", req_id="cce79d15-ffc2-487c-a4e4-e940bdaac31e", msg="x")
    assert (record["trace_id"], record.get("flags")) == (None, None)


def test_the_ids_of_opentelemetrys_instrumentation_are_taken() -> None:
    record = pino(trace_id="e21912b1f2984342bcfb075827d514d3", span_id="0b4882abb18d30f2", trace_flags="01")
    assert (record["trace_id"], record["span_id"], record["trace_flags"]) == (
        "e21912b1f2984342bcfb075827d514d3",
        "0b4882abb18d30f2",
        1,
    )


@pytest.mark.parametrize(
    ("level", "number"),
    [("error", 17), ("warn", 13), ("info", 9), ("http", 7), ("verbose", 6), ("debug", 5), ("silly", 1), ("emerg", 21)],
)
def test_winstons_levels_are_npms_and_may_be_coloured(level: str, number: int) -> None:
    plain = read(level=level, message="x")
    coloured = read(level=f"\x1b[32m{level}\x1b[39m", message="x")
    assert (plain["dialect"], plain["severity_number"], plain["severity_text"]) == ("winston", number, level)
    assert (coloured["severity_number"], coloured["severity_text"]) == (number, level)


def test_winstons_stack_is_the_exceptions() -> None:
    record = read(level="error", message="no", stack="TypeError: no\n    at f")
    assert (record["body"], record["attributes"]) == ("no", ERROR)
