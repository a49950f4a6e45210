"""Where a trace is looked for when the record's own fields name none: the text, then the Kafka headers."""

from __future__ import annotations

from streams.dialects.base import add_flags
from streams.pipeline.hints import Hints
from streams.pipeline.trace_headers import read_trace_headers
from streams.pipeline.trace_text import read_trace_text
from streams.types import Headers, Record


def complete_trace(record: Record, hints: Hints) -> None:
    """Give a log without trace the one of its text, else of its headers; say when a span id has no trace.

    Spans have their own, and data points have none.
    """
    if record["trace_id"] is not None or record["signal"] != "log":
        return
    body = record["body"]
    # Most records without a trace name none in their text either, which costs them no call.
    if type(body) is str and ("race" in body or "[" in body or "RACE" in body):
        _find_in_text(record, body)
    if hints.trace and record["trace_id"] is None:
        _take_headers(record, hints.trace)
    if record["span_id"] is not None and record["trace_id"] is None:
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


def _find_in_text(record: Record, text: str) -> None:
    found = read_trace_text(text)
    if found.trace_id is None:
        return
    record["trace_id"], record["span_id"] = found.trace_id, record["span_id"] or found.span_id
    if found.trace_flags is not None:
        record["trace_flags"] = found.trace_flags
    add_flags(record, "trace.from_text", *found.flags)
