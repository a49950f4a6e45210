"""Logs and spans as OTLP's messages (opentelemetry-proto, logs/v1/logs.proto and trace/v1/trace.proto)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from streams.sinks.otlp.values import any_value, id_bytes, is_text, key_values, lifted, unix_nano

_UINT64_DIGITS: Final = 20
_KINDS: Final = ("unspecified", "internal", "server", "client", "producer", "consumer")
_STATUS_CODES: Final = ("unset", "ok", "error")
_ORIGINS: Final = {None: 0, "local": 0x100, "remote": 0x300}
"""Of a span's parent: whether it is known to be remote, and whether it is (`SpanFlags`)."""


def log_of(record: Mapping[str, Any], attributes: dict[str, Any]) -> LogRecord:
    """Give the log record; `attributes` are its own, without what OTLP says elsewhere.

    Raises:
        ValueError: a number does not fit the field that OTLP has for it.
    """
    observed = lifted(attributes, "otel.observed_timestamp", None, _is_instant)
    return LogRecord(
        time_unix_nano=unix_nano(record["timestamp"]),
        observed_time_unix_nano=unix_nano(record["observed_timestamp"]) if observed is None else int(observed),
        severity_number=record["severity_number"],
        severity_text=record["severity_text"] or "",
        body=None if record["body"] is None else any_value(record["body"]),
        dropped_attributes_count=record.get("dropped_attributes_count", 0),
        flags=record.get("trace_flags", 0),
        trace_id=id_bytes(record["trace_id"]),
        span_id=id_bytes(record["span_id"]),
        event_name=record.get("event_name", ""),
        attributes=key_values(attributes),
    )


def span_of(record: Mapping[str, Any], attributes: dict[str, Any]) -> Span:
    """Give the span; `attributes` as for `log_of`.

    Raises:
        ValueError: a number does not fit the field that OTLP has for it.
    """
    span, status = record["span"], record["span"]["status"]
    origin = lifted(attributes, "otel.span.parent.origin", None, lambda said: is_text(said) and said in _ORIGINS)
    return Span(
        trace_id=id_bytes(record["trace_id"]),
        span_id=id_bytes(record["span_id"]),
        trace_state=span.get("trace_state", ""),
        parent_span_id=id_bytes(span["parent_span_id"]),
        flags=record.get("trace_flags", 0) | _ORIGINS[origin],
        name=span["name"],
        kind=_KINDS.index(span["kind"]),  # type: ignore[arg-type]  # an enum's values are plain integers
        start_time_unix_nano=unix_nano(span["start"]),
        end_time_unix_nano=unix_nano(span["end"]),
        attributes=key_values(attributes),
        dropped_attributes_count=record.get("dropped_attributes_count", 0),
        events=[_event(event) for event in span.get("events", ())],
        dropped_events_count=span.get("dropped_events_count", 0),
        links=[_link(link) for link in span.get("links", ())],
        dropped_links_count=span.get("dropped_links_count", 0),
        status=Status(code=_STATUS_CODES.index(status["code"]), message=status.get("message", "")),  # type: ignore[arg-type]  # as above
    )


def _is_instant(said: Any) -> bool:
    """Whether it is what the dialect of OTLP notes: unix_nano since 1970, as digits."""
    return is_text(said) and said.isascii() and said.isdecimal() and len(said) < _UINT64_DIGITS


def _event(event: Mapping[str, Any]) -> Span.Event:
    return Span.Event(
        time_unix_nano=unix_nano(event["timestamp"]),
        name=event["name"],
        attributes=key_values(event.get("attributes", {})),
        dropped_attributes_count=event.get("dropped_attributes_count", 0),
    )


def _link(link: Mapping[str, Any]) -> Span.Link:
    return Span.Link(
        trace_id=id_bytes(link["trace_id"]),
        span_id=id_bytes(link["span_id"]),
        trace_state=link.get("trace_state", ""),
        attributes=key_values(link.get("attributes", {})),
        dropped_attributes_count=link.get("dropped_attributes_count", 0),
        flags=link.get("flags", 0),
    )
