"""A data point as the metric that holds it alone (opentelemetry-proto, metrics/v1/metrics.proto)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from opentelemetry.proto.metrics.v1.metrics_pb2 import Exemplar, Metric

from streams.sinks.otlp.values import id_bytes, key_values, lifted, unix_nano

_TEMPORALITIES: Final = {None: 0, "delta": 1, "cumulative": 2}


def metric_of(record: Mapping[str, Any], attributes: dict[str, Any]) -> Metric:
    """Give the metric of a record; `attributes` are its own, without what OTLP says elsewhere.

    Raises:
        ValueError: a number does not fit the field that OTLP has for it.
    """
    metric, kind = record["metric"], record["metric"]["type"]
    found = Metric(
        name=metric["name"],
        description=metric.get("description", ""),
        unit=metric.get("unit", ""),
        metadata=key_values(lifted(attributes, "otel.metric.metadata", {}, lambda said: isinstance(said, dict))),
    )
    data = getattr(found, kind)
    if kind == "sum":
        data.is_monotonic = metric["monotonic"]
    if kind in {"sum", "histogram", "exponential_histogram"}:
        data.aggregation_temporality = _TEMPORALITIES[metric["temporality"]]
    point = data.data_points.add(
        time_unix_nano=unix_nano(record["timestamp"]),
        start_time_unix_nano=unix_nano(metric["start_timestamp"]),
        flags=int(metric.get("no_recorded_value", False)),
        attributes=key_values(attributes),
    )
    _FILL[kind](point, metric)
    if "exemplars" in metric:
        point.exemplars.extend(_exemplar(exemplar) for exemplar in metric["exemplars"])
    return found


def _number(point: Any, metric: Mapping[str, Any]) -> None:
    value = metric.get("value")
    if isinstance(value, int):
        point.as_int = value
    elif value is not None:
        point.as_double = float(value)  # not a number and the infinities are texts in a record


def _distribution(point: Any, metric: Mapping[str, Any]) -> None:
    point.count = metric["count"]
    for name in ("sum", "min", "max"):
        if name in metric:
            setattr(point, name, float(metric[name]))


def _histogram(point: Any, metric: Mapping[str, Any]) -> None:
    _distribution(point, metric)
    point.bucket_counts.extend(metric["bucket_counts"])
    point.explicit_bounds.extend(map(float, metric["bounds"]))


def _exponential(point: Any, metric: Mapping[str, Any]) -> None:
    _distribution(point, metric)
    point.scale, point.zero_count = metric["scale"], metric["zero_count"]
    point.zero_threshold = float(metric.get("zero_threshold", 0))
    for name in ("positive", "negative"):
        if name in metric:
            buckets = getattr(point, name)
            buckets.offset = metric[name]["offset"]
            buckets.bucket_counts.extend(metric[name]["counts"])
            buckets.SetInParent()


def _summary(point: Any, metric: Mapping[str, Any]) -> None:
    _distribution(point, metric)
    for one in metric["quantiles"]:
        point.quantile_values.add(quantile=float(one["quantile"]), value=float(one["value"]))


def _exemplar(exemplar: Mapping[str, Any]) -> Exemplar:
    found = Exemplar(
        time_unix_nano=unix_nano(exemplar["timestamp"]),
        trace_id=id_bytes(exemplar["trace_id"]),
        span_id=id_bytes(exemplar["span_id"]),
        filtered_attributes=key_values(exemplar.get("attributes", {})),
    )
    _number(found, exemplar)
    return found


_FILL: Final[Mapping[str, Callable[[Any, Mapping[str, Any]], None]]] = MappingProxyType(
    {
        "gauge": _number,
        "sum": _number,
        "histogram": _histogram,
        "exponential_histogram": _exponential,
        "summary": _summary,
    }
)
