"""Trace and span ids in their canonical form (W3C Trace Context, section 3.2; data contract 4 and 8b.3)."""

from __future__ import annotations

import re
from binascii import unhexlify
from typing import Any, NamedTuple

_ZERO_TRACE = bytes(16)
_ZERO_SPAN = bytes(8)
_ZERO_TRACE_ID = "0" * 32
_ZERO_SPAN_ID = "0" * 16
_KNOWN_FLAGS = 0x03
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.DOTALL)
_DASHED = re.compile(r"([0-9a-fA-F]{8})-([0-9a-fA-F]{4})-([0-9a-fA-F]{4})-([0-9a-fA-F]{4})-([0-9a-fA-F]{12})")
_X_RAY = re.compile(r"(?:Root=)?1-([0-9a-fA-F]{8})-([0-9a-fA-F]{24})")
_X_RAY_PARENT = re.compile(r";\s*Parent=([0-9a-fA-F]{16})(?=;|\s|$)")
_X_RAY_SAMPLED = re.compile(r";\s*Sampled=([01])(?=;|\s|$)")
_GOOGLE = re.compile(r"(?:projects/[^/]+/traces/)?([0-9a-fA-F]{32})(?:/([0-9]{1,20}))?(?:;o=([01]))?")
_JAEGER = re.compile(r"([0-9a-fA-F]{1,32}):([0-9a-fA-F]{1,16}):[0-9a-fA-F]{0,16}:([0-9a-fA-F]{1,2})")
_LONGEST = 512


class TraceContext(NamedTuple):
    """What a source says of its trace; None where it says nothing usable, `flags` are remarks on its quality."""

    trace_id: str | None = None
    span_id: str | None = None
    trace_flags: int | None = None
    flags: tuple[str, ...] = ()


NOTHING = TraceContext()
INVALID = TraceContext(flags=("trace.invalid",))


def is_canonical(trace_id: Any, span_id: Any) -> bool:
    """Whether both ids are in the record's own form: 32 and 16 hexadecimal digits in lower case, not zeros.

    Both are checked by one conversion there and back, because nearly every record passes here.
    """
    try:
        ids = trace_id + span_id
        return (
            len(trace_id) == 32
            and len(span_id) == 16
            and unhexlify(ids).hex() == ids
            and trace_id != _ZERO_TRACE_ID
            and span_id != _ZERO_SPAN_ID
        )
    except (TypeError, ValueError):
        return False


def canonical_trace_id(text: str) -> str | None:
    """Give 32 hexadecimal digits in lower case; None for any other form and for zeros."""
    if len(text) != 32:
        return None
    try:
        raw = unhexlify(text)
    except ValueError:
        return None
    return raw.hex() if raw != _ZERO_TRACE else None


def canonical_span_id(text: str) -> str | None:
    """Give 16 hexadecimal digits in lower case; None for any other form and for zeros."""
    if len(text) != 16:
        return None
    try:
        raw = unhexlify(text)
    except ValueError:
        return None
    return raw.hex() if raw != _ZERO_SPAN else None


def read_trace(value: Any) -> TraceContext:
    """Read what stands in a trace id field, in any of the contract's forms.

    Hexadecimal (128 bit, or 64 bit which is padded), UUID, Google, X-Ray, traceparent and Jaeger forms. An empty or
    zero id says that there is no trace; any other form gives the flag `trace.invalid`.
    """
    if value is None or value == "":
        return NOTHING
    if not isinstance(value, str) or len(value) > _LONGEST:
        return INVALID
    text = value.strip().removeprefix("0x")
    if not text.strip("0-"):
        return NOTHING
    trace_id = canonical_trace_id(text)
    if trace_id:
        return TraceContext(trace_id)
    padded = canonical_span_id(text)
    if padded:
        return TraceContext(padded.rjust(32, "0"), flags=("trace.padded",))
    for reader in (_read_dashed, read_traceparent, _read_x_ray, _read_google, _read_jaeger):
        found = reader(text)
        if found.trace_id:
            return found
    return INVALID


def read_span(value: Any) -> TraceContext:
    """Read what stands in a span id field; like `read_trace`."""
    if value is None or value == "":
        return NOTHING
    if not isinstance(value, str) or len(value) > _LONGEST:
        return INVALID
    text = value.strip().removeprefix("0x")
    if not text.strip("0"):
        return NOTHING
    span_id = canonical_span_id(text)
    return TraceContext(None, span_id) if span_id else INVALID


def read_traceparent(text: str) -> TraceContext:
    """Read a W3C `traceparent`; anything wrong in it voids the whole header (section 3.2.2)."""
    match = _TRACEPARENT.fullmatch(text.strip(" \t"))
    if not match or match[1] == "ff" or (match[1] == "00" and match[5] is not None):
        return NOTHING
    trace_id, span_id = canonical_trace_id(match[2]), canonical_span_id(match[3])
    if not trace_id or not span_id:
        return NOTHING
    return TraceContext(trace_id, span_id, int(match[4], 16) & _KNOWN_FLAGS)


def read_trace_flags(value: Any) -> int | None:
    """Read the W3C flags byte: a number from 0 to 255, or two hexadecimal digits."""
    if type(value) is int:
        return value if 0 <= value <= 255 else None
    if isinstance(value, str) and re.fullmatch("[0-9a-fA-F]{2}", value):
        return int(value, 16)
    return None


def _read_dashed(text: str) -> TraceContext:
    match = _DASHED.fullmatch(text)
    return TraceContext("".join(match.groups()).lower()) if match else NOTHING


def _read_x_ray(text: str) -> TraceContext:
    match = _X_RAY.match(text)
    trace_id = canonical_trace_id(match[1] + match[2]) if match else None
    if not trace_id:
        return NOTHING
    parent, sampled = _X_RAY_PARENT.search(text), _X_RAY_SAMPLED.search(text)
    span_id = canonical_span_id(parent[1]) if parent else None
    return TraceContext(trace_id, span_id, int(sampled[1]) if sampled else None)


def _read_google(text: str) -> TraceContext:
    match = _GOOGLE.fullmatch(text)
    trace_id = canonical_trace_id(match[1]) if match else None
    if not match or not trace_id:
        return NOTHING
    span = int(match[2] or 0)
    span_id = f"{span:016x}" if 0 < span < 2**64 else None
    return TraceContext(trace_id, span_id, int(match[3]) if match[3] else None)


def _read_jaeger(text: str) -> TraceContext:
    match = _JAEGER.fullmatch(text)
    trace_id = canonical_trace_id(match[1].rjust(32, "0")) if match else None
    if not match or not trace_id:
        return NOTHING
    padded = ("trace.padded",) if len(match[1]) <= 16 else ()
    return TraceContext(trace_id, canonical_span_id(match[2].rjust(16, "0")), int(match[3], 16) & _KNOWN_FLAGS, padded)
