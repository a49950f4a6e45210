"""A span (OpenTelemetry Trace API specification, "Span").

Ids and times are always there, null when unknown; other keys are absent when the source gave none.
"""

from typing import Annotated, Final

from pydantic import Field

from schemas.numbers import SmallCount
from schemas.shape import Json, Maybe, Shape, Vocabulary
from schemas.timestamps import Timestamp
from schemas.trace_context import SpanId, TraceId

KINDS: Final = ("internal", "server", "client", "producer", "consumer", "unspecified")
STATUS_CODES: Final = ("unset", "ok", "error")

Kind = Annotated[str, Vocabulary(KINDS.__contains__, KINDS)]
StatusCode = Annotated[str, Vocabulary(STATUS_CODES.__contains__, STATUS_CODES)]


class Status(Shape):
    """How the operation ended."""

    code: StatusCode
    message: Maybe[str] = None


class Event(Shape):
    """Something that happened during the span."""

    timestamp: Timestamp | None
    name: str
    attributes: Maybe[dict[str, Json]] = None
    dropped_attributes_count: Maybe[SmallCount] = None


class Link(Shape):
    """Another span that this one has to do with."""

    trace_id: TraceId
    span_id: SpanId
    trace_state: Maybe[str] = None
    attributes: Maybe[dict[str, Json]] = None
    dropped_attributes_count: Maybe[SmallCount] = None
    flags: Maybe[SmallCount] = None
    """As in OTLP: the low byte holds the W3C trace flags."""


class Span(Shape):
    """One operation in a trace; the record's ids are the span's, its `timestamp` is `start`."""

    name: str
    kind: Kind
    parent_span_id: SpanId | None
    start: Timestamp | None
    end: Timestamp | None
    duration_ns: Annotated[int, Field(ge=-(2**63), le=2**63 - 1)] | None
    """`end` minus `start` in nanoseconds; negative when the source's clock stepped back."""
    status: Status
    events: Maybe[list[Event]] = None
    links: Maybe[list[Link]] = None
    dropped_events_count: Maybe[SmallCount] = None
    dropped_links_count: Maybe[SmallCount] = None
    trace_state: Maybe[str] = None
