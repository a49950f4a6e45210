"""AWS Lambda's own JSON: what a function's logger writes in the JSON log format, and platform events.

Source: AWS Lambda Developer Guide, "Log and event formats" and "Lambda Telemetry API: Event schema reference"; the
runtimes' interface clients. A request id is a UUID and no trace id.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, ObjectReader
from streams.dialects.exceptions import MESSAGE, STACKTRACE, TYPE
from streams.dialects.keyed import Reading, keyed
from streams.dialects.platforms.aws_lambda_text import EXAMPLES, INVOCATION, STARTS, compile_text
from streams.dialects.roles import KEYS, words
from streams.types import Record
from streams.values.trace import read_span, read_x_ray

_NAME, _TELEMETRY_NAME = "aws-lambda", "aws-lambda-telemetry"
_PLATFORM = "platform."
_ERROR = {"errorType": TYPE, "errorMessage": MESSAGE}
_EVENT = frozenset({"time", "type", "record"})


def _complete(record: Record) -> None:
    attributes = record["attributes"]
    frames = attributes.get("stackTrace")
    if isinstance(frames, list) and frames and all(isinstance(frame, str) for frame in frames):
        attributes[STACKTRACE] = "\n".join(frame.removesuffix("\n") for frame in attributes.pop("stackTrace"))
    if isinstance(record["body"], dict):
        _take_error(attributes, record["body"])
    said = [attributes[name] for name in (TYPE, MESSAGE) if isinstance(attributes.get(name), str)]
    if record["body"] is None and said:
        record["body"] = ": ".join(said)


def _take_error(attributes: dict[str, Any], message: dict[str, Any]) -> None:
    """Say what the error is that a function logged, or ended with, as an object."""
    for key, name in _ERROR.items():
        if isinstance(message.get(key), str):
            attributes.setdefault(name, message[key])


def _complete_platform(record: Record) -> None:
    """The record of an event is its body; what it says of its invocation is an attribute too."""
    attributes = record["attributes"]
    record["event_name"] = attributes.pop("type")
    body = record["body"]
    if not isinstance(body, dict):
        return
    if isinstance(body.get("requestId"), str):
        attributes[INVOCATION] = body["requestId"]
    if isinstance(body.get("tracing"), dict):
        _set_trace(record, body["tracing"])


def _set_trace(record: Record, tracing: dict[str, Any]) -> None:
    """X-Ray's header, whose parent is the invocation's segment when no span is named."""
    header = tracing.get("value")
    found = read_x_ray(header) if isinstance(header, str) else None
    if found is None or found.trace_id is None:
        return
    record["trace_id"] = found.trace_id
    record["span_id"] = read_span(tracing.get("spanId")).span_id or found.span_id
    if found.trace_flags is not None:
        record["trace_flags"] = found.trace_flags


def _is_of_lambda(document: dict[str, Any]) -> bool:
    """Lines are told by their keys; the events of the platform by their type."""
    kind = document.get("type")
    return not _EVENT.issubset(document) or (isinstance(kind, str) and kind.startswith(_PLATFORM))


def _is_telemetry(document: dict[str, Any]) -> bool:
    return document["type"] in ("function", "extension")


_compile_line = keyed(
    _NAME,
    Reading(
        KEYS._replace(time=("timestamp",)),
        attributes={
            "requestId": INVOCATION,
            "AWSRequestId": INVOCATION,
            **_ERROR,
        },
        then=_complete,
    ),
)
_compile_event = keyed(
    _NAME, Reading(KEYS._replace(time=("time",), severity=(), body=("record",)), then=_complete_platform)
)


def _compile_objects(present: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    return (_compile_event if _EVENT.issubset(present) else _compile_line)(present, zone)


DIALECT = Dialect(
    name=_NAME,
    summary="AWS Lambda functions and the platform around them, in JSON and text",
    link="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html",
    signatures=(
        _EVENT,
        *(
            frozenset(listed.split(","))
            for listed in words(
                "timestamp,level,message,requestId timestamp,requestId,errorMessage timestamp,requestId,errorType"
                " timestamp,log_level,requestId timestamp,level,message,AWSRequestId timestamp,level,requestId"
            )
        ),
    ),
    test=_is_of_lambda,
    compile_objects=_compile_objects,
    compile_text=lambda zone: compile_text(_NAME, zone),
    starts=STARTS,
    head=r"\[T?\Z|0000-00-00T00:00:00\.000Z[\t ]|(?:(?:INIT_|RESTORE_)?(?:START|REPORT)|END) \Z",
    holds=("\t", "RequestId: ", " Task timed out"),
    examples=(
        Example(
            '{"timestamp":"2023-10-27T19:17:45.586Z","level":"INFO","message":"Inside the handler","logger":"root",'
            '"requestId":"79b4f56e-95b1-4643-9700-2807f4e68189"}',
            {
                "timestamp": "2023-10-27T19:17:45.586000000Z",
                "severity_number": 9,
                "severity_text": "INFO",
                "trace_id": None,
                "body": "Inside the handler",
                "scope": {"name": "root"},
                "attributes": {"faas.invocation_id": "79b4f56e-95b1-4643-9700-2807f4e68189"},
            },
        ),
        Example(
            '{"timestamp":"2023-10-27T19:17:46.002Z","log_level":"ERROR","errorMessage":"My error",'
            '"errorType":"ValueError","requestId":"79b4f56e",'
            '"stackTrace":["  File \\"/var/task/app.py\\", line 3, in handler\\n","    raise"]}',
            {
                "severity_number": 17,
                "body": "ValueError: My error",
                "attributes": {
                    "exception.type": "ValueError",
                    "exception.message": "My error",
                    "exception.stacktrace": '  File "/var/task/app.py", line 3, in handler\n    raise',
                    "faas.invocation_id": "79b4f56e",
                },
            },
        ),
        Example(
            '{"time":"2023-10-27T19:17:45.590Z","type":"platform.report","record":{"requestId":"79b4f56e-95b1",'
            '"metrics":{"durationMs":4.2},"tracing":{"spanId":"5a8b5c33d0b3a2b1","type":"X-Amzn-Trace-Id",'
            '"value":"Root=1-58337364-23a8c76965a2ef7629b185e3;Parent=5a8b5c33d0b3a2b1;Sampled=1"},"status":"success"}}',
            {
                "timestamp": "2023-10-27T19:17:45.590000000Z",
                "event_name": "platform.report",
                "severity_number": 0,
                "trace_id": "5833736423a8c76965a2ef7629b185e3",
                "span_id": "5a8b5c33d0b3a2b1",
                "trace_flags": 1,
                "attributes": {"faas.invocation_id": "79b4f56e-95b1"},
            },
        ),
        *EXAMPLES,
    ),
)

TELEMETRY = Dialect(
    name=_TELEMETRY_NAME,
    summary="lines of functions and extensions from AWS Lambda's Telemetry API; the line is a record of its own",
    link="https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html",
    signatures=(_EVENT,),
    test=_is_telemetry,
    compile_objects=keyed(_TELEMETRY_NAME, Reading(KEYS._replace(body=("record",)))),
    envelope="record",
    examples=(
        Example(
            '{"time":"2022-10-12T00:03:50.000Z","type":"function","record":"[WARN] slow query"}',
            {
                "timestamp": "2022-10-12T00:03:50.000000000Z",
                "severity_number": 13,
                "body": "[WARN] slow query",
                "attributes": {"type": "function"},
                "envelopes": ["aws-lambda-telemetry"],
            },
        ),
    ),
)
