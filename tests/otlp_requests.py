"""What an OTLP receiver is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from tests.receiver import Request

PATHS: Final = {"log": "/v1/logs", "metric": "/v1/metrics", "span": "/v1/traces"}
_KINDS: Final[dict[str, Any]] = {"/v1/logs": LogsData, "/v1/metrics": MetricsData, "/v1/traces": TracesData}


def message_of(request: Request) -> dict[str, Any]:
    """Give the message as JSON says it."""
    return MessageToDict(_KINDS[request.path].FromString(request.content))


def attributes_of(request: Request, key: str) -> list[Any]:
    """Give the values of an attribute, wherever it stands."""
    return [next(iter(pair["value"].values())) for pair in _pairs(message_of(request)) if pair["key"] == key]


def ids_of(request: Request) -> list[str]:
    """Give the event ids of all records."""
    return attributes_of(request, "weft.event_id")


def _pairs(said: Any) -> Iterator[dict[str, Any]]:
    """Yield every attribute in a message."""
    if isinstance(said, dict):
        if {"key", "value"} == said.keys():
            yield said
        said = list(said.values())
    if isinstance(said, list):
        for inner in said:
            yield from _pairs(inner)
