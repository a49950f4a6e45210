"""One OTLP log record as JSON, not inside a `resourceLogs` message (opentelemetry-proto, logs.proto LogRecord).

Keys are lowerCamelCase, ids hexadecimal, 64-bit integers numbers or decimal strings, enums integers. A record that
breaks this is a dead letter `decode.otlp`; an empty id is none.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, ObjectReader, add_flags, new_record
from streams.dialects.telemetry.otlp_values import any_value, broken, integer, key_values, text
from streams.types import Record, Scope, Source
from streams.values.instants import in_range, render
from streams.values.trace import canonical_span_id, canonical_trace_id

_NAME = "otlp-json"
_SERVICE = "service.name"


def _compile_objects(shape: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    return read


def read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
    """Read a LogRecord; keys that OTLP does not have stay attributes, behind the record's own ones."""
    record = new_record(_NAME, event_id, observed, source)
    pop = document.pop
    record["attributes"] = key_values(pop("attributes", None), "attributes")
    _set_time(record, integer(pop("timeUnixNano", None), "timeUnixNano"))
    _set_severity(record, pop("severityNumber", None), pop("severityText", None))
    _set_trace(record, pop("traceId", None), pop("spanId", None), pop("flags", None))
    body = pop("body", None)
    record["body"] = None if body is None else any_value(body)
    _set_origin(record, pop("resource", None), pop("scope", None))
    _set_rest(record, document)
    return record


def _set_time(record: Record, nanoseconds: int) -> None:
    """0 is unknown."""
    if nanoseconds and in_range(nanoseconds):
        record["timestamp"] = render(nanoseconds)
    elif nanoseconds:
        record["attributes"]["timeUnixNano"] = str(nanoseconds)
        add_flags(record, "timestamp.out_of_range")
    else:
        add_flags(record, "timestamp.missing")


def _set_severity(record: Record, number: Any, word: Any) -> None:
    if number is not None and (type(number) is not int or not 0 <= number <= 24):
        raise broken("severityNumber")
    record["severity_number"] = number or 0
    record["severity_text"] = text(word, "severityText") or None


def _set_trace(record: Record, trace: Any, span: Any, flags: Any) -> None:
    """Zeros are no id; the upper 24 bits of the flags are reserved."""
    trace_text, span_text = text(trace, "traceId"), text(span, "spanId")
    record["trace_id"], record["span_id"] = canonical_trace_id(trace_text), canonical_span_id(span_text)
    if record["trace_id"] is None and trace_text.strip("0"):
        raise broken("traceId")
    if record["span_id"] is None and span_text.strip("0"):
        raise broken("spanId")
    if flags is not None:
        record["trace_flags"] = integer(flags, "flags") & 0xFF


def _set_origin(record: Record, resource: Any, scope: Any) -> None:
    if resource is not None:
        if not isinstance(resource, dict):
            raise broken("resource")
        record["resource"] = {**record["resource"], **key_values(resource.get("attributes"), "resource")}
        if not isinstance(record["resource"][_SERVICE], str) or not record["resource"][_SERVICE]:
            record["resource"][_SERVICE] = "unknown_service"
    if scope is not None:
        if not isinstance(scope, dict):
            raise broken("scope")
        record["scope"] = _scope(scope)


def _scope(scope: dict[str, Any]) -> Scope:
    found: Scope = {}
    if name := text(scope.get("name"), "scope"):
        found["name"] = name
    if version := text(scope.get("version"), "scope"):
        found["version"] = version
    if attributes := key_values(scope.get("attributes"), "scope"):
        found["attributes"] = attributes
    return found


def _set_rest(record: Record, document: dict[str, Any]) -> None:
    """Take what has no place of its own in the envelope; what the attributes have already is not replaced."""
    observed = document.pop("observedTimeUnixNano", None)
    if integer(observed, "observedTimeUnixNano"):
        record["attributes"]["otel.observed_timestamp"] = observed
    dropped = integer(document.pop("droppedAttributesCount", None), "droppedAttributesCount")
    if not 0 <= dropped < 2**32:
        raise broken("droppedAttributesCount")
    if dropped:
        record["dropped_attributes_count"] = dropped
    if event := text(document.pop("eventName", None), "eventName"):
        record["event_name"] = event
    record["attributes"] = {**document, **record["attributes"]}


DIALECT = Dialect(
    name=_NAME,
    summary="one OTLP log record in JSON",
    link="https://github.com/open-telemetry/opentelemetry-proto/blob/main/docs/specification.md#json-protobuf-encoding",
    signatures=(
        frozenset({"timeUnixNano"}),
        frozenset({"observedTimeUnixNano"}),
        frozenset({"severityNumber", "body"}),
    ),
    compile_objects=_compile_objects,
    examples=(
        Example(
            '{"timeUnixNano":"1544712660300000000","severityNumber":10,"severityText":"Information",'
            '"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","flags":257,'
            '"body":{"stringValue":"Example log record"},"eventName":"sample",'
            '"attributes":[{"key":"int","value":{"intValue":"10"}},'
            '{"key":"many","value":{"arrayValue":{"values":[{"boolValue":true},{"doubleValue":637.704}]}}}],'
            '"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"my.service"}}]},'
            '"scope":{"name":"my.library","version":"1.0.0"}}',
            {
                "timestamp": "2018-12-13T14:51:00.300000000Z",
                "severity_number": 10,
                "severity_text": "Information",
                "trace_id": "5b8efff798038103d269b633813fc60c",
                "span_id": "eee19b7ec3c1b174",
                "trace_flags": 1,
                "body": "Example log record",
                "event_name": "sample",
                "attributes": {"int": 10, "many": [True, 637.704]},
                "resource": {"service.name": "my.service"},
                "scope": {"name": "my.library", "version": "1.0.0"},
            },
        ),
    ),
)
