"""What span formats other than OTLP have in common: ids, times in microseconds, and what OpenTelemetry says in tags.

Their exporters write status, kind, scope and tracestate as tags of well-known names (OTel specification, "Mapping to
non-OTLP formats", "OpenTelemetry to Jaeger", "OpenTelemetry to Zipkin"); here they are read back.
"""

from __future__ import annotations

import re
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from streams.dialects.base import add_flags, new_record
from streams.types import Record, Source
from streams.values.instants import in_range, render, seconds_since_epoch
from streams.values.time import read_time
from streams.values.trace import TraceContext, read_span, read_trace

MICROSECOND = 1_000
_DURATION = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,9})?)(ns|us|µs|ms|s)")
_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9}
KINDS = frozenset({"internal", "server", "client", "producer", "consumer"})
_TRACE_DIGITS, _SHORT_TRACE_DIGITS, _SPAN_DIGITS = 32, 16, 16
_ERROR, _FINE = 17, 9
_SCOPE_TAGS = {
    "name": ("otel.scope.name", "otel.library.name"),
    "version": ("otel.scope.version", "otel.library.version"),
}


def start_record(dialect: str, event_id: str, observed: str, source: Source) -> Record:
    """Give a span record that says nothing yet."""
    record = new_record(dialect, event_id, observed, source)
    record["signal"] = "span"
    record["span"] = {
        "name": "",
        "kind": "unspecified",
        "parent_span_id": None,
        "start": None,
        "end": None,
        "duration_ns": None,
        "status": {"code": "unset"},
    }
    return record


def read_trace_id(value: Any) -> TraceContext:
    """Read a trace id whose leading zeros may be missing."""
    if isinstance(value, str) and 0 < len(value) < _TRACE_DIGITS:
        digits = _SHORT_TRACE_DIGITS if len(value) <= _SHORT_TRACE_DIGITS else _TRACE_DIGITS
        return read_trace(value.rjust(digits, "0"))
    return read_trace(value)


def read_span_id(value: Any) -> TraceContext:
    """Read a span id whose leading zeros may be missing."""
    return read_span(value.rjust(_SPAN_DIGITS, "0") if isinstance(value, str) and value else value)


def set_ids(record: Record, trace: tuple[str, Any], span: tuple[str, Any], parent: tuple[str, Any]) -> None:
    """Set the ids from (key, value); what is no id stays an attribute with the flag `trace.invalid`."""
    found, own, above = read_trace_id(trace[1]), read_span_id(span[1]), read_span_id(parent[1])
    record["trace_id"], record["span_id"] = found.trace_id, own.span_id
    record["span"]["parent_span_id"] = above.span_id
    for context, (key, value) in ((found, trace), (own, span), (above, parent)):
        add_flags(record, *context.flags)
        if "trace.invalid" in context.flags:
            keep(record, key, value)


def set_times(record: Record, start: tuple[str, Any], duration: tuple[str, Any], zone: tzinfo) -> None:
    """Set the start and the end from (key, value); both are microseconds, or texts."""
    lasted = nanoseconds(duration[1])
    if lasted is None:
        mismatch(record, *duration)
    found = read_time(start[1], zone, record["observed_timestamp"], MICROSECOND)
    add_flags(record, *found.flags)
    span = record["span"]
    record["timestamp"] = span["start"] = found.text
    span["duration_ns"] = lasted
    if found.text is None:
        keep(record, *start)
    elif lasted is not None and in_range(end := _instant(found.text) + lasted):
        span["end"] = render(end)


def nanoseconds(duration: Any) -> int | None:
    """Read a duration: microseconds, or a number with its unit; None for anything else."""
    if type(duration) is int:
        return duration * MICROSECOND if abs(duration) < 2**63 // MICROSECOND else None
    match = _DURATION.fullmatch(duration) if isinstance(duration, str) else None
    if not match:
        return None
    found = int(Decimal(match[1]) * _UNITS[match[2]])
    return found if found < 2**63 else None


def _instant(timestamp: str) -> int:
    """Nanoseconds since 1970 of a time in the record's form."""
    fields = (timestamp[0:4], timestamp[5:7], timestamp[8:10], timestamp[11:13], timestamp[14:16], timestamp[17:19])
    return seconds_since_epoch(*map(int, fields)) * 10**9 + int(timestamp[20:29])


def inner_time(value: Any, zone: tzinfo, observed: str, attributes: dict[str, Any]) -> str | None:
    """Read the time of an event; what cannot be read becomes its attribute `timestamp`."""
    found = read_time(value, zone, observed, MICROSECOND)
    if found.text is None and value is not None:
        attributes["timestamp"] = value
    return found.text


def keep(record: Record, key: str, value: Any) -> None:
    """Keep a field that has no role, unless it says nothing; a tag of its name goes before it."""
    if value is not None and value not in ("", [], {}):
        taken = record["attributes"].get(key, value) != value
        record["attributes"][f"{record['dialect']}.{key}" if taken else key] = value


def mismatch(record: Record, key: str, value: Any) -> None:
    """Keep a field of the wrong type."""
    if value is not None:
        keep(record, key, value)
        add_flags(record, "field.type_mismatch")


def name(record: Record, key: str, value: Any) -> None:
    """Name the span, which is the record's body."""
    if isinstance(value, str):
        record["body"] = record["span"]["name"] = value
    else:
        record["body"] = ""
        mismatch(record, key, value)


def take_known_tags(record: Record) -> None:
    """Take what tags of well-known names say out of the attributes: scope, tracestate, status and severity."""
    attributes = record["attributes"]
    scope: Any = {}
    for part, keys in _SCOPE_TAGS.items():
        for key in keys:
            if part not in scope and isinstance(attributes.get(key), str):
                scope[part] = attributes.pop(key)
    if scope:
        record["scope"] = scope
    if isinstance(attributes.get("w3c.tracestate"), str):
        record["span"]["trace_state"] = attributes.pop("w3c.tracestate")
    record["span"]["status"] = status = _status(attributes)
    record["severity_number"] = _ERROR if status["code"] == "error" else _FINE


def _status(attributes: dict[str, Any]) -> dict[str, Any]:
    """Read OpenTelemetry's tags, else the tag `error`: a boolean in OpenTracing, a message in Zipkin."""
    status = {"code": "unset"}
    code, error = attributes.get("otel.status_code"), attributes.get("error")
    if code in ("OK", "ERROR"):
        status["code"] = attributes.pop("otel.status_code").lower()
    elif error not in (None, False, "false"):
        status["code"] = "error"
    if error in (True, "true"):
        del attributes["error"]
    if isinstance(attributes.get("otel.status_description"), str):
        status["message"] = attributes.pop("otel.status_description")
    elif isinstance(error, str) and error not in ("true", "false", "") and status["code"] == "error":
        status["message"] = attributes.pop("error")
    return status
