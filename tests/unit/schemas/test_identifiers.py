"""Trace ids, span ids and event ids in their canonical form."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.coordinates import EventId
from schemas.trace_context import SpanId, TraceFlags, TraceId


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (TraceId, "4bf92f3577b34da6a3ce929d0e0e4736"),
        (TraceId, "0" * 31 + "1"),
        (TraceId, "f" + "0" * 31),
        (SpanId, "00f067aa0ba902b7"),
        (SpanId, "1234567890123456"),
        (TraceFlags, 0),
        (TraceFlags, 255),
        (EventId, "raw-logs-3-17"),
        (EventId, "raw-logs@2-3-17.0"),
        (EventId, "a-1-2-3-4.5"),
        (EventId, "t" * 249 + "-0-9223372036854775807.12"),
    ],
)
def test_accepts_canonical_values(kind: Any, value: object) -> None:
    assert TypeAdapter(kind).validate_python(value, strict=True) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (TraceId, "0" * 32),
        (TraceId, "4BF92F3577B34DA6A3CE929D0E0E4736"),
        (TraceId, "4bf92f3577b34da6a3ce929d0e0e473"),
        (TraceId, "4bf92f3577b34da6a3ce929d0e0e47366"),
        (TraceId, "4bf92f3577b34da6a3ce929d0e0e473g"),
        (TraceId, ""),
        (SpanId, "0" * 16),
        (SpanId, "00f067aa0ba902b7\n"),
        (TraceFlags, -1),
        (TraceFlags, 256),
        (TraceFlags, True),
        (TraceFlags, "1"),
        (EventId, "raw-logs-3"),
        (EventId, "raw-logs-03-17"),
        (EventId, "raw-logs-3-17."),
        (EventId, "raw-logs-3-17.00"),
        (EventId, "raw logs-3-17"),
        (EventId, "@2-3-17"),
        (EventId, "raw-logs@-3-17"),
        (EventId, "t" * 250 + "-0-0"),
    ],
)
def test_refuses_everything_else(kind: Any, value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value, strict=True)
