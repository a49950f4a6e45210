"""Prometheus remote write 1.0: a request in protobuf, as one block of snappy (Prometheus Remote-Write Specification).

Samples of series become data points. What a series is, its name or the request's metadata tells; without either it is
a gauge. Labels `job` and `instance` name the service (OTel specification, "Prometheus and OpenMetrics Compatibility").
"""

from __future__ import annotations

import struct
from typing import Any, Final

import cramjam

from streams.dialects.base import Dialect, Example, Parts, add_flags, new_record
from streams.dialects.telemetry.otlp_values import finite
from streams.dialects.telemetry.prometheus_histogram import read_histogram
from streams.dialects.telemetry.prometheus_request import MESSAGES, Family, Item, Series, alone, items_of, text
from streams.errors import RejectedRecord
from streams.types import Record, Source
from streams.values.instants import in_range, render
from streams.values.trace import read_span, read_trace

_NAME = "prometheus-remote-write"
_STALE = struct.pack("<Q", 0x7FF0000000000002)
"""The NaN that ends a series (prometheus/model/value)."""
_MILLISECOND = 10**6
_COUNTED: Final = {"counter": ("_total", ""), "histogram": ("_bucket", "_count"), "summary": ("_count",)}
"""Series of a family that only grow, by what their names have behind the family's."""


def _split(value: bytes) -> Parts:
    return Parts(items_of(value), alone, _read)


def _read(item: Item, event_id: str, observed: str, source: Source) -> Record:
    if item.error is not None:
        raise RejectedRecord(item.error.reason, str(item.error))
    record = new_record(_NAME, event_id, observed, source)
    if item.series is None:
        return _read_metadata(record, item.message)
    record["resource"] |= item.series.resource
    record["attributes"] |= item.series.attributes
    _set_time(record, item.message.timestamp)
    if item.field == "exemplars":
        return _read_event(record, item.series, item.message)
    record["signal"] = "metric"
    record["metric"] = _metric(item)
    return record


def _set_time(record: Record, milliseconds: int) -> None:
    nanoseconds = milliseconds * _MILLISECOND
    if in_range(nanoseconds):
        record["timestamp"] = render(nanoseconds)
    else:
        record["attributes"]["timestamp"] = milliseconds
        add_flags(record, "timestamp.out_of_range")


def _metric(item: Item) -> dict[str, Any]:
    series: Any = item.series
    metric: dict[str, Any] = {"name": series.name}
    if series.family and series.family.help:
        metric["description"] = series.family.help
    if series.family and series.family.unit:
        metric["unit"] = series.family.unit
    if item.field == "histograms":
        metric |= read_histogram(item.message)
        value = item.message.sum
    else:
        metric |= _type(series)
        value = item.message.value
    if struct.pack("<d", value) == _STALE:
        metric["no_recorded_value"] = True
    elif item.field == "samples":
        metric["value"] = finite(value)
    metric["start_timestamp"] = None
    if item.exemplars:
        metric["exemplars"] = [_exemplar(message) for message in item.exemplars]
    return metric


def _type(series: Series) -> dict[str, Any]:
    """Tell what only grows, by the metadata of the family, else by the ends that OpenMetrics reserves."""
    if series.family and series.family.type != "unknown":
        ends = _COUNTED.get(series.family.type, ())
        grows = any(series.name == series.family.name + end for end in ends)
    else:
        grows = series.name.endswith("_total") or (series.name.endswith("_bucket") and "le" in series.attributes)
    if grows:
        return {"type": "sum", "temporality": "cumulative", "monotonic": True}
    return {"type": "gauge", "temporality": None, "monotonic": None}


def _exemplar(message: Any) -> dict[str, Any]:
    labels = {text(label.name): text(label.value) for label in message.labels}
    trace, span = read_trace(labels.get("trace_id")), read_span(labels.get("span_id"))
    for label, found in (("trace_id", trace.trace_id), ("span_id", span.span_id)):
        if found is not None:
            del labels[label]
    nanoseconds = message.timestamp * _MILLISECOND
    exemplar: dict[str, Any] = {
        "timestamp": render(nanoseconds) if in_range(nanoseconds) else None,
        "trace_id": trace.trace_id,
        "span_id": span.span_id,
        "value": finite(message.value),
    }
    return {**exemplar, "attributes": labels} if labels else exemplar


def _read_event(record: Record, series: Series, message: Any) -> Record:
    """An exemplar that comes without its sample says that a trace had such a value."""
    exemplar = _exemplar(message)
    record["event_name"], record["body"] = "prometheus.exemplar", series.name
    record["trace_id"], record["span_id"] = exemplar["trace_id"], exemplar["span_id"]
    record["attributes"] |= {"prometheus.exemplar.value": exemplar["value"], **exemplar.get("attributes", {})}
    return record


def _read_metadata(record: Record, family: Family) -> Record:
    """Prometheus tells what its metrics are now and then, apart from their samples."""
    record["event_name"], record["body"] = "prometheus.metadata", family.help or family.name
    said = {"name": family.name, "type": family.type, "unit": family.unit}
    record["attributes"] |= {f"prometheus.metric.{key}": value for key, value in said.items() if value}
    add_flags(record, "timestamp.missing")
    return record


def _example() -> bytes:
    label, request = MESSAGES["Label"], MESSAGES["WriteRequest"]()
    pairs = ((b"__name__", b"http_requests_total"), (b"code", b"200"), (b"instance", b"web-1:9090"), (b"job", b"web"))
    series = MESSAGES["TimeSeries"](labels=[label(name=name, value=value) for name, value in pairs])
    series.samples.add(value=1027, timestamp=1_395_066_363_000)
    request.timeseries.append(series.SerializeToString())
    return bytes(cramjam.snappy.compress_raw(request.SerializeToString()))


DIALECT = Dialect(
    name=_NAME,
    summary="Prometheus remote write 1.0, protobuf in a block of snappy, each sample a data point",
    link="https://prometheus.io/docs/specs/prw/remote_write_spec/",
    split_binary=_split,
    examples=(
        Example(
            _example(),
            {
                "signal": "metric",
                "timestamp": "2014-03-17T14:26:03.000000000Z",
                "resource": {"service.name": "web", "service.instance.id": "web-1:9090"},
                "attributes": {"code": "200"},
                "metric": {
                    "name": "http_requests_total",
                    "type": "sum",
                    "temporality": "cumulative",
                    "monotonic": True,
                    "start_timestamp": None,
                    "value": 1027.0,
                },
            },
            headers=(("weft-dialect", _NAME.encode()),),
        ),
    ),
)
