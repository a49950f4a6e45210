"""Google Cloud structured logging: what a program prints for the logging agent, and the LogEntry of an export.

Source: Google Cloud, "Structured logging: Special fields in JSON payloads" and the references of LogEntry and
HttpRequest. A time may be RFC 3339, `{seconds, nanos}`, or `timestampSeconds` with `timestampNanos`.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, ObjectReader
from streams.dialects.keyed import Reading, keyed
from streams.dialects.moves import as_integer, lift, name_service, take_integer, unfold
from streams.dialects.platforms.gcp_resource import set_monitored_resource
from streams.dialects.roles import KEYS, words
from streams.types import Record, Source
from streams.values.levels import gcp_level, read_level
from streams.values.severities import GCP

_NAME = "gcp-structured"
_SECONDS, _NANOS = "timestampSeconds", "timestampNanos"
_AGENT = "logging.googleapis.com/"
_SOURCE = {"file": "code.file.path", "line": "code.line.number", "function": "code.function.name"}
_REQUEST = {
    "requestMethod": "http.request.method",
    "requestUrl": "url.full",
    "requestSize": "http.request.size",
    "status": "http.response.status_code",
    "responseSize": "http.response.size",
    "userAgent": "user_agent.original",
    "remoteIp": "client.address",
    "serverIp": "server.address",
}
_INTEGERS = ("http.request.size", "http.response.status_code", "http.response.size", "code.line.number")
_PAYLOADS = ("jsonPayload", "protoPayload")
_MESSAGES, _LEVELS = ("message", "msg"), ("severity", "level")


def _time(value: Any) -> Any:
    """Write `{seconds, nanos}` as one decimal number; seconds may be in quotes, as protobuf's JSON has them."""
    if not isinstance(value, dict) or not value.keys() <= {"seconds", "nanos"}:
        return value
    seconds, nanos = as_integer(value.get("seconds")), as_integer(value.get("nanos", 0))
    if seconds is None or nanos is None or not 0 <= nanos < 10**9:
        return value
    return f"{seconds}.{nanos:09}"


def _complete(record: Record) -> None:
    attributes = record["attributes"]
    lift(attributes, "sourceLocation", _SOURCE)
    lift(attributes, f"{_AGENT}sourceLocation", _SOURCE)
    _set_context(record)
    set_monitored_resource(record)
    lift(attributes, "httpRequest", _REQUEST)
    for name in _INTEGERS:
        if isinstance(attributes.get(name), str):
            take_integer(record, name, name)
    if record["body"] is None:
        _open_payload(record)


def _set_context(record: Record) -> None:
    """Take service and version from Error Reporting's service context."""
    context = record["attributes"].get("serviceContext")
    if not isinstance(context, dict):
        return
    name_service(record, context.get("service"))
    if isinstance(context.get("version"), str):
        record["resource"]["service.version"] = context["version"]


def _open_payload(record: Record) -> None:
    """Make a payload with a message the record's own keys; without one a request speaks for it, or it is the body."""
    attributes = record["attributes"]
    key = next((key for key in _PAYLOADS if isinstance(attributes.get(key), dict)), None)
    payload = attributes[key] if key else {}
    message = next((name for name in _MESSAGES if isinstance(payload.get(name), str)), None)
    if key and message:
        record["body"] = payload[message]
        _set_severity(record, payload)
        attributes[key] = {name: value for name, value in payload.items() if name != message}
        unfold(attributes, key)
    elif "http.request.method" in attributes and "url.full" in attributes:
        said = (attributes.get(name) for name in ("http.request.method", "url.full", "http.response.status_code"))
        record["body"] = " ".join(str(part) for part in said if part is not None)
    elif key and payload:
        record["body"] = attributes.pop(key)


def _set_severity(record: Record, payload: dict[str, Any]) -> None:
    """The level of the payload counts where the entry has none."""
    level = next((payload[name] for name in _LEVELS if isinstance(payload.get(name), str)), None)
    if level is not None and record["severity_number"] == 0:
        record["severity_number"], record["severity_text"] = read_level(level, gcp_level, GCP)


_compile = keyed(
    _NAME,
    Reading(
        KEYS._replace(
            time=("timestamp", _SECONDS, "time", *KEYS.time),
            severity=("severity", *KEYS.severity),
            body=("message", "textPayload", *KEYS.body),
            service=("service.name", "service_name", "service"),
        ),
        words=GCP,
        numbers=gcp_level,
        time=_time,
        attributes={
            "insertId": "log.record.uid",
            f"{_AGENT}insertId": "log.record.uid",
            "stack_trace": "exception.stacktrace",
        },
        then=_complete,
    ),
)


def _compile_objects(present: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    read = _compile(present, zone)
    if _SECONDS not in present or _NANOS not in present or "timestamp" in present:
        return read

    def read_parts(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
        parts = {"seconds": document[_SECONDS], "nanos": document[_NANOS]}
        if isinstance(_time(parts), str):
            document[_SECONDS] = parts
            del document[_NANOS]
        return read(document, event_id, observed, source)

    return read_parts


def _is_google(document: dict[str, Any]) -> bool:
    """An object with usual keys alone is Google's only when its time is in parts."""
    return isinstance(document.get("timestamp"), dict) or not document.keys().isdisjoint(_MARKS)


_OWN_KEYS = tuple(
    f"{_AGENT}{key}" for key in words("trace spanId insertId labels sourceLocation operation trace_sampled")
)
_ENTRIES = words(
    "logName,textPayload logName,jsonPayload logName,protoPayload insertId,textPayload insertId,jsonPayload"
    " insertId,logName logName,resource,severity logName,httpRequest severity,httpRequest severity,serviceContext"
    " timestampSeconds,timestampNanos severity,textPayload severity,jsonPayload receiveTimestamp,resource,severity"
    " timestamp,severity"
)
_MARKS = {*_OWN_KEYS, *(key for listed in _ENTRIES for key in listed.split(","))} - {
    "timestamp",
    "severity",
    "resource",
}

DIALECT = Dialect(
    name=_NAME,
    summary="Google Cloud structured logging, printed by a program or exported as LogEntry",
    link="https://cloud.google.com/logging/docs/structured-logging",
    signatures=(
        *(frozenset({key}) for key in _OWN_KEYS),
        *(frozenset(listed.split(",")) for listed in _ENTRIES),
    ),
    test=_is_google,
    compile_objects=_compile_objects,
    examples=(
        Example(
            '{"severity":"ERROR","message":"payment timed out","timestamp":{"seconds":1674803032,"nanos":752000093},'
            '"order_id":"ord-9182","logging.googleapis.com/trace":"projects/p/traces/4bf92f3577b34da6a3ce929d0e0e4736",'
            '"logging.googleapis.com/spanId":"d5b0214a4f6d9a12","logging.googleapis.com/trace_sampled":true,'
            '"logging.googleapis.com/sourceLocation":{"file":"pay.py","line":"17","function":"pay"},'
            '"serviceContext":{"service":"checkout","version":"1.2"}}',
            {
                "timestamp": "2023-01-27T07:03:52.752000093Z",
                "severity_number": 17,
                "severity_text": "ERROR",
                "body": "payment timed out",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "span_id": "d5b0214a4f6d9a12",
                "trace_flags": 1,
                "resource": {"service.name": "checkout", "service.version": "1.2"},
                "attributes": {
                    "order_id": "ord-9182",
                    "code.file.path": "pay.py",
                    "code.line.number": 17,
                    "code.function.name": "pay",
                    "serviceContext": {"service": "checkout", "version": "1.2"},
                },
            },
        ),
        Example(
            '{"insertId":"1kl7fd8f2lxyz","logName":"projects/p/logs/stdout","receiveTimestamp":"2020-12-22T15:01:24Z",'
            '"resource":{"labels":{"container_name":"web","pod_name":"web-6f","project_id":"p"},"type":"k8s_container"},'
            '"severity":"NOTICE","jsonPayload":{"message":"listening","port":8080},"spanId":"000000000000004a",'
            '"timestamp":"2020-12-22T15:01:23.045123456Z","trace":"projects/p/traces/06796866738c859f2f19b7cfb3214824"}',
            {
                "timestamp": "2020-12-22T15:01:23.045123456Z",
                "severity_number": 10,
                "severity_text": "NOTICE",
                "body": "listening",
                "trace_id": "06796866738c859f2f19b7cfb3214824",
                "span_id": "000000000000004a",
                "resource": {
                    "service.name": "web",
                    "gcp.resource_type": "k8s_container",
                    "k8s.container.name": "web",
                    "k8s.pod.name": "web-6f",
                    "cloud.account.id": "p",
                },
                "attributes": {
                    "log.record.uid": "1kl7fd8f2lxyz",
                    "logName": "projects/p/logs/stdout",
                    "receiveTimestamp": "2020-12-22T15:01:24Z",
                    "port": 8080,
                },
            },
        ),
        Example(
            '{"severity":"ALERT","timestamp":{"seconds":1674803032,"nanos":93},"message":"disk"}',
            {"timestamp": "2023-01-27T07:03:52.000000093Z", "severity_number": 22, "body": "disk"},
        ),
    ),
)
