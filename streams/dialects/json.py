"""JSON application logs with the common keys: what every object is that no other dialect claims."""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.keyed import keyed

DIALECT = Dialect(
    name="json",
    summary="JSON application logs with the usual keys for time, level, message, service and trace",
    link="https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/",
    compile_objects=keyed("json"),
    signatures=(frozenset(),),
    examples=(
        Example(
            '{"timestamp":"2026-11-20T12:00:00.123Z","level":"INFO","logger":"com.acme.cart","message":"cart saved",'
            '"trace_id":"4BF92F3577B34DA6A3CE929D0E0E4736","span_id":"00f067aa0ba902b7","service":"cart",'
            '"host":"web-3","http":{"status":200},"user_id":12345678901234567890}',
            {
                "timestamp": "2026-11-20T12:00:00.123000000Z",
                "severity_number": 9,
                "severity_text": "INFO",
                "body": "cart saved",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "span_id": "00f067aa0ba902b7",
                "resource": {"service.name": "cart", "host.name": "web-3"},
                "scope": {"name": "com.acme.cart"},
                "attributes": {"http": {"status": 200}, "user_id": "12345678901234567890"},
            },
        ),
        Example(
            '{"time":1761019822.3152757,"severity":" \\u001b[33mwarning\\u001b[0m","msg":"disk is filling",'
            '"app":"backup","free":0.02}',
            {
                "timestamp": "2025-10-21T04:10:22.315275700Z",
                "severity_number": 13,
                "severity_text": "warning",
                "body": "disk is filling",
                "resource": {"service.name": "backup"},
                "attributes": {"free": 0.02},
            },
        ),
    ),
)
