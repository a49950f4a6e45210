"""Spans of Jaeger and Zipkin: what their exporters wrote of OpenTelemetry is read back, odd values are kept."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.through import outcome_of, record_of, records_of

TRACE, SPAN = "83a9efd15c1c98a977e0711cc93ee28b", "e127af99e3b3e074"


def jaeger(**fields: Any) -> dict[str, Any]:
    return {"traceID": TRACE, "spanID": SPAN, "operationName": "op", "startTime": 1706678909209712, **fields}


def zipkin(**fields: Any) -> dict[str, Any]:
    return {"traceId": TRACE, "id": SPAN, "kind": "SERVER", "timestamp": 1706678909209712, **fields}


def read(span: dict[str, Any]) -> dict[str, Any]:
    return record_of(orjson.dumps(span))


def tag(key: str, value: Any, kind: str = "string") -> dict[str, Any]:
    return {"key": key, "type": kind, "value": value}


@pytest.mark.parametrize(
    ("tags", "status", "severity", "left"),
    [
        ({}, {"code": "unset"}, 9, {}),
        ({"otel.status_code": "OK"}, {"code": "ok"}, 9, {}),
        ({"otel.status_code": "ERROR", "error": "true"}, {"code": "error"}, 17, {}),
        ({"otel.status_code": "ERROR", "otel.status_description": "no"}, {"code": "error", "message": "no"}, 17, {}),
        ({"error": "true"}, {"code": "error"}, 17, {}),
        ({"error": "refused"}, {"code": "error", "message": "refused"}, 17, {}),
        ({"error": ""}, {"code": "error"}, 17, {"error": ""}),
        ({"error": "false"}, {"code": "unset"}, 9, {"error": "false"}),
        ({"otel.status_code": "ODD"}, {"code": "unset"}, 9, {"otel.status_code": "ODD"}),
        ({"w3c.tracestate": "a=1", "otel.scope.name": "lib", "otel.scope.version": "2"}, {"code": "unset"}, 9, {}),
    ],
)
def test_tags_of_known_names_are_what_they_say(
    tags: dict[str, str], status: dict[str, str], severity: int, left: dict[str, str]
) -> None:
    for span in (zipkin(tags=tags), jaeger(tags=[tag(key, value) for key, value in tags.items()])):
        record = read(span)
        assert (record["span"]["status"], record["severity_number"], record["attributes"]) == (status, severity, left)
        assert record["span"].get("trace_state") == tags.get("w3c.tracestate")
        assert record.get("scope", {}).get("version") == tags.get("otel.scope.version")


@pytest.mark.parametrize("kind", ["CLIENT", "SERVER", "PRODUCER", "CONSUMER"])
def test_zipkins_kinds_are_opentelemetrys(kind: str) -> None:
    assert read(zipkin(kind=kind))["span"]["kind"] == kind.lower()


@pytest.mark.parametrize(
    ("endpoint", "attributes"),
    [
        ({"ipv4": "10.0.0.1", "port": 80}, {"network.peer.address": "10.0.0.1", "network.peer.port": 80}),
        ({"ipv6": "::1", "serviceName": "db"}, {"network.peer.address": "::1", "peer.service": "db"}),
        (
            {"ipv4": "10.0.0.1", "ipv6": "::1", "zone": "a"},
            {"network.peer.address": "10.0.0.1", "remoteEndpoint": {"ipv6": "::1", "zone": "a"}},
        ),
        ({"ipv4": None, "port": 0, "serviceName": ""}, {}),
        ("10.0.0.1", {"remoteEndpoint": "10.0.0.1"}),
        (None, {}),
    ],
)
def test_the_other_end_of_a_zipkin_span(endpoint: Any, attributes: dict[str, Any]) -> None:
    assert read(zipkin(remoteEndpoint=endpoint))["attributes"] == attributes


@pytest.mark.parametrize(
    ("trace", "expected"),
    [(TRACE.upper(), TRACE), ("2", "2".zfill(32)), ("e127af99e3b3e074", SPAN.zfill(32)), (TRACE[1:], "0" + TRACE[1:])],
)
def test_leading_zeros_of_ids_may_be_missing(trace: str, expected: str) -> None:
    assert read(zipkin(traceId=trace))["trace_id"] == expected
    assert read(jaeger(traceID=trace))["trace_id"] == expected


def test_an_array_of_zipkin_spans_is_a_batch() -> None:
    records = records_of(orjson.dumps([zipkin(name="a"), zipkin(name="b")]))
    assert [(record["body"], record["event_id"]) for record in records] == [
        ("a", "raw-logs-0-0.0"),
        ("b", "raw-logs-0-0.1"),
    ]


@pytest.mark.parametrize(
    "document",
    [
        {"traceId": TRACE, "id": "order-17", "kind": "order", "timestamp": 1706678909},
        {"traceId": TRACE, "id": SPAN, "kind": "http", "message": "done"},
        {"traceId": 5, "id": 7, "duration": 1},
        {"data": [1, 2]},
        {"data": [{"spans": [{"operationName": "a"}]}]},
        {"data": {"spans": []}},
        {"data": []},
    ],
)
def test_what_only_resembles_a_span_is_none(document: dict[str, Any]) -> None:
    assert read(document)["signal"] == "log"


@pytest.mark.parametrize(
    ("duration", "expected"),
    [(5, 5_000), ("5000ns", 5_000), ("0.000000123s", 123), ("1.5s", 1_500_000_000), ("2ms", 2_000_000), (None, None)],
)
def test_durations_are_microseconds_or_name_their_unit(duration: Any, expected: int | None) -> None:
    assert read(jaeger(duration=duration))["span"]["duration_ns"] == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("duration", "long"),
        ("duration", 2**62),
        ("tags", {"a": 1}),
        ("tags", [1]),
        ("logs", 7),
        ("logs", [{"fields": 1}]),
        ("references", [1]),
        ("references", [{"refType": "FOLLOWS_FROM", "spanID": "odd"}]),
        ("process", "p"),
        ("flags", "x"),
        ("operationName", 5),
        ("startTime", "soon"),
        ("traceID", "not hexadecimal"),
    ],
)
def test_odd_fields_of_a_jaeger_span_are_kept(field: str, value: Any) -> None:
    record = read(jaeger(**{field: value}))
    assert (record["signal"], record["attributes"][field]) == ("span", value)
    assert set(record["flags"]) & {"field.type_mismatch", "timestamp.unparsable", "trace.invalid"}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (tag("a", "23456", "int64"), 23456),
        (tag("a", 23456, "int64"), 23456),
        (tag("a", "99999999999999999999", "int64"), "99999999999999999999"),
        (tag("a", "72.5", "float64"), 72.5),
        (tag("a", "NaN", "float64"), "NaN"),
        (tag("a", "odd", "float64"), "odd"),
        (tag("a", "false", "bool"), False),
        (tag("a", "00003039", "binary"), "00003039"),
        ({"key": "a", "value": "untyped"}, "untyped"),
        ({"key": "a", "vStr": "x"}, "x"),
        ({"key": "a", "vType": "BOOL"}, False),
        ({"key": "a", "vType": "INT64", "vInt64": "9007199254740993"}, 9007199254740993),
        ({"key": "a"}, ""),
    ],
)
def test_tags_of_jaeger_are_typed(typed: dict[str, Any], expected: Any) -> None:
    assert read(jaeger(tags=[typed]))["attributes"] == {"a": expected}


def test_a_tag_that_is_there_twice_keeps_both_values() -> None:
    tags = [tag("a", "1"), tag("a", "2"), tag("b", "1"), tag("b", "1")]
    assert read(jaeger(tags=tags))["attributes"] == {"a": ["1", "2"], "b": "1"}


def test_elasticsearch_may_hold_tags_as_an_object() -> None:
    record = read(jaeger(tag={"span@kind": "server", "http@status_code": 200}, process={"tag": {"ip": "10.0.0.1"}}))
    assert record["span"]["kind"] == "server"
    assert record["attributes"] == {"http.status_code": 200}
    assert record["resource"] == {"host.ip": "10.0.0.1", "service.name": "unknown_service"}


def test_references_are_parent_and_links() -> None:
    other = "0af7651916cd43dd8448eb211c80319c"
    record = read(
        jaeger(
            references=[
                {"refType": "FOLLOWS_FROM", "traceID": TRACE, "spanID": "1"},
                {"refType": "CHILD_OF", "traceID": other, "spanID": "2"},
                {"refType": "CHILD_OF", "spanID": "3"},
                {"refType": "CHILD_OF", "traceID": TRACE, "spanID": "4"},
            ]
        )
    )
    links = [(link["trace_id"], int(link["span_id"]), link["attributes"]) for link in record["span"]["links"]]
    assert record["span"]["parent_span_id"] == "3".zfill(16)
    assert links == [
        (TRACE, 1, {"opentracing.ref_type": "follows_from"}),
        (other, 2, {"opentracing.ref_type": "child_of"}),
        (TRACE, 4, {"opentracing.ref_type": "child_of"}),
    ]


@pytest.mark.parametrize("wrapped", [True, False])
def test_an_export_gives_every_span_its_process(wrapped: bool) -> None:
    trace = {
        "traceID": TRACE,
        "spans": [
            {**jaeger(operationName=name), "processID": process}
            for name, process in (("a", "p1"), ("b", "p2"), ("c", "p3"))
        ],
        "processes": {"p1": {"serviceName": "shop"}, "p2": {"serviceName": "cart"}},
        "warnings": ["clock skew"],
    }
    records = records_of(orjson.dumps({"data": [trace], "total": 0, "errors": None} if wrapped else trace))
    assert [record["resource"]["service.name"] for record in records] == ["shop", "cart", "unknown_service"]
    assert [record["attributes"] for record in records] == [
        {"jaeger-traces.warnings": ["clock skew"]},
        {"jaeger-traces.warnings": ["clock skew"]},
        {"processID": "p3", "jaeger-traces.warnings": ["clock skew"]},
    ]


def test_an_export_without_spans_is_empty() -> None:
    (letter,) = outcome_of(b'{"data":[{"traceID":"1","spans":[],"processes":{}}]}').dead
    assert letter.reason == "decode.empty"
