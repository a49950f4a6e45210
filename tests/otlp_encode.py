"""Records as OTLP requests in protobuf, to prove that nothing is lost on the way from OTLP to a record."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, EntityRef, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, LogsData, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1 import metrics_pb2 as m
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status, TracesData

from streams.dialects.telemetry.otlp_spans import KINDS

Request = LogsData | m.MetricsData | TracesData
TEMPORALITIES = {None: 0, "delta": 1, "cumulative": 2}
STATUS_CODES = ("unset", "ok", "error")


def to_otlp(record: dict[str, Any]) -> Request:
    """Give the request that says what a record of an OTLP dialect says."""
    attributes, said = dict(record["attributes"]), dict(record["resource"])
    resource_url, scope_url = said.pop("otel.resource.schema_url", ""), ""
    resource = Resource(
        dropped_attributes_count=said.pop("otel.resource.dropped_attributes_count", 0),
        entity_refs=[_entity(reference) for reference in said.pop("otel.resource.entity_refs", ())],
        attributes=key_values(said),
    )
    scope, of_scope = record.get("scope", {}), {}
    if scope:
        of_scope = dict(scope.get("attributes", {}))
        scope_url = of_scope.pop("otel.scope.schema_url", "")
    inner = {
        "scope": InstrumentationScope(
            name=scope.get("name", ""),
            version=scope.get("version", ""),
            dropped_attributes_count=of_scope.pop("otel.scope.dropped_attributes_count", 0),
            attributes=key_values(of_scope),
        ),
        "schema_url": scope_url,
    }
    outer: dict[str, Any] = {"resource": resource, "schema_url": resource_url}
    if record["signal"] == "log":
        logs = ScopeLogs(log_records=[_log(record, attributes)], **inner)
        return LogsData(resource_logs=[ResourceLogs(scope_logs=[logs], **outer)])
    if record["signal"] == "span":
        spans = ScopeSpans(spans=[_span(record, attributes)], **inner)
        return TracesData(resource_spans=[ResourceSpans(scope_spans=[spans], **outer)])
    metrics = m.ScopeMetrics(metrics=[_metric(record, attributes)], **inner)
    return m.MetricsData(resource_metrics=[m.ResourceMetrics(scope_metrics=[metrics], **outer)])


def key_values(attributes: dict[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def any_value(value: Any) -> AnyValue:
    found = AnyValue()
    if isinstance(value, bool):
        found.bool_value = value
    elif isinstance(value, int):
        found.int_value = value
    elif isinstance(value, float):
        found.double_value = value
    elif isinstance(value, str):
        found.string_value = value
    elif isinstance(value, list):
        found.array_value.values.extend(any_value(inner) for inner in value)
        found.array_value.SetInParent()
    elif isinstance(value, dict):
        found.kvlist_value.values.extend(key_values(value))
        found.kvlist_value.SetInParent()
    return found


def nanoseconds(timestamp: str | None) -> int:
    if timestamp is None:
        return 0
    moment = datetime.fromisoformat(timestamp[:19]).replace(tzinfo=UTC)
    return int(moment.timestamp()) * 10**9 + int(timestamp[20:29])


def _entity(reference: dict[str, Any]) -> EntityRef:
    return EntityRef(
        schema_url=reference.get("schemaUrl", ""),
        type=reference.get("type", ""),
        id_keys=reference.get("idKeys", ()),
        description_keys=reference.get("descriptionKeys", ()),
    )


def _id(text: str | None) -> bytes:
    return bytes.fromhex(text or "")


def _log(record: dict[str, Any], attributes: dict[str, Any]) -> LogRecord:
    return LogRecord(
        time_unix_nano=nanoseconds(record["timestamp"]),
        observed_time_unix_nano=int(attributes.pop("otel.observed_timestamp", 0)),
        severity_number=record["severity_number"],
        severity_text=record["severity_text"] or "",
        body=None if record["body"] is None else any_value(record["body"]),
        dropped_attributes_count=record.get("dropped_attributes_count", 0),
        flags=record.get("trace_flags", 0),
        trace_id=_id(record["trace_id"]),
        span_id=_id(record["span_id"]),
        event_name=record.get("event_name", ""),
        attributes=key_values(attributes),
    )


def _span(record: dict[str, Any], attributes: dict[str, Any]) -> Span:
    span, status = record["span"], record["span"]["status"]
    origin = {None: 0, "local": 0x100, "remote": 0x300}[attributes.pop("otel.span.parent.origin", None)]
    return Span(
        trace_id=_id(record["trace_id"]),
        span_id=_id(record["span_id"]),
        trace_state=span.get("trace_state", ""),
        parent_span_id=_id(span["parent_span_id"]),
        flags=record.get("trace_flags", 0) | origin,
        name=span["name"],
        kind=KINDS.index(span["kind"]),
        start_time_unix_nano=nanoseconds(span["start"]),
        end_time_unix_nano=nanoseconds(span["end"]),
        attributes=key_values(attributes),
        dropped_attributes_count=record.get("dropped_attributes_count", 0),
        events=[_event(event) for event in span.get("events", ())],
        dropped_events_count=span.get("dropped_events_count", 0),
        links=[_link(link) for link in span.get("links", ())],
        dropped_links_count=span.get("dropped_links_count", 0),
        status=Status(code=STATUS_CODES.index(status["code"]), message=status.get("message", "")),
    )


def _event(event: dict[str, Any]) -> Span.Event:
    return Span.Event(
        time_unix_nano=nanoseconds(event["timestamp"]),
        name=event["name"],
        attributes=key_values(event.get("attributes", {})),
        dropped_attributes_count=event.get("dropped_attributes_count", 0),
    )


def _link(link: dict[str, Any]) -> Span.Link:
    return Span.Link(
        trace_id=_id(link["trace_id"]),
        span_id=_id(link["span_id"]),
        trace_state=link.get("trace_state", ""),
        attributes=key_values(link.get("attributes", {})),
        dropped_attributes_count=link.get("dropped_attributes_count", 0),
        flags=link.get("flags", 0),
    )


def _metric(record: dict[str, Any], attributes: dict[str, Any]) -> m.Metric:
    metric, kind = record["metric"], record["metric"]["type"]
    found = m.Metric(
        name=metric["name"],
        description=metric.get("description", ""),
        unit=metric.get("unit", ""),
        metadata=key_values(attributes.pop("otel.metric.metadata", {})),
    )
    data = getattr(found, kind)
    if kind == "sum":
        data.is_monotonic = metric["monotonic"]
    if kind in {"sum", "histogram", "exponential_histogram"}:
        data.aggregation_temporality = TEMPORALITIES[metric["temporality"]]
    point = data.data_points.add(
        time_unix_nano=nanoseconds(record["timestamp"]),
        start_time_unix_nano=nanoseconds(metric["start_timestamp"]),
        flags=int(metric.get("no_recorded_value", False)),
        attributes=key_values(attributes),
    )
    _POINTS[kind](point, metric)
    if "exemplars" in metric:
        point.exemplars.extend(_exemplar(exemplar) for exemplar in metric["exemplars"])
    return found


def _number(point: Any, metric: dict[str, Any]) -> None:
    value = metric.get("value")
    if isinstance(value, int):
        point.as_int = value
    elif value is not None:
        point.as_double = float(value)


def _distribution(point: Any, metric: dict[str, Any]) -> None:
    point.count = metric["count"]
    for name in ("sum", "min", "max"):
        if name in metric:
            setattr(point, name, float(metric[name]))


def _histogram(point: Any, metric: dict[str, Any]) -> None:
    _distribution(point, metric)
    point.bucket_counts.extend(metric["bucket_counts"])
    point.explicit_bounds.extend(map(float, metric["bounds"]))


def _exponential(point: Any, metric: dict[str, Any]) -> None:
    _distribution(point, metric)
    point.scale, point.zero_count = metric["scale"], metric["zero_count"]
    point.zero_threshold = float(metric.get("zero_threshold", 0))
    for name in ("positive", "negative"):
        if name in metric:
            buckets = getattr(point, name)
            buckets.offset = metric[name]["offset"]
            buckets.bucket_counts.extend(metric[name]["counts"])
            buckets.SetInParent()


def _summary(point: Any, metric: dict[str, Any]) -> None:
    _distribution(point, metric)
    for one in metric["quantiles"]:
        point.quantile_values.add(quantile=float(one["quantile"]), value=float(one["value"]))


def _exemplar(exemplar: dict[str, Any]) -> m.Exemplar:
    found = m.Exemplar(
        time_unix_nano=nanoseconds(exemplar["timestamp"]),
        trace_id=_id(exemplar["trace_id"]),
        span_id=_id(exemplar["span_id"]),
        filtered_attributes=key_values(exemplar.get("attributes", {})),
    )
    _number(found, exemplar)
    return found


_POINTS = {
    "gauge": _number,
    "sum": _number,
    "histogram": _histogram,
    "exponential_histogram": _exponential,
    "summary": _summary,
}
