"""Formats of telemetry protocols: logs, metric points and spans."""

from __future__ import annotations

from typing import Final

from streams.dialects.base import Dialect
from streams.dialects.telemetry import influx, jaeger, otlp, otlp_json, prometheus, statsd, zipkin

DIALECTS: Final[tuple[Dialect, ...]] = (
    *otlp.DIALECTS,
    otlp_json.DIALECT,
    jaeger.TRACES,
    jaeger.JAEGER,
    zipkin.DIALECT,
    prometheus.DIALECT,
    statsd.DIALECT,
    influx.DIALECT,
)
