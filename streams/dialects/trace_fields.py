"""The trace that an object names: under which keys, in which nested places, in which order (data contract, 8b.3).

The keys of a shape are looked through once. An id that is used leaves the attributes, but stays in a nested object,
which is the producer's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from streams.dialects.base import add_flags
from streams.dialects.roles import FLAG_BYTES, KEYS, PLACES, Keys, find, words
from streams.types import Record
from streams.values.trace import (
    INVALID,
    NOTHING,
    TraceContext,
    canonical_span_id,
    read_sampled,
    read_span,
    read_trace,
    read_trace_flags,
)

_DECIMAL = frozenset(
    words("dd.trace_id dd.span_id logging.googleapis.com/spanid x-datadog-trace-id x-datadog-parent-id")
)
_GOOGLE = frozenset(words("trace logging.googleapis.com/trace"))
_DATADOG_KEY, _DATADOG_PLACE, _BEFORE_DATADOG = "dd.trace_id", "dd", "otel"
_MAY_BE_NO_ID = frozenset({"trace"})
_OWN_ID = {"trace": (("id", *KEYS.trace), KEYS.span), "span": (KEYS.trace, ("id", *KEYS.span))}
"""Places whose own `id` is one: the nested form of ECS's `trace.id` and `span.id`."""
_TRANSACTION = ("transaction.id", "transaction")

_IdReader: TypeAlias = Callable[..., TraceContext]


class Field(NamedTuple):
    """A key that holds an id, whether as a decimal number, and whether it may also hold what is no id."""

    key: str
    decimal: bool
    quiet: bool


class Place(NamedTuple):
    """A nested object, or list of objects, with the lower-case names of the ids in it."""

    key: str
    inner: str
    """The object within that object that is meant; empty for itself."""
    trace: tuple[str, ...]
    span: tuple[str, ...]
    names: frozenset[str]
    """Both, to see quickly that an object has none of them."""
    decimal: bool


class TraceFields(NamedTuple):
    """Where the objects of one shape may name their trace."""

    sources: tuple[tuple[Field, ...] | Place, ...]
    """Keys and places in the order in which they are asked."""
    span: tuple[Field, ...]
    flags: tuple[str, ...]
    places: tuple[Place, ...]
    quick_trace: str | None
    """The key to try first, for a value that is in the record's own form."""
    quick_span: str | None
    """As `quick_trace`; none where digits may be decimal."""


def trace_fields(shape: tuple[str, ...], keys: Keys = KEYS) -> TraceFields | None:
    """Look through the keys of a shape; None when none of them can lead to a trace."""
    known = {key.lower(): key for key in reversed(shape)}
    trace, span = _fields(known, keys.trace), _fields(known, keys.span)
    places = tuple(_places(known))
    if not trace and not span and not places:
        return None
    if trace and trace[0].key.lower() in _GOOGLE:
        span = tuple(field._replace(decimal=True) for field in span)
    sources = _sources(trace, places)
    return TraceFields(
        sources,
        span,
        tuple(known[name] for name in keys.trace_flags if name in known),
        places,
        quick_trace=trace[0].key if trace and not isinstance(sources[0], Place) else None,
        quick_span=span[0].key if span and not span[0].decimal else None,
    )


known_trace_fields = lru_cache(maxsize=512)(trace_fields)
"""As `trace_fields`, for readers that see a shape only when a record is made."""


def set_trace(record: Record, fields: TraceFields, quick_trace: Any, quick_span: Any) -> None:
    """Give a record the trace, span and trace flags that its object names.

    The values of the quick keys were taken out of the attributes already. What is no id is an attribute, flagged
    `trace.invalid`; what says nothing is dropped.
    """
    _restore(record, fields.quick_trace, quick_trace)
    _restore(record, fields.quick_span, quick_span)
    found, is_nested, beside = NOTHING, False, None
    for source in fields.sources:
        is_nested = isinstance(source, Place)
        found = _search(record, source) if isinstance(source, Place) else _take(record, source, read_trace)
        if found is NOTHING:
            continue
        if found.flags:
            add_flags(record, *found.flags)
        if found.trace_id is not None:
            break
        beside = beside or found.span_id
    if found is NOTHING and beside is None and not fields.span:
        return
    record["trace_id"] = found.trace_id
    record["span_id"] = _span(record, fields, found, is_nested) or beside
    if found.trace_id is not None:
        if found.trace_flags is not None:
            record["trace_flags"] = found.trace_flags
        set_flags(record, fields.flags)


def set_flags(record: Record, keys: tuple[str, ...]) -> None:
    """Give a record the flags of its trace; what is none stays an attribute with the flag `field.type_mismatch`."""
    attributes = record["attributes"]
    for key in keys:
        value = attributes.get(key)
        if value is None:
            continue
        flags = _read_flags(key.lower(), value)
        if flags is not None:
            del attributes[key]
            record["trace_flags"] = flags
            return
        add_flags(record, "field.type_mismatch")


def _restore(record: Record, key: str | None, value: Any) -> None:
    if key is not None and value is not None and value != "":
        record["attributes"][key] = value


def _span(record: Record, fields: TraceFields, found: TraceContext, is_nested: bool) -> str | None:
    """The best of the ids that may be the span's: one at the side of the trace, then any other."""
    if is_nested and found.span_id:
        return found.span_id
    if fields.span:
        own = _take(record, fields.span, read_span)
        if own.flags:
            add_flags(record, *own.flags)
        if own.span_id:
            return own.span_id
    if found.span_id or found.trace_id is None:
        return found.span_id
    for place in fields.places:
        nested = _search(record, place)
        if nested.span_id:
            return nested.span_id
    return _transaction(record["attributes"])


def _take(record: Record, fields: Iterable[Field], read: _IdReader) -> TraceContext:
    """Read the first key that names an id; it leaves the attributes, and so do those that say nothing."""
    attributes, nothing = record["attributes"], NOTHING
    for field in fields:
        found = read(attributes.get(field.key), decimal=field.decimal)
        if found is INVALID:
            nothing = nothing if field.quiet else INVALID
            continue
        attributes.pop(field.key, None)
        if found is not NOTHING:
            return found if nothing is NOTHING else found._replace(flags=found.flags + nothing.flags)
    return nothing


def _search(record: Record, place: Place) -> TraceContext:
    """Read the first object of a place that names a trace, else a span without one."""
    value = record["attributes"].get(place.key)
    if place.inner:
        value = find(value, (place.inner,)) if type(value) is dict else None
    best = NOTHING
    for nested in value if type(value) is list else (value,):
        found = _read_nested(nested, place) if type(nested) is dict else NOTHING
        if found.trace_id is not None:
            return found
        best = best if best.span_id or found is NOTHING else found
    return best


def _read_nested(nested: Mapping[str, Any], place: Place) -> TraceContext:
    if place.names.isdisjoint(map(str.lower, nested)):
        return NOTHING
    known = {key.lower(): key for key in reversed(list(nested))}
    trace = _first(nested, known, place.trace, read_trace, place.decimal)
    span = _first(nested, known, place.span, read_span, place.decimal)
    flags = next((_read_flags(name, nested[known[name]]) for name in KEYS.trace_flags if name in known), None)
    return TraceContext(
        trace.trace_id, span.span_id or trace.span_id, trace.trace_flags if flags is None else flags, trace.flags
    )


def _first(
    nested: Mapping[str, Any], known: Mapping[str, str], names: Iterable[str], read: _IdReader, decimal: bool
) -> TraceContext:
    """Read the first name that is an id; header values may stand in lists of one."""
    nothing = NOTHING
    for name in names:
        if name not in known:
            continue
        value = nested[known[name]]
        found = read(
            value[0] if type(value) is list and len(value) == 1 else value, decimal=decimal or name in _DECIMAL
        )
        if found is INVALID:
            nothing = nothing if name in _MAY_BE_NO_ID or name == "id" else INVALID
        elif found is not NOTHING:
            return found
    return nothing


def _read_flags(name: str, value: Any) -> int | None:
    return read_trace_flags(value) if name in FLAG_BYTES else read_sampled(value)


def _transaction(attributes: Mapping[str, Any]) -> str | None:
    """ECS's transaction, which stands for the span where there is none, and stays an attribute too."""
    dotted, nested = _TRANSACTION
    value = attributes.get(dotted)
    if value is None and type(attributes.get(nested)) is dict:
        value = attributes[nested].get("id")
    return canonical_span_id(value) if isinstance(value, str) else None


def _fields(known: Mapping[str, str], names: Iterable[str]) -> tuple[Field, ...]:
    return tuple(Field(known[name], name in _DECIMAL, name in _MAY_BE_NO_ID) for name in names if name in known)


def _places(known: Mapping[str, str]) -> Iterator[Place]:
    for path in PLACES:
        name, _, inner = path.partition(".")
        if name in known:
            trace, span = _OWN_ID.get(name, (KEYS.trace, KEYS.span))
            yield Place(known[name], inner, trace, span, frozenset((*trace, *span)), name == _DATADOG_PLACE)


def _sources(trace: tuple[Field, ...], places: tuple[Place, ...]) -> tuple[tuple[Field, ...] | Place, ...]:
    """Keys, then places; but OpenTelemetry's own goes before Datadog's keys."""
    names = [field.key.lower() for field in trace]
    at = names.index(_DATADOG_KEY) if _DATADOG_KEY in names else len(names)
    first = tuple(place for place in places if place.key.lower() == _BEFORE_DATADOG and at < len(names))
    rest = tuple(place for place in places if place not in first)
    groups: tuple[tuple[Field, ...] | Place, ...] = (trace[:at], *first, trace[at:], *rest)
    return tuple(group for group in groups if group)
