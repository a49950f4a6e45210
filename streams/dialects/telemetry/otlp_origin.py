"""What the records of an OTLP request share: resource and scope (resource.proto, common.proto), folded into each.

What the record has no place for is kept under names of its own: schema URLs and dropped counts as
`otel.resource.*` in the resource and `otel.scope.*` in the scope's attributes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from orjson import dumps

from streams.dialects.base import NO_PROVENANCE, add_flags
from streams.dialects.telemetry.otlp_values import Values, broken, listed, message, text, within
from streams.types import Record, Scope, Source
from streams.values.instants import in_range, render
from streams.values.trace import canonical_span_id, canonical_trace_id

_SERVICE = "service.name"
UINT32, UINT64 = 2**32 - 1, 2**64 - 1


class Origin(NamedTuple):
    """What a record stands in."""

    resource: dict[str, Any] = {_SERVICE: "unknown_service"}  # noqa: RUF012 - every reader copies it
    scope: Scope | None = None
    beside: dict[str, Any] = {}  # noqa: RUF012 - every reader copies it
    """Keys of the request that OTLP does not have; they become attributes."""
    metric: dict[str, Any] = {}  # noqa: RUF012 - every reader copies it
    """What the points of a metric share."""


class Identity(NamedTuple):
    """Who a record will be."""

    dialect: str
    event_id: str
    observed: str
    source: Source


def record_of(who: Identity, origin: Origin, signal: str) -> Record:
    """Give a record of a signal that says only what it stands in."""
    record: Record = {
        "schema_version": 1,
        "event_id": who.event_id,
        "signal": signal,
        "timestamp": None,
        "observed_timestamp": who.observed,
        "trace_id": None,
        "span_id": None,
        "severity_number": 0,
        "severity_text": None,
        "body": None,
        "resource": origin.resource.copy(),
        "attributes": origin.beside.copy(),
        "source": who.source,
        "dialect": who.dialect,
        "provenance": NO_PROVENANCE,
    }
    if origin.scope:
        record["scope"] = origin.scope.copy()
    return record


def read_resource(resource: Any, schema_url: Any, values: Values) -> dict[str, Any]:
    """Read a Resource; `service.name` is always in it, as a text.

    Raises:
        RejectedRecord: `decode.otlp` when it is none.
    """
    fields = {} if resource is None else message(resource, "resource")
    found = {_SERVICE: "unknown_service", **values.key_values(fields.get("attributes"), "resource")}
    service = found[_SERVICE]
    if not isinstance(service, str):
        found[_SERVICE] = "" if service is None else dumps(service).decode()
    found[_SERVICE] = found[_SERVICE] or "unknown_service"
    said = _about("otel.resource", schema_url, fields)
    if references := listed(fields.get("entityRefs"), "resource"):
        said["otel.resource.entity_refs"] = references
    return {**said, **found}


def read_scope(scope: Any, schema_url: Any, values: Values) -> Scope | None:
    """Read an InstrumentationScope; None when it says nothing.

    Raises:
        RejectedRecord: `decode.otlp` when it is none.
    """
    fields = {} if scope is None else message(scope, "scope")
    found: Scope = {}
    if name := text(fields.get("name"), "scope"):
        found["name"] = name
    if version := text(fields.get("version"), "scope"):
        found["version"] = version
    said = _about("otel.scope", schema_url, fields)
    if attributes := {**said, **values.key_values(fields.get("attributes"), "scope")}:
        found["attributes"] = attributes
    return found or None


def _about(prefix: str, schema_url: Any, fields: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if url := text(schema_url, "schemaUrl"):
        said[f"{prefix}.schema_url"] = url
    if dropped := dropped_count(fields.get("droppedAttributesCount"), "droppedAttributesCount"):
        said[f"{prefix}.dropped_attributes_count"] = dropped
    return said


def dropped_count(value: Any, what: str) -> int:
    """Read a count of what the source dropped.

    Raises:
        RejectedRecord: `decode.otlp` when it is none.
    """
    return within(value, 0, UINT32, what)


def trace_id(value: Any, what: str = "traceId") -> str | None:
    """Read a trace id in hexadecimal; none at all and zeros are None.

    Raises:
        RejectedRecord: `decode.otlp` for any other form.
    """
    return _id(canonical_trace_id(text(value, what)), value, what)


def span_id(value: Any, what: str = "spanId") -> str | None:
    """Read a span id; like `trace_id`."""
    return _id(canonical_span_id(text(value, what)), value, what)


def _id(found: str | None, value: Any, what: str) -> str | None:
    if found is None and value and value.strip("0"):
        raise broken(what)
    return found


def set_time(record: Record, nanoseconds: int, field: str) -> None:
    """Set when it happened; 0 is unknown, and what is out of range stays an attribute under the field's name."""
    if nanoseconds and in_range(nanoseconds):
        record["timestamp"] = render(nanoseconds)
    elif nanoseconds:
        record["attributes"][field] = str(nanoseconds)
        add_flags(record, "timestamp.out_of_range")
    else:
        add_flags(record, "timestamp.missing")


def inner_time(nanoseconds: int, attributes: dict[str, Any], field: str) -> str | None:
    """Give a time inside a record, like `set_time` but without a flag for one that is unknown."""
    if nanoseconds and in_range(nanoseconds):
        return render(nanoseconds)
    if nanoseconds:
        attributes[field] = str(nanoseconds)
    return None
