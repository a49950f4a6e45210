"""OTLP log records, in JSON and protobuf (opentelemetry-proto, logs.proto LogRecord; OTel Logs Data Model).

Keys are lowerCamelCase, ids hexadecimal, 64-bit integers numbers or decimal strings, enums integers. A record that
breaks this is a dead letter `decode.otlp`; an empty id is none.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.telemetry.otlp_origin import (
    UINT32,
    Identity,
    Origin,
    dropped_count,
    record_of,
    set_time,
    span_id,
    trace_id,
)
from streams.dialects.telemetry.otlp_values import Values, broken, integer, text, within
from streams.types import Record

_MOST_SEVERE = 24


def read_log(fields: dict[str, Any], values: Values, origin: Origin, who: Identity) -> Record:
    """Read a LogRecord, whose fields are consumed; keys that OTLP does not have stay attributes.

    Raises:
        RejectedRecord: `decode.otlp` when it breaks OTLP's schema.
    """
    record = record_of(who, origin, "log")
    pop = fields.pop
    record["attributes"] |= values.key_values(pop("attributes", None), "attributes")
    set_time(record, integer(pop("timeUnixNano", None), "timeUnixNano"), "timeUnixNano")
    record["severity_number"] = within(pop("severityNumber", None), 0, _MOST_SEVERE, "severityNumber")
    record["severity_text"] = text(pop("severityText", None), "severityText") or None
    record["trace_id"], record["span_id"] = trace_id(pop("traceId", None)), span_id(pop("spanId", None))
    if flags := pop("flags", None):
        # The upper 24 bits are reserved.
        record["trace_flags"] = within(flags, 0, UINT32, "flags") & 0xFF
    body = pop("body", None)
    record["body"] = None if body is None else values.any_value(body)
    observed = pop("observedTimeUnixNano", None)
    if integer(observed, "observedTimeUnixNano"):
        record["attributes"]["otel.observed_timestamp"] = observed
    if dropped := dropped_count(pop("droppedAttributesCount", None), "droppedAttributesCount"):
        record["dropped_attributes_count"] = dropped
    if event := text(pop("eventName", None), "eventName"):
        record["event_name"] = event
    if fields:
        record["attributes"] = {**fields, **record["attributes"]}
    return record


def log_fields(message: Any) -> dict[str, Any]:
    """Give a LogRecord message by the names of its fields in JSON.

    Log records are the bulk of all OTLP, so their fields are named here instead of being listed by the library.

    Raises:
        RejectedRecord: `decode.otlp` when it has none of them but others: the message is of another kind.
    """
    has_body = message.HasField("body")
    if not has_body and not message.ListFields() and message.ByteSize():
        raise broken("a log record")
    return {
        "timeUnixNano": message.time_unix_nano,
        "observedTimeUnixNano": message.observed_time_unix_nano,
        "severityNumber": message.severity_number,
        "severityText": message.severity_text,
        "body": message.body if has_body else None,
        "attributes": message.attributes,
        "droppedAttributesCount": message.dropped_attributes_count,
        "flags": message.flags,
        "traceId": message.trace_id.hex(),
        "spanId": message.span_id.hex(),
        "eventName": message.event_name,
    }
