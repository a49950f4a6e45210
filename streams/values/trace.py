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
_X_RAY = re.compile(r"1-([0-9a-fA-F]{8})-([0-9a-fA-F]{24})")
_GOOGLE = re.compile(r"(?:projects/[^/]+/traces/)?([0-9a-fA-F]{32})(?:/([0-9a-fA-F]{1,20}))?(?:;o=([0-9]))?")
_JAEGER = re.compile(r"([0-9a-fA-F]{1,32}):([0-9a-fA-F]{1,16}):[0-9a-fA-F]{0,16}:([0-9a-fA-F]{1,2})")
_JAEGER_SAMPLED_OR_DEBUG = 0x03
_DECIMAL = re.compile(r"[0-9]{1,39}", re.ASCII)
_SPAN_DIGITS = 20
_SAMPLED = {"0": 0, "1": 1, "false": 0, "true": 1}
_LONGEST = 512


class TraceContext(NamedTuple):
    """What a source says of its trace; None where it says nothing usable, `flags` are remarks on its quality."""

    trace_id: str | None = None
    span_id: str | None = None
    trace_flags: int | None = None
    flags: tuple[str, ...] = ()


NOTHING = TraceContext()
INVALID = TraceContext(flags=("trace.invalid",))
PADDED = ("trace.padded",)


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


def read_trace(value: Any, *, decimal: bool = False) -> TraceContext:
    """Read what stands in a trace id field, in any of the contract's forms.

    Hexadecimal (128 bit, or 64 bit which is padded), UUID, Google, X-Ray, traceparent and Jaeger forms. An empty or
    zero id says that there is no trace; any other form gives the flag `trace.invalid`.

    With `decimal` the field is one of Datadog's: digits are a decimal number of up to 128 bit, a JSON number too,
    unless there are 32 of them.
    """
    text = _id_text(value, decimal)
    if text is None:
        return INVALID
    if not text.strip("0-"):
        return NOTHING
    trace_id = canonical_trace_id(text)
    if trace_id:
        return TraceContext(trace_id)
    if decimal and _DECIMAL.fullmatch(text):
        return _from_number(int(text))
    padded = canonical_span_id(text)
    if padded:
        return TraceContext(padded.rjust(32, "0"), flags=PADDED)
    for reader in (_read_dashed, read_traceparent, read_x_ray, read_google, read_jaeger):
        found = reader(text)
        if found.trace_id:
            return found
    return INVALID


def read_span(value: Any, *, decimal: bool = False) -> TraceContext:
    """Read what stands in a span id field; like `read_trace`.

    With `decimal` it is one of Datadog's or Google's, where up to 20 digits are a decimal number.
    """
    text = _id_text(value, decimal)
    if text is None:
        return INVALID
    if not text.strip("0-"):
        return NOTHING
    if decimal and len(text) <= _SPAN_DIGITS and _DECIMAL.fullmatch(text):
        return TraceContext(None, f"{int(text):016x}") if int(text) < 2**64 else INVALID
    span_id = canonical_span_id(text)
    return TraceContext(None, span_id) if span_id else INVALID


def _id_text(value: Any, decimal: bool) -> str | None:
    """The text of an id field, empty when it says nothing, None when it is of no type that an id has."""
    if value is None:
        return ""
    if decimal and type(value) is int and value >= 0:
        return str(value)
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    return value.strip().removeprefix("0x")


def _from_number(number: int) -> TraceContext:
    if number >= 2**128:
        return INVALID
    return TraceContext(f"{number:032x}", flags=PADDED if number < 2**64 else ())


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


def read_sampled(value: Any) -> int | None:
    """Read whether a trace is sampled, as trace flags: true or false, 1 or 0, also in quotes and in Python's words."""
    if isinstance(value, bool | int):
        return int(value) if value in (0, 1) else None
    return _SAMPLED.get(value.lower()) if isinstance(value, str) else None


def _read_dashed(text: str) -> TraceContext:
    match = _DASHED.fullmatch(text)
    return TraceContext("".join(match.groups()).lower()) if match else NOTHING


def read_x_ray(text: str) -> TraceContext:
    """Read AWS X-Ray's trace id, alone or in a tracing header with the fields Root, Parent and Sampled."""
    fields = dict(part.strip().partition("=")[::2] for part in text.split(";"))
    match = _X_RAY.fullmatch(fields.get("Root", text))
    trace_id = canonical_trace_id(match[1] + match[2]) if match else None
    if not trace_id:
        return NOTHING
    sampled = {"0": 0, "1": 1}.get(fields.get("Sampled", ""))
    return TraceContext(trace_id, canonical_span_id(fields.get("Parent", "")), sampled)


def read_google(text: str) -> TraceContext:
    """Read Google Cloud's trace name, or `X-Cloud-Trace-Context`: `TRACE/SPAN;o=OPTIONS`, whose span is decimal."""
    match = _GOOGLE.fullmatch(text)
    trace_id = canonical_trace_id(match[1]) if match else None
    if not match or not trace_id:
        return NOTHING
    return TraceContext(trace_id, read_span(match[2], decimal=True).span_id, int(match[3]) & 1 if match[3] else None)


def read_jaeger(text: str) -> TraceContext:
    """Read Jaeger's `uber-trace-id`: `trace:span:parent:flags`, each without leading zeros, colons maybe escaped."""
    match = _JAEGER.fullmatch(text.replace("%3A", ":").replace("%3a", ":"))
    trace_id = canonical_trace_id(match[1].rjust(32, "0")) if match else None
    if not match or not trace_id:
        return NOTHING
    sampled = 1 if int(match[3], 16) & _JAEGER_SAMPLED_OR_DEBUG else 0
    padded = PADDED if len(match[1]) <= 16 else ()
    return TraceContext(trace_id, canonical_span_id(match[2].rjust(16, "0")), sampled, padded)
