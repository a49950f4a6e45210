"""Where a trace is looked for when the record's own fields name none: the Kafka headers, then the text."""

from __future__ import annotations

import re

from streams.dialects.base import add_flags
from streams.pipeline.hints import Hints
from streams.pipeline.trace_headers import read_trace_headers
from streams.types import Headers, Record
from streams.values.trace import read_span, read_trace

_NEAR = 65_536
_TRACE = re.compile(r"\btrace[._-]?id[\"']?\s{0,4}[=:]\s{0,4}[\"']?([0-9a-f]{32}|[0-9a-f]{16})\b", re.IGNORECASE)
_SPAN = re.compile(r"\bspan[._-]?id[\"']?\s{0,4}[=:]\s{0,4}[\"']?([0-9a-f]{16})\b", re.IGNORECASE)
_SPRING = re.compile(r"\[[^\[\],\s]{0,64},([0-9a-f]{32}|[0-9a-f]{16}),([0-9a-f]{16})(?:,(?:true|false))?\]")


def complete_trace(record: Record, hints: Hints) -> None:
    """Give a record without trace the one of its text, else of its headers; say when a span has no trace."""
    if record["trace_id"] is None:
        _find_in_text(record)
    if record["trace_id"] is None and hints.trace:
        _take_headers(record, hints.trace)
    if record["trace_id"] is None and record["span_id"] is not None:
        add_flags(record, "trace.missing")


def _take_headers(record: Record, headers: Headers) -> None:
    found, tracestate = read_trace_headers(headers)
    add_flags(record, *found.flags)
    if found.trace_id is None:
        return
    record["trace_id"], record["span_id"] = found.trace_id, record["span_id"] or found.span_id
    if found.trace_flags is not None:
        record["trace_flags"] = found.trace_flags
    if tracestate:
        record["attributes"].setdefault("tracestate", tracestate)
    add_flags(record, "trace.from_header")


def _find_in_text(record: Record) -> None:
    body = record["body"]
    if type(body) is not str or not ("race" in body or "RACE" in body or "[" in body):
        return
    text = body[:_NEAR]
    spring = _SPRING.search(text)
    match = spring or _TRACE.search(text)
    if not match:
        return
    found = read_trace(match[1])
    if found.trace_id is None:
        return
    span = _SPAN.search(text)
    span_text = spring[2] if spring else span[1] if span else None
    record["trace_id"], record["span_id"] = found.trace_id, record["span_id"] or read_span(span_text).span_id
    add_flags(record, "trace.from_text", *found.flags)
