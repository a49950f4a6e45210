"""The dialects of OTLP requests: logs, metrics and spans, in JSON by their keys, in protobuf by a hint."""

from __future__ import annotations

from functools import partial

from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1 import metrics_pb2
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from streams.dialects.base import Dialect, Example
from streams.dialects.telemetry.otlp_forms import REQUEST, JsonForm, WireForm
from streams.dialects.telemetry.otlp_logs import log_fields, read_log
from streams.dialects.telemetry.otlp_points import read_point
from streams.dialects.telemetry.otlp_requests import Signal, split_bytes, split_object
from streams.dialects.telemetry.otlp_spans import read_span

LOGS = Signal(
    "otlp-logs", JsonForm("resourceLogs", "scopeLogs", "logRecords"), WireForm({"": LogRecord}, log_fields), read_log
)
METRICS = Signal(
    "otlp-metrics",
    JsonForm("resourceMetrics", "scopeMetrics", "metrics"),
    WireForm(
        {
            "gauge": metrics_pb2.NumberDataPoint,
            "sum": metrics_pb2.NumberDataPoint,
            "histogram": metrics_pb2.HistogramDataPoint,
            "exponential_histogram": metrics_pb2.ExponentialHistogramDataPoint,
            "summary": metrics_pb2.SummaryDataPoint,
        }
    ),
    read_point,
    has_points=True,
)
SPANS = Signal("otlp-spans", JsonForm("resourceSpans", "scopeSpans", "spans"), WireForm({"": Span}), read_span)


def _dialect(signal: Signal, records: str, *examples: Example) -> Dialect:
    return Dialect(
        name=signal.dialect,
        summary=f"OTLP {records} of several resources and scopes, in JSON, or in protobuf when a hint says so",
        link="https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding",
        signatures=(frozenset({signal.json.keys[REQUEST]}),),
        split=partial(split_object, signal),
        split_binary=partial(split_bytes, signal),
        examples=examples,
    )


_SERVICE = '"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]}'
_SCOPE = '"scope":{"name":"shop.cart","version":"1.2.0"}'

DIALECTS = (
    _dialect(
        LOGS,
        "log records",
        Example(
            '{"resourceLogs":[{' + _SERVICE + ',"scopeLogs":[{' + _SCOPE + ',"logRecords":['
            '{"timeUnixNano":"1544712660300000001","severityNumber":10,"severityText":"Information",'
            '"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174",'
            '"body":{"stringValue":"cart saved"},"attributes":[{"key":"items","value":{"intValue":"3"}}]},'
            '{"body":{"kvlistValue":{"values":[{"key":"free","value":{"doubleValue":0.5}}]}}}]}]}]}',
            (
                {
                    "event_id": "raw-logs-0-0.0",
                    "signal": "log",
                    "timestamp": "2018-12-13T14:51:00.300000001Z",
                    "severity_number": 10,
                    "severity_text": "Information",
                    "trace_id": "5b8efff798038103d269b633813fc60c",
                    "span_id": "eee19b7ec3c1b174",
                    "body": "cart saved",
                    "attributes": {"items": 3},
                    "resource": {"service.name": "cart"},
                    "scope": {"name": "shop.cart", "version": "1.2.0"},
                },
                {"event_id": "raw-logs-0-0.1", "body": {"free": 0.5}, "timestamp": None},
            ),
        ),
    ),
    _dialect(
        METRICS,
        "data points",
        Example(
            '{"resourceMetrics":[{' + _SERVICE + ',"scopeMetrics":[{' + _SCOPE + ',"metrics":['
            '{"name":"orders","unit":"{order}","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":['
            '{"asInt":"42","startTimeUnixNano":"1544712600000000000","timeUnixNano":"1544712660000000000",'
            '"attributes":[{"key":"country","value":{"stringValue":"fr"}}]}]}}]}]}]}',
            {
                "event_id": "raw-logs-0-0.0",
                "signal": "metric",
                "timestamp": "2018-12-13T14:51:00.000000000Z",
                "attributes": {"country": "fr"},
                "resource": {"service.name": "cart"},
                "metric": {
                    "name": "orders",
                    "unit": "{order}",
                    "type": "sum",
                    "temporality": "cumulative",
                    "monotonic": True,
                    "start_timestamp": "2018-12-13T14:50:00.000000000Z",
                    "value": 42,
                },
            },
        ),
    ),
    _dialect(
        SPANS,
        "spans",
        Example(
            '{"resourceSpans":[{' + _SERVICE + ',"scopeSpans":[{' + _SCOPE + ',"spans":['
            '{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174",'
            '"parentSpanId":"eee19b7ec3c1b173","name":"POST /orders","kind":2,'
            '"startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712660012700001",'
            '"attributes":[{"key":"http.response.status_code","value":{"intValue":"502"}}],'
            '"status":{"code":2,"message":"refused"}}]}]}]}',
            {
                "event_id": "raw-logs-0-0.0",
                "signal": "span",
                "timestamp": "2018-12-13T14:51:00.000000000Z",
                "trace_id": "5b8efff798038103d269b633813fc60c",
                "span_id": "eee19b7ec3c1b174",
                "severity_number": 17,
                "severity_text": None,
                "body": "POST /orders",
                "attributes": {"http.response.status_code": 502},
                "span": {
                    "name": "POST /orders",
                    "kind": "server",
                    "parent_span_id": "eee19b7ec3c1b173",
                    "start": "2018-12-13T14:51:00.000000000Z",
                    "end": "2018-12-13T14:51:00.012700001Z",
                    "duration_ns": 12700001,
                    "status": {"code": "error", "message": "refused"},
                },
            },
        ),
    ),
)
