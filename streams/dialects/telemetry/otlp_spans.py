"""OTLP spans, in JSON and protobuf (opentelemetry-proto, trace.proto Span; OTel Trace API specification)."""

from __future__ import annotations

from typing import Any

from schemas.span import STATUS_CODES
from streams.dialects.base import add_flags
from streams.dialects.telemetry.otlp_origin import (
    UINT32,
    UINT64,
    Identity,
    Origin,
    dropped_count,
    inner_time,
    record_of,
    set_time,
    span_id,
    trace_id,
)
from streams.dialects.telemetry.otlp_values import Values, broken, listed, message, text, within
from streams.types import Record
from streams.values.instants import in_range

KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
"""By their numbers in the enum SpanKind."""

_ERROR, _FINE = 17, 9
_HAS_IS_REMOTE, _IS_REMOTE = 0x100, 0x200


def read_span(fields: dict[str, Any], values: Values, origin: Origin, who: Identity) -> Record:
    """Read a Span, whose fields are consumed; keys that OTLP does not have stay attributes.

    Raises:
        RejectedRecord: `decode.otlp` when it breaks OTLP's schema; a span has both its ids.
    """
    record = record_of(who, origin, "span")
    pop = fields.pop
    attributes = record["attributes"]
    attributes |= values.key_values(pop("attributes", None), "attributes")
    record["trace_id"], record["span_id"] = _both(pop("traceId", None), pop("spanId", None))
    _set_flags(record, within(pop("flags", None), 0, UINT32, "flags"))
    record["body"] = text(pop("name", None), "name")
    start = within(pop("startTimeUnixNano", None), 0, UINT64, "startTimeUnixNano")
    end = within(pop("endTimeUnixNano", None), 0, UINT64, "endTimeUnixNano")
    set_time(record, start, "startTimeUnixNano")
    status = _status(pop("status", None))
    record["severity_number"] = _ERROR if status["code"] == "error" else _FINE
    record["span"] = {
        "name": record["body"],
        "kind": KINDS[within(pop("kind", None), 0, len(KINDS) - 1, "kind")],
        "parent_span_id": span_id(pop("parentSpanId", None), "parentSpanId"),
        "start": record["timestamp"],
        "end": _end(record, end),
        "duration_ns": _duration(start, end),
        "status": status,
    }
    _set_rest(record["span"], fields, values)
    if dropped := dropped_count(pop("droppedAttributesCount", None), "droppedAttributesCount"):
        record["dropped_attributes_count"] = dropped
    if fields:
        record["attributes"] = {**fields, **attributes}
    return record


def _both(trace: Any, span: Any) -> tuple[str, str]:
    ids = trace_id(trace), span_id(span)
    if ids[0] is None or ids[1] is None:
        raise broken("traceId" if ids[0] is None else "spanId")
    return ids[0], ids[1]


def _set_flags(record: Record, flags: int) -> None:
    """The low byte is W3C's; one bit of the rest says whether the parent is remote, and one that this is known."""
    if flags:
        record["trace_flags"] = flags & 0xFF
    if flags & _HAS_IS_REMOTE:
        record["attributes"]["otel.span.parent.origin"] = "remote" if flags & _IS_REMOTE else "local"


def _end(record: Record, end: int) -> str | None:
    found = inner_time(end, record["attributes"], "endTimeUnixNano")
    if end and found is None:
        add_flags(record, "timestamp.out_of_range")
    return found


def _duration(start: int, end: int) -> int | None:
    """Nanoseconds between two times that are both known."""
    return end - start if start and end and in_range(start) and in_range(end) else None


def _status(status: Any) -> dict[str, Any]:
    fields = {} if status is None else message(status, "status")
    code = fields.get("code")
    if isinstance(code, str) and code.removeprefix("STATUS_CODE_").lower() in STATUS_CODES:
        # Not in OTLP's JSON but in ProtoJSON, and some exporters write it.
        found: dict[str, Any] = {"code": code.removeprefix("STATUS_CODE_").lower()}
    else:
        found = {"code": STATUS_CODES[within(code, 0, len(STATUS_CODES) - 1, "status")]}
    if said := text(fields.get("message"), "status"):
        found["message"] = said
    return found


def _set_rest(span: dict[str, Any], fields: dict[str, Any], values: Values) -> None:
    """Take what a span need not have."""
    if events := listed(fields.pop("events", None), "events"):
        span["events"] = [_event(message(event, "an event"), values) for event in events]
    if links := listed(fields.pop("links", None), "links"):
        span["links"] = [_link(message(link, "a link"), values) for link in links]
    for key, name in (("droppedEventsCount", "dropped_events_count"), ("droppedLinksCount", "dropped_links_count")):
        if dropped := dropped_count(fields.pop(key, None), key):
            span[name] = dropped
    if state := text(fields.pop("traceState", None), "traceState"):
        span["trace_state"] = state


def _event(fields: dict[str, Any], values: Values) -> dict[str, Any]:
    attributes = values.key_values(fields.get("attributes"), "an event")
    nanoseconds = within(fields.get("timeUnixNano"), 0, UINT64, "an event")
    if not fields:
        raise broken("an event")
    event = {
        "timestamp": inner_time(nanoseconds, attributes, "timeUnixNano"),
        "name": text(fields.get("name"), "an event"),
    }
    return _with_attributes(event, attributes, fields)


def _link(fields: dict[str, Any], values: Values) -> dict[str, Any]:
    trace, span = _both(fields.get("traceId"), fields.get("spanId"))
    link: dict[str, Any] = {"trace_id": trace, "span_id": span}
    if state := text(fields.get("traceState"), "a link"):
        link["trace_state"] = state
    if flags := within(fields.get("flags"), 0, UINT32, "a link"):
        link["flags"] = flags
    return _with_attributes(link, values.key_values(fields.get("attributes"), "a link"), fields)


def _with_attributes(part: dict[str, Any], attributes: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    if attributes:
        part["attributes"] = attributes
    if dropped := dropped_count(fields.get("droppedAttributesCount"), "droppedAttributesCount"):
        part["dropped_attributes_count"] = dropped
    return part
