"""OTLP requests: every record for itself, what it stands in folded in, protobuf only where a hint says so."""

from __future__ import annotations

import gzip
import struct
from typing import Any

import orjson
import pytest
from google.protobuf.internal.encoder import _VarintBytes
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, LogsData
from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from streams.sinks.otlp.values import any_value, key_values
from streams.testing import FakeRecord
from streams.types import Outcome
from tests.through import dead_of, limited, outcome_of, record_of, records_of, with_policy

TRACE, SPAN = "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"
GOOD_LOG = {"body": {"stringValue": "good"}}


def hinted(value: bytes, dialect: str) -> FakeRecord:
    return FakeRecord(value, headers=(("weft-dialect", dialect.encode()),))


def logs(*records: Any, **entry: Any) -> dict[str, Any]:
    return {"resourceLogs": [{**entry, "scopeLogs": [{"logRecords": list(records)}]}]}


def metric(**fields: Any) -> dict[str, Any]:
    return {"resourceMetrics": [{"scopeMetrics": [{"metrics": [fields]}]}]}


def gauge(*points: Any) -> dict[str, Any]:
    return metric(name="m", gauge={"dataPoints": list(points)})


def spans(*listed: Any) -> dict[str, Any]:
    return {"resourceSpans": [{"scopeSpans": [{"spans": list(listed)}]}]}


def span(**fields: Any) -> dict[str, Any]:
    return {"traceId": TRACE, "spanId": SPAN, "name": "s", **fields}


def through(request: dict[str, Any]) -> Outcome:
    return outcome_of(orjson.dumps(request))


REQUESTS = {
    "logs": (logs, GOOD_LOG, {"traceId": "5b8e"}),
    "points": (gauge, {"asInt": "1"}, {"asInt": "one"}),
    "spans": (spans, span(), span(spanId="")),
}


@pytest.mark.parametrize("kind", REQUESTS)
@pytest.mark.parametrize("place", range(4))
def test_one_bad_record_of_four_dies_alone_and_can_be_replayed_alone(kind: str, place: int) -> None:
    request, good, bad = REQUESTS[kind]
    outcome = through(request(*[bad if index == place else good for index in range(4)]))
    (letter,) = outcome.dead
    assert (letter.reason, letter.inner) == ("decode.otlp", place)
    assert orjson.loads(letter.value or b"") == request(bad)
    ids = [orjson.loads(value)["event_id"] for value in outcome.values]
    assert ids == [f"raw-logs-0-0.{index}" for index in range(4) if index != place]


def test_a_dead_letter_keeps_what_its_record_stood_in() -> None:
    entry = {
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "cart"}}]},
        "schemaUrl": "https://example.org/1",
        "scopeLogs": [{"scope": {"name": "lib"}, "schemaUrl": "u", "logRecords": [GOOD_LOG, {"flags": "x"}]}],
    }
    (letter,) = through({"resourceLogs": [{}, entry], "at": 1}).dead
    entry["scopeLogs"] = [{"scope": {"name": "lib"}, "schemaUrl": "u", "logRecords": [{"flags": "x"}]}]
    assert orjson.loads(letter.value or b"") == {"resourceLogs": [entry], "at": 1}


def wire(*records: LogRecord) -> LogsData:
    data = LogsData()
    entry = data.resource_logs.add(schema_url="r")
    entry.resource.attributes.extend(key_values({"service.name": "cart"}))
    entry.scope_logs.add(schema_url="s").log_records.extend(records)
    return data


def test_in_protobuf_too_one_bad_record_dies_alone() -> None:
    good, bad = LogRecord(body=any_value("good")), LogRecord(trace_id=b"short")
    outcome = outcome_of(hinted(wire(good, bad, good).SerializeToString(), "otlp-logs"))
    (letter,) = outcome.dead
    assert (letter.reason, letter.inner, len(outcome.values)) == ("decode.otlp", 1, 2)
    assert letter.value == wire(bad).SerializeToString()


def test_a_text_that_is_no_utf8_kills_its_record_and_keeps_its_bytes() -> None:
    good = wire(LogRecord(body=any_value("good")), LogRecord(body=any_value("b?d!")), LogRecord(body=any_value("good")))
    outcome = outcome_of(hinted(good.SerializeToString().replace(b"b?d!", b"b\xffd!"), "otlp-logs"))
    (letter,) = outcome.dead
    assert (letter.reason, letter.inner, len(outcome.values)) == ("decode.otlp", 1, 2)
    assert letter.value == wire(LogRecord(body=any_value("b?d!"))).SerializeToString().replace(b"b?d!", b"b\xffd!")


def test_a_bad_point_of_a_metric_in_protobuf_dies_alone() -> None:
    data = MetricsData()
    entry = data.resource_metrics.add().scope_metrics.add().metrics.add(name="m", unit="s")
    entry.sum.is_monotonic = True
    for value in (1, 2):
        entry.sum.data_points.add(as_int=value)
    entry.sum.data_points.add()
    outcome = outcome_of(hinted(data.SerializeToString(), "otlp-metrics"))
    assert [orjson.loads(value)["metric"]["value"] for value in outcome.values] == [1, 2]
    (letter,) = outcome.dead
    del entry.sum.data_points[:2]
    assert (letter.inner, MetricsData.FromString(letter.value or b"")) == (2, data)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (logs({"body": "bare"}, GOOD_LOG), 1),
        (logs(5, GOOD_LOG), 1),
        ({"resourceLogs": [{"scopeLogs": {}}, *logs(GOOD_LOG)["resourceLogs"]]}, 1),
        ({"resourceLogs": [{"scopeLogs": [{"logRecords": 1}]}, *logs(GOOD_LOG)["resourceLogs"]]}, 1),
        ({"resourceLogs": [7, *logs(GOOD_LOG)["resourceLogs"]]}, 1),
        ({"resourceLogs": logs(GOOD_LOG, resource=[])["resourceLogs"] + logs(GOOD_LOG)["resourceLogs"]}, 1),
        ({"resourceLogs": logs(GOOD_LOG, schemaUrl=1)["resourceLogs"] + logs(GOOD_LOG)["resourceLogs"]}, 1),
        ({"resourceLogs": 5}, 0),
        (gauge(), 0),
        (metric(name="m"), 0),
        (metric(gauge={"dataPoints": [{"asInt": 1}]}), 0),
        (metric(name="m", gauge=[]), 0),
        (metric(name="m", gauge={"dataPoints": [{}]}), 0),
        (metric(name="m", sum={"aggregationTemporality": 3, "dataPoints": [{"asInt": 1}]}), 0),
        (metric(name="m", sum={"isMonotonic": "yes", "dataPoints": [{"asInt": 1}]}), 0),
        (metric(name="m", histogram={"dataPoints": [{"bucketCounts": [1], "explicitBounds": [1]}]}), 0),
        (metric(name="m", histogram={"dataPoints": [{"count": -1}]}), 0),
        (metric(name="m", histogram={"dataPoints": [{"sum": "1_0"}]}), 0),
        (metric(name="m", exponentialHistogram={"dataPoints": [{"scale": 2**31}]}), 0),
        (gauge({"asInt": 1, "exemplars": [{}]}), 0),
        (spans(span(traceId="0" * 32)), 0),
        (spans(span(kind=6)), 0),
        (spans(span(kind=True)), 0),
        (spans(span(status={"code": 3})), 0),
        (spans(span(events=[{}])), 0),
        (spans(span(links=[{"traceId": TRACE}])), 0),
        (spans(span(startTimeUnixNano=-1)), 0),
    ],
)
def test_what_breaks_the_schema_is_one_dead_letter(request_: dict[str, Any], expected: int) -> None:
    outcome = through(request_)
    assert len(outcome.values) == expected
    assert [letter.reason in {"decode.otlp", "decode.empty"} for letter in outcome.dead] == [True]


@pytest.mark.parametrize("request_", [{"resourceLogs": []}, {"resourceSpans": [{}]}, {"resourceLogs": None}, logs()])
def test_a_request_without_records_is_empty(request_: dict[str, Any]) -> None:
    letter = dead_of(orjson.dumps(request_))
    assert (letter.reason, letter.inner) == ("decode.empty", None)


def test_a_request_with_more_records_than_allowed_dies_whole() -> None:
    through = limited(records=3)
    assert len(records_of(orjson.dumps(logs(*[GOOD_LOG] * 3)), through=through)) == 3
    letter = dead_of(orjson.dumps(logs(*[GOOD_LOG] * 4)), through=through)
    assert (letter.reason, letter.inner) == ("limit.size", None)


def test_lines_of_requests_are_read_one_by_one() -> None:
    lines = [logs(GOOD_LOG, GOOD_LOG), {"resourceLogs": []}, spans(span()), {"resourceLogs": 1}]
    outcome = outcome_of(b"\n".join(map(orjson.dumps, lines)) + b"\n")
    assert [orjson.loads(value)["dialect"] for value in outcome.values] == ["otlp-logs", "otlp-logs", "otlp-spans"]
    assert [(letter.reason, letter.inner) for letter in outcome.dead] == [("decode.empty", 2), ("decode.otlp", 4)]


def test_keys_that_no_request_has_become_attributes_of_its_records() -> None:
    record = record_of(orjson.dumps({"host": "relay", **logs({**GOOD_LOG, "extra": 1})}))
    assert record["attributes"] == {"host": "relay", "extra": 1}


def test_resource_and_scope_keep_their_schemas_and_counts() -> None:
    record = record_of(
        orjson.dumps(
            {
                "resourceLogs": [
                    {
                        "resource": {
                            "attributes": [{"key": "service.name", "value": {"intValue": "7"}}],
                            "droppedAttributesCount": 2,
                            "entityRefs": [{"type": "host", "idKeys": ["host.id"]}],
                        },
                        "schemaUrl": "https://example.org/r",
                        "scopeLogs": [
                            {
                                "scope": {"name": "lib", "droppedAttributesCount": 3},
                                "schemaUrl": "https://example.org/s",
                                "logRecords": [GOOD_LOG],
                            }
                        ],
                    }
                ]
            }
        )
    )
    assert record["resource"] == {
        "service.name": "7",
        "otel.resource.schema_url": "https://example.org/r",
        "otel.resource.dropped_attributes_count": 2,
        "otel.resource.entity_refs": [{"type": "host", "idKeys": ["host.id"]}],
    }
    assert record["scope"] == {
        "name": "lib",
        "attributes": {"otel.scope.schema_url": "https://example.org/s", "otel.scope.dropped_attributes_count": 3},
    }


def test_remarks_on_the_json_are_made_on_each_record() -> None:
    value = (
        b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"intValue":1}},{"eventName":"a","eventName":"b"}]}]}]}'
    )
    assert ["json.duplicate_keys" in record["flags"] for record in records_of(value)] == [True, True]


REQUEST = wire(LogRecord(body=any_value("one"))).SerializeToString()


def test_protobuf_is_read_by_the_topics_setting() -> None:
    assert record_of(FakeRecord(REQUEST, topic="otlp_logs"))["body"] == "one"


def test_protobuf_of_no_named_signal_is_a_dead_letter() -> None:
    headers = (("content-type", b"application/x-protobuf"),)
    assert dead_of(FakeRecord(REQUEST, headers=headers)).reason == "decode.protobuf"


def test_protobuf_without_a_hint_is_never_guessed() -> None:
    assert record_of(REQUEST)["dialect"] != "otlp-logs"


def test_json_under_the_same_hint_is_otlps_json() -> None:
    assert record_of(hinted(orjson.dumps(logs(GOOD_LOG), option=orjson.OPT_INDENT_2), "otlp-logs"))["body"] == "good"


def test_json_of_another_signal_contradicts_its_hint() -> None:
    assert dead_of(hinted(orjson.dumps(spans(span())), "otlp-logs")).reason == "decode.dialect"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b'{"resourceLogs":[', "decode.json"),
        (b"plain text", "decode.protobuf"),
        (REQUEST[:-1], "decode.protobuf"),
        (b"\x0a\x05", "decode.protobuf"),
        (b"\x00", "decode.protobuf"),
        (TracesData(resource_spans=[{}]).SerializeToString(), "decode.empty"),
    ],
)
def test_what_is_no_request_at_all_dies_whole(value: bytes, reason: str) -> None:
    assert dead_of(hinted(value, "otlp-logs")).reason == reason


@pytest.mark.parametrize(
    ("value", "dialect"), [(b'{"resourceLogs":[', "text"), (b"level=info msg=plain", "logfmt"), (b"\xff\x00", "raw")]
)
def test_a_topic_may_take_what_is_no_request_as_it_is(value: bytes, dialect: str) -> None:
    record = record_of(value, through=with_policy(dialect="otlp-logs", hint_mismatch="fallback"))
    assert (record["dialect"], "dialect.fallback" in record["flags"]) == (dialect, True)


def test_a_record_of_another_signal_is_not_taken_for_a_log() -> None:
    data = MetricsData()
    data.resource_metrics.add().scope_metrics.add().metrics.add(name="m")
    assert dead_of(hinted(data.SerializeToString(), "otlp-logs")).reason == "decode.otlp"


@pytest.mark.parametrize("brace", b"[{")
def test_a_length_that_is_a_brace_does_not_make_json(brace: int) -> None:
    """A request begins with a line feed, which JSON may begin with too."""
    request = next(
        value
        for value in (wire(LogRecord(body=any_value("x" * n))).SerializeToString() for n in range(120))
        if value[1] == brace
    )
    assert record_of(hinted(request, "otlp-logs"))["resource"]["service.name"] == "cart"


FRAMES = {
    "varint": lambda request: _VarintBytes(len(request)) + request,
    "four bytes": lambda request: struct.pack(">I", len(request)) + request,
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("long", [0, 35, 89, 200, 40_000])
def test_requests_behind_their_lengths_are_read_one_after_the_other(frame: Any, long: int) -> None:
    bodies = ["one", "x" * long, "three"]
    requests = [wire(LogRecord(body=any_value(body), severity_number=1)).SerializeToString() for body in bodies]
    records = records_of(hinted(b"".join(map(frame, requests)), "otlp-logs"))
    assert [record["body"] for record in records] == bodies
    assert [record["event_id"] for record in records] == [f"raw-logs-0-0.{index}" for index in range(3)]


def test_a_broken_request_behind_its_length_dies_alone() -> None:
    frames = b"".join(map(FRAMES["varint"], [REQUEST, REQUEST[:-2], REQUEST]))
    outcome = outcome_of(hinted(frames, "otlp-logs"))
    (letter,) = outcome.dead
    assert (letter.reason, letter.inner, letter.value) == ("decode.protobuf", 1, REQUEST[:-2])


def test_a_compressed_request_is_opened() -> None:
    assert record_of(hinted(gzip.compress(REQUEST), "otlp-logs"))["body"] == "one"


LIBRARY = {"name": "shop.cart", "version": "1.2.0"}


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (
            {
                "resourceLogs": [
                    {"instrumentationLibraryLogs": [{"instrumentationLibrary": LIBRARY, "logs": [GOOD_LOG, GOOD_LOG]}]}
                ]
            },
            ["good", "good"],
        ),
        (
            {
                "resourceLogs": [
                    {"instrumentationLibraryLogs": [{"instrumentationLibrary": LIBRARY, "logRecords": [GOOD_LOG]}]}
                ]
            },
            ["good"],
        ),
        (
            {
                "resourceSpans": [
                    {"instrumentationLibrarySpans": [{"instrumentationLibrary": LIBRARY, "spans": [span()]}]}
                ]
            },
            ["s"],
        ),
    ],
)
def test_requests_of_old_producers_are_read(request_: dict[str, Any], expected: list[str]) -> None:
    records = records_of(orjson.dumps(request_))
    assert [(record["body"], record["scope"]) for record in records] == [(body, LIBRARY) for body in expected]


def test_what_an_old_producer_says_twice_is_read_once() -> None:
    entry = {"scopeLogs": [{"logRecords": [GOOD_LOG]}], "instrumentationLibraryLogs": [{"logs": [GOOD_LOG]}]}
    assert len(records_of(orjson.dumps({"resourceLogs": [entry]}))) == 1


def test_a_broken_record_of_an_old_producer_dies_alone_in_its_own_keys() -> None:
    entry = {"instrumentationLibraryLogs": [{"logs": [GOOD_LOG, {"traceId": "5b8e"}]}]}
    outcome = through({"resourceLogs": [entry]})
    (letter,) = outcome.dead
    assert (len(outcome.values), letter.reason) == (1, "decode.otlp")
    assert orjson.loads(letter.value or b"")["resourceLogs"][0]["instrumentationLibraryLogs"][0]["logs"] == [
        {"traceId": "5b8e"}
    ]
