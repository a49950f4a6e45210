"""The trace that Kafka headers name, in each of the usual propagation formats.

The first format that names one wins: W3C Trace Context, B3 in one header and in several, Datadog, AWS X-Ray,
Google Cloud, Jaeger. `baggage` is the user's own and is not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from streams.types import Headers
from streams.values.trace import (
    INVALID,
    NOTHING,
    TraceContext,
    canonical_span_id,
    read_google,
    read_jaeger,
    read_sampled,
    read_span,
    read_trace,
    read_traceparent,
    read_x_ray,
)
from streams.values.tracestate import read_tracestate

_Texts: TypeAlias = dict[str, str]
"""Headers by their name in lower case; the last of duplicates wins."""

_LONGEST = 8_192
_NO_ID = "0-:; "
_B3 = re.compile(r"([0-9a-f]{32}|[0-9a-f]{16})-([0-9a-f]{16})(?:-([01d])(?:-[0-9a-f]{16})?)?", re.IGNORECASE)
_B3_WITHOUT_IDS = frozenset("01d")
_UPPER_HALF = re.compile(r"(?:^|,)\s{0,4}_dd\.p\.tid=([0-9a-fA-F]{16})(?=,|\s|$)")
"""The upper 64 bits of Datadog's trace id, whose own header holds the lower ones."""
_PRIORITY = re.compile(r"-?[0-9]{1,3}", re.ASCII)


class HeaderTrace(NamedTuple):
    """The trace that headers name, and W3C's `tracestate` beside it."""

    context: TraceContext
    tracestate: str | None = None


def read_trace_headers(headers: Headers) -> HeaderTrace:
    """Read the first format that names a trace.

    Without one the context has the flag `trace.invalid` if there is a header that should name one and is malformed.
    """
    parents = _texts(headers, "traceparent")
    found = read_traceparent(parents[0]) if len(parents) == 1 else NOTHING
    if found.trace_id:
        return HeaderTrace(found, read_tracestate(_texts(headers, "tracestate")))
    texts = {name.lower(): _text(value) for name, value in headers if value and len(value) <= _LONGEST}
    nothing = INVALID if parents else NOTHING
    for name, read in _FORMATS.items():
        found = read(texts) if name in texts else NOTHING
        if found.trace_id:
            return HeaderTrace(found)
        nothing = found if found is INVALID else nothing
    return HeaderTrace(nothing)


def _texts(headers: Headers, wanted: str) -> list[str]:
    return [_text(value) for name, value in headers if value and name.lower() == wanted and len(value) <= _LONGEST]


def _text(value: bytes) -> str:
    return value.decode("utf-8", errors="replace")


def _read_b3(texts: _Texts) -> TraceContext:
    """B3 single (openzipkin/b3-propagation): `TRACE-SPAN-SAMPLED-PARENT`, or only the decision."""
    text = texts["b3"].strip()
    match = _B3.fullmatch(text)
    if not match:
        return NOTHING if text in _B3_WITHOUT_IDS else INVALID
    found = read_trace(match[1])
    sampled = None if match[3] is None else int(match[3] != "0")
    return found._replace(span_id=canonical_span_id(match[2]), trace_flags=sampled) if found.trace_id else found


def _read_b3_multi(texts: _Texts) -> TraceContext:
    """B3 in several headers; the debug flag says that the trace is sampled."""
    found = read_trace(texts["x-b3-traceid"])
    sampled = 1 if texts.get("x-b3-flags") == "1" else read_sampled(texts.get("x-b3-sampled"))
    span = read_span(texts.get("x-b3-spanid"))
    return found._replace(span_id=span.span_id, trace_flags=sampled) if found.trace_id else found


def _read_datadog(texts: _Texts) -> TraceContext:
    """Datadog's headers: decimal ids, and the rest of a 128-bit trace id among the tags."""
    found = read_trace(texts["x-datadog-trace-id"], decimal=True)
    if found.trace_id is None:
        return found
    upper = _UPPER_HALF.search(texts.get("x-datadog-tags", ""))
    if found.flags and upper and canonical_span_id(upper[1]):
        found = TraceContext(upper[1].lower() + found.trace_id[16:])
    priority = texts.get("x-datadog-sampling-priority", "").strip()
    sampled = int(int(priority) > 0) if _PRIORITY.fullmatch(priority) else None
    span = read_span(texts.get("x-datadog-parent-id"), decimal=True)
    return found._replace(span_id=span.span_id, trace_flags=sampled)


def _whole(name: str, read: Callable[[str], TraceContext]) -> Callable[[_Texts], TraceContext]:
    """The reader of a format that is one header and always names a trace, if only the zero one."""

    def read_header(texts: _Texts) -> TraceContext:
        text = texts[name].strip()
        found = read(text)
        return found if found.trace_id else INVALID if text.strip(_NO_ID) else NOTHING

    return read_header


_FORMATS: Final[dict[str, Callable[[_Texts], TraceContext]]] = {
    "b3": _read_b3,
    "x-b3-traceid": _read_b3_multi,
    "x-datadog-trace-id": _read_datadog,
    "x-amzn-trace-id": _whole("x-amzn-trace-id", read_x_ray),
    "x-cloud-trace-context": _whole("x-cloud-trace-context", read_google),
    "uber-trace-id": _whole("uber-trace-id", read_jaeger),
}
"""Formats by the header that none of their traces is without, in order of preference behind W3C's."""

TRACE_HEADERS: Final = frozenset({"traceparent", *_FORMATS})
"""A record without any of these names no trace in its headers."""
