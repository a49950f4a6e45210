"""Google Cloud's structured logs: times, severities, payloads, resources and traces."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.through import record_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def read(**document: Any) -> dict[str, Any]:
    return record_of(json.dumps(document))


GOOGLE = {"logging.googleapis.com/insertId": "i"}


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ({"timestamp": {"seconds": 1674803032, "nanos": 93}}, "2023-01-27T07:03:52.000000093Z"),
        ({"timestamp": {"seconds": "1674803032", "nanos": 752000093}}, "2023-01-27T07:03:52.752000093Z"),
        ({"timestamp": {"seconds": 1674803032}}, "2023-01-27T07:03:52.000000000Z"),
        ({"timestampSeconds": 1674803032, "timestampNanos": 5}, "2023-01-27T07:03:52.000000005Z"),
        ({"timestampSeconds": "1674803032", "timestampNanos": "0"}, "2023-01-27T07:03:52.000000000Z"),
        ({"timestamp": "2023-01-27T07:03:52.123456789Z"}, "2023-01-27T07:03:52.123456789Z"),
        ({"time": "2023-01-27T08:03:52+01:00"}, "2023-01-27T07:03:52.000000000Z"),
        ({"timestamp": {"seconds": 1, "other": 2}}, None),
        ({"timestamp": {"seconds": 1674803032, "nanos": 10**9}}, None),
    ],
)
def test_google_writes_time_in_any_of_four_forms(time: dict[str, Any], expected: str | None) -> None:
    assert read(**GOOGLE, **time)["timestamp"] == expected


@pytest.mark.parametrize(
    ("severity", "number"),
    [("DEFAULT", 0), ("NOTICE", 10), ("CRITICAL", 21), ("ALERT", 22), ("EMERGENCY", 24), (500, 17), ("300", 10)],
)
def test_google_has_severities_of_its_own(severity: Any, number: int) -> None:
    record = read(**GOOGLE, severity=severity)
    assert (record["severity_number"], record["severity_text"]) == (number, str(severity))


def test_google_s_severity_goes_before_a_level_beside_it() -> None:
    assert read(**GOOGLE, severity="ERROR", level=30)["severity_number"] == 17


@pytest.mark.parametrize(
    ("entry", "body", "attributes"),
    [
        ({"textPayload": "hello"}, "hello", {}),
        ({"jsonPayload": {"message": "hello", "port": 1}}, "hello", {"port": 1}),
        ({"jsonPayload": {"msg": "hello"}}, "hello", {}),
        ({"jsonPayload": {"message": "hello", "logName": 1}}, "hello", {"jsonPayload": {"logName": 1}}),
        ({"jsonPayload": {"port": 1}}, {"port": 1}, {}),
        ({"protoPayload": {"methodName": "m"}}, {"methodName": "m"}, {}),
        ({"jsonPayload": "odd"}, None, {"jsonPayload": "odd"}),
    ],
)
def test_the_payload_of_an_entry_is_its_body(entry: dict[str, Any], body: Any, attributes: dict[str, Any]) -> None:
    record = read(logName="l", insertId="i", **entry)
    assert record["body"] == (body or json.dumps({"logName": "l", "insertId": "i", **entry}))
    assert record["attributes"] == {"logName": "l", "log.record.uid": "i", **attributes}


def test_the_level_of_a_payload_counts_where_the_entry_has_none() -> None:
    record = read(logName="l", severity="DEFAULT", jsonPayload={"message": "m", "level": "warn"})
    assert (record["severity_number"], record["severity_text"]) == (13, "warn")


def test_a_request_without_a_message_speaks_for_itself() -> None:
    request = {
        "requestMethod": "GET",
        "requestUrl": "https://a/b",
        "status": 200,
        "responseSize": "8921",
        "latency": "1s",
    }
    record = read(logName="l", httpRequest=request, jsonPayload={"statusDetails": "x"})
    assert record["body"] == "GET https://a/b 200"
    assert record["attributes"] == {
        "logName": "l",
        "http.request.method": "GET",
        "url.full": "https://a/b",
        "http.response.status_code": 200,
        "http.response.size": 8921,
        "httpRequest": {"latency": "1s"},
        "jsonPayload": {"statusDetails": "x"},
    }


@pytest.mark.parametrize(
    ("labels", "resource"),
    [
        (
            {"container_name": "c", "pod_name": "p"},
            {"service.name": "c", "k8s.container.name": "c", "k8s.pod.name": "p"},
        ),
        ({"service_name": "s"}, {"service.name": "s", "gcp.label.service_name": "s"}),
        ({"function_name": "f"}, {"service.name": "f", "faas.name": "f"}),
        (
            {"zone": "z", "x": "y"},
            {"service.name": "unknown_service", "cloud.availability_zone": "z", "gcp.label.x": "y"},
        ),
        ({}, {"service.name": "unknown_service"}),
    ],
)
def test_the_monitored_resource_is_the_record_s(labels: dict[str, str], resource: dict[str, str]) -> None:
    record = read(logName="l", textPayload="t", resource={"type": "k", "labels": labels})
    assert record["resource"] == {**resource, "gcp.resource_type": "k"}


@pytest.mark.parametrize(
    "named", [{"trace": f"projects/p/traces/{TRACE}", "spanId": SPAN, "traceSampled": True},
              {"logging.googleapis.com/trace": f"projects/p/traces/{TRACE}", "logging.googleapis.com/spanId": SPAN,
               "logging.googleapis.com/trace_sampled": True}],
    ids=["entry", "printed"],
)  # fmt: skip
def test_google_names_the_trace_as_a_resource(named: dict[str, Any]) -> None:
    record = read(logName="l", textPayload="t", **named)
    assert (record["trace_id"], record["span_id"], record["trace_flags"]) == (TRACE, SPAN, 1)
