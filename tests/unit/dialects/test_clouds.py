"""Records of clouds: AWS, Azure, Datadog, Splunk."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.through import record_of, records_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def read(**document: Any) -> dict[str, Any]:
    return record_of(json.dumps(document))


@pytest.mark.parametrize(
    ("document", "body", "attributes"),
    [
        ({"level": "INFO", "message": "m"}, "m", {}),
        ({"log_level": "ERROR", "errorType": "E", "errorMessage": "gone", "stackTrace": ["a\n", "b"]}, "E: gone", {
            "exception.type": "E", "exception.message": "gone", "exception.stacktrace": "a\nb",
        }),
        ({"level": "ERROR", "errorType": "E"}, "E", {"exception.type": "E"}),
        ({"level": "ERROR", "message": {"errorType": "E", "errorMessage": "gone"}}, {
            "errorType": "E", "errorMessage": "gone",
        }, {"exception.type": "E", "exception.message": "gone"}),
        ({"level": "ERROR", "message": "m", "stackTrace": [{"line": 1}]}, "m", {"stackTrace": [{"line": 1}]}),
    ],
)  # fmt: skip
def test_lambda_says_what_was_thrown(document: dict[str, Any], body: Any, attributes: dict[str, Any]) -> None:
    record = read(timestamp="2023-10-27T19:17:45.586Z", requestId="79b4", **document)
    assert (record["dialect"], record["body"]) == ("aws-lambda", body)
    assert record["attributes"] == {"faas.invocation_id": "79b4", **attributes}


X_RAY = {
    "type": "X-Amzn-Trace-Id",
    "value": "Root=1-58337364-23a8c76965a2ef7629b185e3;Parent=5a8b5c33d0b3a2b1;Sampled=0",
}


@pytest.mark.parametrize(
    ("tracing", "ids"),
    [
        (X_RAY, ("5833736423a8c76965a2ef7629b185e3", "5a8b5c33d0b3a2b1", 0)),
        ({**X_RAY, "spanId": SPAN}, ("5833736423a8c76965a2ef7629b185e3", SPAN, 0)),
        ({"value": "odd"}, (None, None, None)),
        ("odd", (None, None, None)),
    ],
)
def test_a_platform_event_names_the_trace_of_its_invocation(tracing: Any, ids: tuple[Any, ...]) -> None:
    record = read(
        time="2023-10-27T19:17:45.590Z", type="platform.report", record={"tracing": tracing, "status": "error"}
    )
    assert (record["trace_id"], record["span_id"], record.get("trace_flags")) == ids
    assert (record["event_name"], record["body"]["status"], record["severity_number"]) == (
        "platform.report",
        "error",
        0,
    )


def test_a_function_s_line_in_telemetry_is_its_own_record() -> None:
    line = {"timestamp": "2022-10-12T00:01:15.1Z", "level": "WARN", "requestId": "r", "message": "m"}
    record = read(time="2022-10-12T00:01:15.000Z", type="function", record=line)
    assert (record["envelopes"], record["dialect"]) == (["aws-lambda-telemetry"], "aws-lambda")
    assert (record["body"], record["timestamp"]) == ("m", "2022-10-12T00:01:15.100000000Z")


@pytest.mark.parametrize(
    "keys",
    [
        "timestamp level message service function_name function_request_id cold_start xray_trace_id",
        "timestamp level message service functionName functionRequestId coldStart xray_trace_id",
        "timestamp level message service functionName functionRequestId coldStart xRayTraceId",
        "Timestamp Level Message Service FunctionName FunctionRequestId ColdStart XRayTraceId",
    ],
    ids=["Python", "Java", "camelCase", "PascalCase"],
)
def test_powertools_writes_keys_as_its_language_does(keys: str) -> None:
    values = [
        "2021-12-13T20:32:22.5774262Z",
        "Warning",
        "m",
        "pay",
        "f",
        "r",
        True,
        "1-61b7add4-66532bb81441e1b060389429",
    ]
    record = read(**dict(zip(keys.split(), values, strict=True)))
    assert (record["dialect"], record["timestamp"]) == ("lambda-powertools", "2021-12-13T20:32:22.577426200Z")
    assert (record["severity_number"], record["body"]) == (13, "m")
    assert record["resource"] == {"service.name": "pay", "faas.name": "f"}
    assert record["attributes"] == {"faas.invocation_id": "r", "faas.coldstart": True}
    assert record["trace_id"] == "61b7add466532bb81441e1b060389429"


POWERTOOLS = {"level": "ERROR", "location": "a:1", "service": "pay", "timestamp": "2021-05-03 11:47:12,494+0000"}


@pytest.mark.parametrize(
    ("document", "attributes"),
    [
        ({"exception_name": "E", "exception": "Traceback\n  x"}, {
            "exception.type": "E", "exception.stacktrace": "Traceback\n  x",
        }),
        ({"error": {"name": "E", "message": "gone", "stack": "E: gone"}}, {
            "error": {"name": "E", "message": "gone", "stack": "E: gone"}, "exception.type": "E",
            "exception.message": "gone", "exception.stacktrace": "E: gone",
        }),
        ({"exception": "short"}, {"exception": "short"}),
    ],
)  # fmt: skip
def test_powertools_says_what_was_thrown(document: dict[str, Any], attributes: dict[str, Any]) -> None:
    record = read(message="m", **POWERTOOLS, **document)
    assert (record["body"], record["attributes"]) == ("m", {"location": "a:1", **attributes})


@pytest.mark.parametrize("message", [{"a": 1}, ["a"], 5, "text"])
def test_a_message_of_powertools_is_any_json(message: Any) -> None:
    assert read(message=message, **POWERTOOLS)["body"] == message


AZURE = {"time": "2021-03-27T15:38:09.1287555Z", "resourceId": "/S/1", "category": "C"}


@pytest.mark.parametrize(
    ("document", "body"),
    [
        ({"operationName": "o", "resultDescription": "r", "properties": {"message": "p"}}, "r"),
        ({"operationName": "o", "resultDescription": "", "properties": {"message": "p"}}, "p"),
        ({"operationName": "o", "properties": {"Message": "p"}}, "p"),
        ({"operationName": "o", "properties": '{"message":"p"}'}, "p"),
        ({"operationName": "o", "properties": {"other": 1}}, "o"),
        ({"operationName": "o", "properties": "{no json"}, "o"),
        ({"operationName": {"value": "v", "localizedValue": "l"}}, "l"),
        ({"OperationName": "o"}, "o"),
    ],
)
def test_azure_s_message_is_the_description_else_a_property_else_the_operation(
    document: dict[str, Any], body: str
) -> None:
    assert read(**AZURE, **document)["body"] == body


@pytest.mark.parametrize(
    ("level", "number"),
    [
        ("Informational", 9), ("Warning", 13), ("Error", 17), ("Critical", 21),
        (1, 21), (2, 17), ("3", 13), (4, 9), ("5", 5), (9, 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("key", ["level", "Level"])
def test_azure_s_level_is_a_word_or_a_digit(key: str, level: Any, number: int) -> None:
    record = read(**AZURE, operationName="o", **{key: level})
    assert (record["severity_number"], record["severity_text"]) == (number, str(level))


def test_azure_s_resource_is_no_service_and_its_correlation_no_trace() -> None:
    record = read(**AZURE, operationName="o", correlationId="0679686673-8c85-4f2b-9cfb-7f3214824000", location="eu")
    assert (record["trace_id"], record["timestamp"]) == (None, "2021-03-27T15:38:09.128755500Z")
    assert record["resource"] == {"service.name": "unknown_service", "cloud.resource_id": "/S/1", "cloud.region": "eu"}


@pytest.mark.parametrize(
    ("status", "number", "text"),
    [
        ("warning", 13, "warning"),
        ("EMERGENCY", 21, "EMERGENCY"),
        ("ok", 9, "ok"),
        ("success", 9, "success"),
        ("nothing known", 10, "nothing known"),
        ("unheard of", 9, "unheard of"),
        (3, 17, "3"),
        ("7", 5, "7"),
        (200, 0, None),
        ("404", 0, None),
    ],
)
def test_datadog_s_status_counts_by_how_it_begins(status: Any, number: int, text: str | None) -> None:
    record = read(message="m", ddsource="x", status=status)
    assert (record["severity_number"], record["severity_text"]) == (number, text)
    assert record["attributes"].get("status") == (None if text else str(status))


def test_datadog_s_level_goes_before_its_status() -> None:
    record = read(message="m", ddsource="x", level="error", status="ok")
    assert (record["severity_number"], record["attributes"]["status"]) == (17, "ok")


@pytest.mark.parametrize(
    "document",
    [
        {"ddtags": "env:prod,version:1,service:cart,team:x"},
        {"dd": {"env": "prod", "version": "1", "service": "cart"}},
        {"dd.env": "prod", "dd.version": "1", "dd.service": "cart"},
    ],
)
def test_datadog_s_unified_tags_describe_the_resource(document: dict[str, Any]) -> None:
    assert read(message="m", **document)["resource"] == {
        "service.name": "cart",
        "deployment.environment.name": "prod",
        "service.version": "1",
    }


def test_a_logger_s_own_signature_goes_before_ids_that_datadog_adds() -> None:
    dd = {"trace_id": "8448532820361583770", "span_id": "7394150500141365499"}
    record = read(level=30, time=1531171074631, pid=1, hostname="h", msg="m", dd=dd)
    assert (record["dialect"], record["trace_id"]) == ("pino", "0000000000000000753f37d67ee19c9a")


@pytest.mark.parametrize(
    ("event", "body", "dialect"),
    [
        ("hello", "hello", "text"),
        ("level=warn msg=low", "low", "logfmt"),
        ('{"level":"warn","message":"low"}', "low", "winston"),
        ({"level": "warn", "message": "low"}, "low", "winston"),
        ("not valid json {", "not valid json {", "text"),
        (["a"], ["a"], "json"),
        ({"line": "hello", "source": "stdout", "tag": "t", "attrs": {"a": "b"}}, "hello", "text"),
    ],
)
def test_an_event_of_splunk_is_of_any_form(event: Any, body: Any, dialect: str) -> None:
    record = read(event=event, sourcetype="s", host="h")
    assert (record["body"], record["dialect"], record["envelopes"]) == (body, dialect, ["splunk-hec"])
    assert record["resource"]["host.name"] == "h"


@pytest.mark.parametrize("time", [1700000000.25, "1700000000.25", 1700000000250])
def test_splunk_s_time_is_a_number_also_in_quotes(time: Any) -> None:
    assert read(event="x", time=time)["timestamp"] == "2023-11-14T22:13:20.250000000Z"


@pytest.mark.parametrize(
    "document",
    [
        {"event": "x", "level": "info"},
        {"event": "x", "host": "h", "user": "u"},
        {"event": "x", "time": "2024-01-01T00:00:00Z"},
    ],
)
def test_an_event_with_other_keys_is_not_of_splunk(document: dict[str, Any]) -> None:
    record = read(**document)
    assert (record.get("envelopes"), record["body"]) == (None, "x")


def test_fields_of_splunk_are_attributes_and_may_name_the_trace() -> None:
    record = read(event="x", fields={"trace_id": TRACE, "region": "eu"}, index="main")
    assert record["trace_id"] == TRACE
    assert record["attributes"] == {"trace_id": TRACE, "region": "eu", "com.splunk.index": "main"}


@pytest.mark.parametrize(
    ("fields", "points", "attributes"),
    [
        ({"metric_name:a": 1, "metric_name:b": "2.5", "r": "e"}, [("a", 1), ("b", 2.5)], {"r": "e"}),
        ({"metric_name": "a", "_value": 3, "r": "e"}, [("a", 3)], {"r": "e"}),
        ({"metric_name:a": 1, "metric_name:b": "odd"}, [("a", 1)], {"metric_name:b": "odd"}),
        ({"metric_name:a": 1e300}, [("a", 1e300)], {}),
        ({"metric_name:a": "9223372036854775808"}, [("a", "9223372036854775808")], {}),
    ],
)
def test_each_measurement_of_splunk_is_a_point(
    fields: dict[str, Any], points: list[tuple[str, Any]], attributes: dict[str, Any]
) -> None:
    records = records_of(json.dumps({"event": "metric", "time": 1486683865, "host": "h", "fields": fields}))
    assert [(one["metric"]["name"], one["metric"]["value"]) for one in records] == points
    assert {one["signal"] for one in records} == {"metric"}
    assert [one["attributes"] for one in records] == [attributes] * len(points)
    assert records[0]["resource"]["host.name"] == "h"


def test_a_metric_event_without_a_number_is_an_event() -> None:
    record = read(event="metric", fields={"metric_name:a": None})
    assert (record["signal"], record["body"]) == ("log", "metric")


def test_an_api_call_that_cloudtrail_recorded_says_who_and_what() -> None:
    document = {
        "eventVersion": "1.08", "eventTime": "2024-03-10T14:13:06Z", "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject", "requestID": "0123456789abcdef0123456789abcdef", "eventID": "e",
    }  # fmt: skip
    record = read(**document)
    assert (record["event_name"], record["trace_id"], record["severity_number"]) == ("GetObject", None, 0)
    assert record["body"] == json.dumps(document)


@pytest.mark.parametrize(
    ("asked", "body", "service"),
    [
        ({"httpMethod": "GET", "uri": "/a", "headers": [{"name": "host", "value": "h:80"}]}, "GET /a BLOCK", "h"),
        ({"httpMethod": "GET", "uri": "/a", "headers": "odd"}, "GET /a BLOCK", "unknown_service"),
        ({"headers": [5, {"name": "Host"}]}, None, "unknown_service"),
    ],
)
def test_a_request_that_waf_judged_is_said_in_short(asked: dict[str, Any], body: str | None, service: str) -> None:
    document = {"timestamp": 1683355579981, "webaclId": "w", "action": "BLOCK", "httpRequest": asked}
    record = read(**document)
    assert (record["body"], record["resource"]["service.name"]) == (body or json.dumps(document), service)


INVOCATION = "79b4f56e-95b1-4643-9700-2807f4e68189"


@pytest.mark.parametrize(
    ("line", "number", "body", "invocation"),
    [
        (f"2023-10-27T19:17:45.586Z\t{INVOCATION}\tERROR\tgone\n", 17, "gone", INVOCATION),
        ("2023-10-27T19:17:45.586Z\tundefined\tINFO\tcold", 9, "cold", None),
        (f"[WARNING]\t2023-10-27T19:17:45.586Z\t{INVOCATION}\tlow\non stock", 13, "low\non stock", INVOCATION),
        ("[INFO]\t2023-10-27T19:17:45.586Z\t\tcold", 9, "cold", None),
        (
            f"2023-10-27T19:17:45.586Z {INVOCATION} Task timed out after 3.00 seconds",
            0,
            "Task timed out after 3.00 seconds",
            INVOCATION,
        ),
        (f'2023-10-27T19:17:45.586Z\t{INVOCATION}\tINFO\t{{"level":"warn","message":"low"}}', 13, "low", INVOCATION),
    ],
)
def test_lambda_s_runtimes_put_time_request_and_level_before_a_line(
    line: str, number: int, body: str, invocation: str | None
) -> None:
    record = record_of(line)
    assert "aws-lambda" in (record["dialect"], *record.get("envelopes", ()))
    assert (record["severity_number"], record["body"]) == (number, body)
    assert record["timestamp"] == "2023-10-27T19:17:45.586000000Z"
    assert record["attributes"].get("faas.invocation_id") == invocation


@pytest.mark.parametrize(
    ("line", "event"),
    [
        (f"START RequestId: {INVOCATION} Version: $LATEST", "platform.start"),
        (f"END RequestId: {INVOCATION}\n", "platform.end"),
        (f"REPORT RequestId: {INVOCATION}\tDuration: 2.00 ms\tBilled Duration: 2 ms\t", "platform.report"),
    ],
)
def test_lambda_s_platform_says_in_text_what_its_events_say(line: str, event: str) -> None:
    record = record_of(line)
    assert (record["event_name"], record["body"], record["trace_id"]) == (event, line.removesuffix("\n"), None)
    assert record["attributes"] == {"faas.invocation_id": INVOCATION}


@pytest.mark.parametrize(
    "line", ["START RequestId: 1", "[INFO]\thello\tthere\tyou", "2023-10-27T19:17:45.586Z\tINFO\tx"]
)
def test_other_lines_with_tabs_are_not_lambda_s(line: str) -> None:
    assert record_of(line)["dialect"] != "aws-lambda"
