"""Records as OTLP requests in protobuf, to prove that nothing is lost on the way from OTLP to a record."""

from __future__ import annotations

from typing import Any

from opentelemetry.proto.logs.v1.logs_pb2 import LogsData

from streams.sinks.otlp.requests import Request, message_of, request_of


def to_otlp(record: dict[str, Any]) -> Request:
    """Give the request that says what a record of an OTLP dialect says, and no more."""
    request = request_of(record["signal"], [(record, message_of(record, {}))])
    if isinstance(request, LogsData) and "otel.observed_timestamp" not in record["attributes"]:
        request.resource_logs[0].scope_logs[0].log_records[0].observed_time_unix_nano = 0
    return request
