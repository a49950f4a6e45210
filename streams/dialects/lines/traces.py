"""The exception of a stack trace, as a record says it (OpenTelemetry semantic conventions for exceptions)."""

from __future__ import annotations

from streams.types import Record
from streams.values.stack_traces import Trace, find_trace


def set_exception(record: Record, text: str) -> Trace | None:
    """Name in a record's attributes the exception of the stack trace in a text; None when there is none."""
    trace = find_trace(text)
    if trace is not None:
        describe(record, trace, text[trace.start :])
    return trace


def describe(record: Record, trace: Trace, stacktrace: str) -> None:
    """Give a record the attributes of an exception."""
    attributes = record["attributes"]
    attributes["exception.type"] = trace.type
    if trace.message:
        attributes["exception.message"] = trace.message
    attributes["exception.stacktrace"] = stacktrace.rstrip("\r\n")
