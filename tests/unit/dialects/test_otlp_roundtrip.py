"""From OTLP to a record and back is the identity, whatever the signal and the type of the metric."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import EntityRef, InstrumentationScope
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, LogsData, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1 import metrics_pb2 as m
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status, TracesData

from streams.sinks.otlp.requests import Request
from streams.sinks.otlp.values import any_value, key_values
from streams.testing import FakeRecord
from tests.otlp_encode import to_otlp
from tests.through import record_of

DIALECTS = {LogsData: b"otlp-logs", m.MetricsData: b"otlp-metrics", TracesData: b"otlp-spans"}

texts = st.text(max_size=6)
names = st.text(min_size=1, max_size=6)
finite = st.floats(allow_nan=False, allow_infinity=False)
doubles = st.one_of(finite, st.sampled_from([float("nan"), float("inf"), float("-inf")]))
int64s = st.integers(-(2**63), 2**63 - 1)
uint64s = st.integers(0, 2**64 - 1)
uint32s = st.integers(0, 2**32 - 1)
int32s = st.integers(-(2**31), 2**31 - 1)
times = st.one_of(st.just(0), st.integers(631_152_000_000_000_000, 9_214_646_399_999_999_999))
"""Unknown, and from the first nanosecond of 1990 to the last of 2261."""
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), int64s, finite, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=5,
)
"""What JSON can tell apart: bytes and doubles that are no numbers are texts there."""
attributes = st.dictionaries(texts, json_values, max_size=3).map(key_values)


def ids(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size).filter(any)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


resources = st.builds(
    Resource,
    attributes=st.dictionaries(texts, json_values, max_size=2).map(
        lambda said: key_values({"service.name": "cart"} | said)
    ),
    dropped_attributes_count=uint32s,
    entity_refs=st.lists(st.builds(EntityRef, type=names, id_keys=st.lists(names, max_size=2)), max_size=1),
)
scopes = st.builds(
    InstrumentationScope, name=texts, version=texts, attributes=attributes, dropped_attributes_count=uint32s
)
points = {
    "time_unix_nano": times,
    "start_time_unix_nano": times,
    "attributes": attributes,
    "flags": st.sampled_from([0, 1]),
}


def with_number(message: Any, value: float) -> Any:
    if isinstance(value, int):
        message.as_int = value
    else:
        message.as_double = value
    return message


numbers = st.one_of(int64s, doubles)
exemplars = st.lists(
    st.builds(
        with_number,
        st.builds(
            m.Exemplar,
            time_unix_nano=times,
            trace_id=st.one_of(st.just(b""), ids(16)),
            span_id=st.one_of(st.just(b""), ids(8)),
            filtered_attributes=attributes,
        ),
        numbers,
    ),
    max_size=2,
)
number_points = st.builds(with_number, st.builds(m.NumberDataPoint, **points, exemplars=exemplars), numbers)
distributions = {**points, "count": uint64s, "sum": maybe(doubles), "min": maybe(doubles), "max": maybe(doubles)}


def histogram_point(bounds: list[float], **fields: Any) -> m.HistogramDataPoint:
    counts = list(range(len(bounds) + 1)) if bounds else []
    return m.HistogramDataPoint(explicit_bounds=bounds, bucket_counts=counts, **fields)


buckets = st.builds(m.ExponentialHistogramDataPoint.Buckets, offset=int32s, bucket_counts=st.lists(uint64s, max_size=3))
temporalities = st.sampled_from([0, 1, 2])


def a_list_of_one(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return strategy.map(lambda one: [one])


DATA = {
    "gauge": st.builds(m.Gauge, data_points=a_list_of_one(number_points)),
    "sum": st.builds(
        m.Sum,
        data_points=a_list_of_one(number_points),
        is_monotonic=st.booleans(),
        aggregation_temporality=temporalities,
    ),
    "histogram": st.builds(
        m.Histogram,
        data_points=a_list_of_one(
            st.builds(histogram_point, st.lists(doubles, max_size=3), **distributions, exemplars=exemplars)
        ),
        aggregation_temporality=temporalities,
    ),
    "exponential_histogram": st.builds(
        m.ExponentialHistogram,
        data_points=a_list_of_one(
            st.builds(
                m.ExponentialHistogramDataPoint,
                **distributions,
                scale=int32s,
                zero_count=uint64s,
                zero_threshold=st.one_of(st.just(0.0), st.floats(0, 1, exclude_min=True)),
                positive=maybe(buckets),
                negative=maybe(buckets),
                exemplars=exemplars,
            )
        ),
        aggregation_temporality=temporalities,
    ),
    "summary": st.builds(
        m.Summary,
        data_points=a_list_of_one(
            st.builds(
                m.SummaryDataPoint,
                **points,
                count=uint64s,
                sum=doubles,
                quantile_values=st.lists(
                    st.builds(m.SummaryDataPoint.ValueAtQuantile, quantile=doubles, value=doubles), max_size=2
                ),
            )
        ),
    ),
}
logs = st.builds(
    LogRecord,
    time_unix_nano=times,
    observed_time_unix_nano=uint64s,
    severity_number=st.integers(0, 24),
    severity_text=texts,
    body=maybe(json_values.filter(lambda value: value is not None).map(any_value)),
    attributes=attributes,
    dropped_attributes_count=uint32s,
    flags=st.integers(0, 255),
    trace_id=st.one_of(st.just(b""), ids(16)),
    span_id=st.one_of(st.just(b""), ids(8)),
    event_name=texts,
)
events = st.builds(
    Span.Event, time_unix_nano=times, name=texts, attributes=attributes, dropped_attributes_count=uint32s
).filter(Span.Event.ByteSize)
"""An event that says nothing is refused."""
links = st.builds(
    Span.Link,
    trace_id=ids(16),
    span_id=ids(8),
    trace_state=texts,
    attributes=attributes,
    dropped_attributes_count=uint32s,
    flags=uint32s,
)
spans = st.builds(
    Span,
    trace_id=ids(16),
    span_id=ids(8),
    parent_span_id=st.one_of(st.just(b""), ids(8)),
    trace_state=texts,
    flags=st.builds(int.__or__, st.integers(0, 255), st.sampled_from([0, 0x100, 0x300])),
    name=texts,
    kind=st.integers(0, 5),
    start_time_unix_nano=times,
    end_time_unix_nano=times,
    attributes=attributes,
    dropped_attributes_count=uint32s,
    events=st.lists(events, max_size=2),
    dropped_events_count=uint32s,
    links=st.lists(links, max_size=2),
    dropped_links_count=uint32s,
    status=st.builds(Status, code=st.integers(0, 2), message=texts),
)


def there_and_back(request: Request) -> Request:
    hint = ("weft-dialect", DIALECTS[type(request)])
    return to_otlp(record_of(FakeRecord(request.SerializeToString(), headers=(hint,))))


def in_json(request: Request) -> bytes:
    """OTLP's JSON, which is ProtoJSON but for ids in hexadecimal and enums as numbers."""

    def hexadecimal(node: Any, message: Any) -> Any:
        if isinstance(node, list):
            return [hexadecimal(inner, one) for inner, one in zip(node, message, strict=True)]
        found = {}
        for field, value in message.ListFields():
            name = field.json_name
            if field.name.endswith(("trace_id", "span_id")):
                found[name] = value.hex()
            else:
                found[name] = hexadecimal(node[name], value) if field.message_type else node[name]
        return found

    return orjson.dumps(hexadecimal(MessageToDict(request, use_integers_for_enums=True), request))


def assert_is_the_same_in_both_encodings(request: Request) -> None:
    assert there_and_back(request).SerializeToString() == request.SerializeToString()
    assert to_otlp(record_of(in_json(request))).SerializeToString() == request.SerializeToString()


@pytest.mark.parametrize("kind", DATA)
@settings(max_examples=30)
@given(data=st.data())
def test_a_data_point_is_the_same_after_a_record(kind: str, data: st.DataObject) -> None:
    metric = m.Metric(
        **data.draw(
            st.fixed_dictionaries({"name": names, "description": texts, "unit": texts, "metadata": attributes})
        ),
        **{kind: data.draw(DATA[kind])},
    )
    scoped = m.ScopeMetrics(scope=data.draw(scopes), metrics=[metric], schema_url=data.draw(texts))
    entry = m.ResourceMetrics(resource=data.draw(resources), scope_metrics=[scoped], schema_url=data.draw(texts))
    assert_is_the_same_in_both_encodings(m.MetricsData(resource_metrics=[entry]))


@settings(max_examples=50)
@given(logs, resources, scopes, texts, texts)
def test_a_log_record_is_the_same_after_a_record(
    log: LogRecord, resource: Resource, scope: InstrumentationScope, resource_url: str, scope_url: str
) -> None:
    scoped = ScopeLogs(scope=scope, log_records=[log], schema_url=scope_url)
    entry = ResourceLogs(resource=resource, scope_logs=[scoped], schema_url=resource_url)
    assert_is_the_same_in_both_encodings(LogsData(resource_logs=[entry]))


@settings(max_examples=50)
@given(spans, resources, scopes, texts, texts)
def test_a_span_is_the_same_after_a_record(
    span: Span, resource: Resource, scope: InstrumentationScope, resource_url: str, scope_url: str
) -> None:
    scoped = ScopeSpans(scope=scope, spans=[span], schema_url=scope_url)
    entry = ResourceSpans(resource=resource, scope_spans=[scoped], schema_url=resource_url)
    assert_is_the_same_in_both_encodings(TracesData(resource_spans=[entry]))
