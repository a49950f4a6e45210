"""OTLP log records, in JSON and protobuf (opentelemetry-proto, logs.proto LogRecord; OTel Logs Data Model).

Keys are lowerCamelCase, ids hexadecimal, 64-bit integers numbers or decimal strings, enums integers. A record that
breaks this is a dead letter `decode.otlp`; an empty id is none.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import NO_PROVENANCE
from streams.dialects.telemetry.otlp_origin import UINT32, Identity, Origin, dropped_count, set_time, span_id, trace_id
from streams.dialects.telemetry.otlp_values import Values, broken, integer, text, within
from streams.types import Record
from streams.values.instants import in_range, render
from streams.values.trace import is_canonical

_MOST_SEVERE = 24


def read_log(fields: dict[str, Any], values: Values, origin: Origin, who: Identity) -> Record:
    """Read a LogRecord, whose fields are consumed; keys that OTLP does not have stay attributes.

    Raises:
        RejectedRecord: `decode.otlp` when it breaks OTLP's schema.
    """
    # Log records are the bulk of all OTLP: what is as it mostly is passes without a call.
    pop = fields.pop
    number, word = pop("severityNumber", None), pop("severityText", None)
    trace, span, body = pop("traceId", None), pop("spanId", None), pop("body", None)
    canonical = trace and span and is_canonical(trace, span)
    attributes = values.key_values(pop("attributes", None), "attributes")
    record: Record = {
        "schema_version": 1,
        "event_id": who.event_id,
        "signal": "log",
        "timestamp": None,
        "observed_timestamp": who.observed,
        "trace_id": trace if canonical else trace_id(trace),
        "span_id": span if canonical else span_id(span),
        "severity_number": number if type(number) is int and 0 <= number <= _MOST_SEVERE else _severity(number),
        "severity_text": word if type(word) is str and word else text(word, "severityText") or None,
        "body": None if body is None else values.any_value(body),
        "resource": origin.resource.copy(),
        "attributes": {**origin.beside, **attributes} if origin.beside else attributes,
        "source": who.source,
        "dialect": who.dialect,
        "provenance": NO_PROVENANCE,
    }
    if origin.scope:
        record["scope"] = origin.scope.copy()
    nanoseconds = integer(pop("timeUnixNano", None), "timeUnixNano")
    if in_range(nanoseconds):
        record["timestamp"] = render(nanoseconds)
    else:
        set_time(record, nanoseconds, "timeUnixNano")
    flags = pop("flags", None)
    if flags is not None and (flags != 0 or type(flags) is bool):
        # The upper 24 bits are reserved.
        record["trace_flags"] = within(flags, 0, UINT32, "flags") & 0xFF
    observed = pop("observedTimeUnixNano", None)
    if observed and (seen := integer(observed, "observedTimeUnixNano")):
        record["attributes"]["otel.observed_timestamp"] = str(seen)
    if fields:
        _set_rest(record, fields)
    return record


def _severity(number: Any) -> int:
    return within(number, 0, _MOST_SEVERE, "severityNumber")


def _set_rest(record: Record, fields: dict[str, Any]) -> None:
    """Take what few records have; what the attributes have already is not replaced."""
    if dropped := dropped_count(fields.pop("droppedAttributesCount", None), "droppedAttributesCount"):
        record["dropped_attributes_count"] = dropped
    if event := text(fields.pop("eventName", None), "eventName"):
        record["event_name"] = event
    if fields:
        record["attributes"] = {**fields, **record["attributes"]}


def log_fields(message: Any) -> dict[str, Any]:
    """Give a LogRecord message by the names of its fields in JSON.

    Log records are the bulk of all OTLP, so their fields are named here instead of being listed by the library.

    Raises:
        RejectedRecord: `decode.otlp` when it has none of them but others: the message is of another kind.
    """
    has_body = message.HasField("body")
    if not has_body and not message.ListFields() and message.ByteSize():
        raise broken("a log record")
    fields = {
        "timeUnixNano": message.time_unix_nano,
        "observedTimeUnixNano": message.observed_time_unix_nano,
        "severityNumber": message.severity_number,
        "severityText": message.severity_text,
        "body": message.body if has_body else None,
        "attributes": message.attributes,
        "flags": message.flags,
        "traceId": message.trace_id.hex(),
        "spanId": message.span_id.hex(),
    }
    if dropped := message.dropped_attributes_count:
        fields["droppedAttributesCount"] = dropped
    if event := message.event_name:
        fields["eventName"] = event
    return fields
