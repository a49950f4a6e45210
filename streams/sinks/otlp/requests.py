"""Records as OTLP requests: those of one signal together, under their resource and scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

import orjson
from opentelemetry.proto.common.v1.common_pb2 import EntityRef, InstrumentationScope
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, LogsData, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, MetricsData, ResourceMetrics, ScopeMetrics
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, TracesData

from streams.sinks.otlp.points import metric_of
from streams.sinks.otlp.signals import log_of, span_of
from streams.sinks.otlp.values import is_count, is_text, key_values, lifted

Message: TypeAlias = LogRecord | Metric | Span
Request: TypeAlias = LogsData | MetricsData | TracesData


class Signal(NamedTuple):
    """How OTLP carries a signal: the classes from the whole to the part, and the names of the lists in them."""

    whole: Callable[..., Request]
    resources: str
    of_resource: Callable[..., Any]
    scopes: str
    of_scope: Callable[..., Any]
    messages: str
    message: Callable[[Mapping[str, Any], dict[str, Any]], Message]


SIGNALS: Final[Mapping[str, Signal]] = MappingProxyType(
    {
        "log": Signal(LogsData, "resource_logs", ResourceLogs, "scope_logs", ScopeLogs, "log_records", log_of),
        "metric": Signal(
            MetricsData, "resource_metrics", ResourceMetrics, "scope_metrics", ScopeMetrics, "metrics", metric_of
        ),
        "span": Signal(TracesData, "resource_spans", ResourceSpans, "scope_spans", ScopeSpans, "spans", span_of),
    }
)


def message_of(record: Mapping[str, Any], extra: Mapping[str, Any]) -> Message:
    """Give what a record says apart from its resource and scope; `extra` is added to its attributes.

    Raises:
        ValueError: a number does not fit the field that OTLP has for it.
    """
    return SIGNALS[record["signal"]].message(record, {**record["attributes"], **extra})


def request_of(signal: str, said: Iterable[tuple[Mapping[str, Any], Message]]) -> Request:
    """Give the request that holds messages of one signal, each with the record that it was made of."""
    parts, groups = SIGNALS[signal], dict[bytes, dict[bytes, list[tuple[Mapping[str, Any], Message]]]]()
    for record, message in said:
        scopes = groups.setdefault(_identity(record["resource"]), {})
        scopes.setdefault(_identity(record.get("scope")), []).append((record, message))
    resources = []
    for scopes in groups.values():
        first = next(iter(scopes.values()))[0][0]
        inner = [
            parts.of_scope(**_scope(members[0][0]), **{parts.messages: [message for _, message in members]})
            for members in scopes.values()
        ]
        resources.append(parts.of_resource(**_resource(first), **{parts.scopes: inner}))
    return parts.whole(**{parts.resources: resources})


def _identity(said: Any) -> bytes:
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def _resource(record: Mapping[str, Any]) -> dict[str, Any]:
    said = dict(record["resource"])
    url = lifted(said, "otel.resource.schema_url", "", is_text)
    resource = Resource(
        dropped_attributes_count=lifted(said, "otel.resource.dropped_attributes_count", 0, is_count),
        entity_refs=[_entity(reference) for reference in lifted(said, "otel.resource.entity_refs", (), _are_entities)],
        attributes=key_values(said),
    )
    return {"resource": resource, "schema_url": url}


def _scope(record: Mapping[str, Any]) -> dict[str, Any]:
    scope = record.get("scope", {})
    said = dict(scope.get("attributes", {}))
    url = lifted(said, "otel.scope.schema_url", "", is_text)
    found = InstrumentationScope(
        name=scope.get("name", ""),
        version=scope.get("version", ""),
        dropped_attributes_count=lifted(said, "otel.scope.dropped_attributes_count", 0, is_count),
        attributes=key_values(said),
    )
    return {"scope": found, "schema_url": url}


def _are_entities(said: Any) -> bool:
    try:
        return all(_entity(reference) for reference in said)
    except (TypeError, AttributeError, ValueError):
        return False


def _entity(reference: Mapping[str, Any]) -> EntityRef:
    return EntityRef(
        schema_url=reference.get("schemaUrl", ""),
        type=reference.get("type", ""),
        id_keys=reference.get("idKeys", ()),
        description_keys=reference.get("descriptionKeys", ()),
    )
