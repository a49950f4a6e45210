"""OTLP data points, in JSON and protobuf (opentelemetry-proto, metrics.proto; OTel Metrics Data Model)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from streams.dialects.telemetry.otlp_origin import (
    UINT32,
    UINT64,
    Identity,
    Origin,
    inner_time,
    record_of,
    set_time,
    span_id,
    trace_id,
)
from streams.dialects.telemetry.otlp_values import Values, broken, double, integer, listed, message, within
from streams.types import Record

_NO_RECORDED_VALUE = 1
_INT32 = 2**31
_INT64 = range(-(2**63), 2**63)


def read_point(fields: dict[str, Any], values: Values, origin: Origin, who: Identity) -> Record:
    """Read a data point of the metric that its origin names; keys that OTLP does not have stay attributes.

    Raises:
        RejectedRecord: `decode.otlp` when it breaks OTLP's schema.
    """
    record = record_of(who, origin, "metric")
    pop = fields.pop
    attributes = record["attributes"]
    attributes |= values.key_values(pop("attributes", None), "attributes")
    set_time(record, within(pop("timeUnixNano", None), 0, UINT64, "timeUnixNano"), "timeUnixNano")
    start = within(pop("startTimeUnixNano", None), 0, UINT64, "startTimeUnixNano")
    metric = origin.metric.copy()
    metric["start_timestamp"] = inner_time(start, attributes, "startTimeUnixNano")
    if within(pop("flags", None), 0, UINT32, "flags") & _NO_RECORDED_VALUE:
        metric["no_recorded_value"] = True
    metric |= _READERS[metric["type"]](fields)
    if "value" not in metric and metric["type"] in _NUMBERS and "no_recorded_value" not in metric:
        raise broken("a data point")
    if exemplars := listed(pop("exemplars", None), "exemplars"):
        metric["exemplars"] = [_exemplar(message(one, "an exemplar"), values) for one in exemplars]
    record["metric"] = metric
    if fields:
        record["attributes"] = {**fields, **attributes}
    return record


def _number(fields: dict[str, Any]) -> dict[str, Any]:
    """A NumberDataPoint's value, and an exemplar's: an integer or a double."""
    whole, real = fields.pop("asInt", None), fields.pop("asDouble", None)
    if whole is not None:
        number = integer(whole, "asInt")
        return {"value": number if number in _INT64 else str(number)}
    return {} if real is None else {"value": double(real, "asDouble")}


def _distribution(fields: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"count": within(fields.pop("count", None), 0, UINT64, "count")}
    for name in ("sum", "min", "max"):
        value = fields.pop(name, None)
        if value is not None:
            found[name] = double(value, name)
    return found


def _histogram(fields: dict[str, Any]) -> dict[str, Any]:
    """Either no bucket at all, or one more than bounds."""
    bounds = [double(bound, "explicitBounds") for bound in listed(fields.pop("explicitBounds", None), "explicitBounds")]
    counts = _counts(fields.pop("bucketCounts", None))
    if len(counts) != len(bounds) + 1 and (counts or bounds):
        raise broken("bucketCounts")
    return {**_distribution(fields), "bounds": bounds, "bucket_counts": counts}


def _exponential_histogram(fields: dict[str, Any]) -> dict[str, Any]:
    found = {
        **_distribution(fields),
        "scale": within(fields.pop("scale", None), -_INT32, _INT32 - 1, "scale"),
        "zero_count": within(fields.pop("zeroCount", None), 0, UINT64, "zeroCount"),
    }
    threshold = fields.pop("zeroThreshold", None)
    if threshold is not None and (width := double(threshold, "zeroThreshold")):
        found["zero_threshold"] = width
    for name in ("positive", "negative"):
        buckets = fields.pop(name, None)
        if buckets is not None:
            found[name] = _buckets(message(buckets, name))
    return found


def _buckets(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "offset": within(fields.get("offset"), -_INT32, _INT32 - 1, "offset"),
        "counts": _counts(fields.get("bucketCounts")),
    }


def _counts(value: Any) -> list[int]:
    return [within(count, 0, UINT64, "bucketCounts") for count in listed(value, "bucketCounts")]


def _summary(fields: dict[str, Any]) -> dict[str, Any]:
    """A sum is always there, because the format cannot say that it is not."""
    found = {"sum": 0.0, **_distribution(fields)}
    quantiles = [message(one, "a quantile") for one in listed(fields.pop("quantileValues", None), "quantileValues")]
    found["quantiles"] = [
        {
            "quantile": double(one.get("quantile", 0), "a quantile"),
            "value": double(one.get("value", 0), "a quantile"),
        }
        for one in quantiles
    ]
    return found


def _exemplar(fields: dict[str, Any], values: Values) -> dict[str, Any]:
    fields = fields.copy()
    attributes = values.key_values(fields.get("filteredAttributes"), "filteredAttributes")
    nanoseconds = within(fields.get("timeUnixNano"), 0, UINT64, "an exemplar")
    exemplar = {
        "timestamp": inner_time(nanoseconds, attributes, "timeUnixNano"),
        "trace_id": trace_id(fields.get("traceId"), "an exemplar"),
        "span_id": span_id(fields.get("spanId"), "an exemplar"),
        **_number(fields),
    }
    if "value" not in exemplar:
        raise broken("an exemplar")
    if attributes:
        exemplar["attributes"] = attributes
    return exemplar


_READERS: Final[dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "gauge": _number,
    "sum": _number,
    "histogram": _histogram,
    "exponential_histogram": _exponential_histogram,
    "summary": _summary,
}
"""By the type of the metric."""
_NUMBERS = frozenset({"gauge", "sum"})
