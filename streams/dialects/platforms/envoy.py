"""Envoy and Istio access logs: JSON of configurable keys, and the two default text formats.

Source: Envoy, "Access logging" (command operators, default format string); Istio, "Envoy Access Logs". A request id is
no trace id. `-` and null stand for what a request did not have, as all of HTTP in a TCP connection.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.keyed import Reading, keyed
from streams.dialects.platforms.access import Columns, access_log
from streams.dialects.roles import KEYS, words
from streams.types import Record

_NAME = "envoy-istio"

_COLUMNS = Columns(
    method=("method", "request_method", "req_method"),
    target=("path", "uri_path", "request_path", "x-envoy-original-path", "x_envoy_original_path"),
    status=("response_code", "status", "response_status"),
    host=("authority", "host", ":authority", "request_host"),
    texts={
        "user_agent": "user_agent.original",
        "user-agent": "user_agent.original",
        "scheme": "url.scheme",
        "downstream_tls_version": "tls.protocol.version",
        "downstream_tls_cipher": "tls.cipher",
        "client_ip": "client.address",
    },
    integers={
        "bytes_received": "http.request.body.size",
        "bytes_sent": "http.response.body.size",
    },
)
_complete_access = access_log(_COLUMNS)


def _complete(record: Record) -> None:
    _complete_access(record)
    if record["body"] is None:
        record["body"] = _connection(record["attributes"])


def _connection(attributes: dict[str, Any]) -> str | None:
    """What there is to say of a connection that carried no HTTP: protocol, upstream and flags as they were given."""
    upstream = attributes.get("upstream_cluster") or attributes.get("upstream_host")
    if not isinstance(upstream, str):
        return None
    said = (attributes.get("protocol"), upstream, attributes.get("response_flags"))
    return " ".join("-" if part is None else str(part) for part in said)


DIALECT = Dialect(
    name=_NAME,
    summary="Envoy and Istio access logs in JSON",
    link="https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage",
    signatures=tuple(
        frozenset(listed.split(","))
        for listed in words(
            "response_flags,start_time response_flags,response_code response_flags,upstream_cluster"
            " response_flags,upstream_host response_code_details,response_code upstream_cluster,response_code"
            " start_time,upstream_cluster start_time,upstream_host,response_code start_time,response_code,method"
            " response_flags,status,method upstream_transport_failure_reason,response_code"
        )
    ),
    compile_objects=keyed(
        _NAME,
        Reading(KEYS._replace(time=("start_time", *KEYS.time), host=("host.name", "hostname")), then=_complete),
    ),
    examples=(
        Example(
            '{"authority":"httpbin:8000","bytes_received":"0","bytes_sent":"135","duration":"4","method":"GET",'
            '"path":"/status/418","protocol":"HTTP/1.1","request_id":"84961386-6d84-929d-98bd-c5aee93b5c88",'
            '"response_code":"418","response_flags":"-","start_time":"2020-11-25T21:26:18.409Z",'
            '"upstream_cluster":"outbound|8000||httpbin.foo.svc.cluster.local","x_forwarded_for":"-"}',
            {
                "timestamp": "2020-11-25T21:26:18.409000000Z",
                "severity_number": 0,
                "trace_id": None,
                "body": "GET /status/418 418",
                "resource": {"service.name": "httpbin"},
                "attributes": {
                    "authority": "httpbin:8000",
                    "server.address": "httpbin",
                    "server.port": 8000,
                    "http.request.body.size": 0,
                    "http.response.body.size": 135,
                    "duration": "4",
                    "http.request.method": "GET",
                    "url.path": "/status/418",
                    "protocol": "HTTP/1.1",
                    "request_id": "84961386-6d84-929d-98bd-c5aee93b5c88",
                    "http.response.status_code": 418,
                    "response_flags": None,
                    "upstream_cluster": "outbound|8000||httpbin.foo.svc.cluster.local",
                    "x_forwarded_for": None,
                },
                "flags": ["service.inferred"],
            },
        ),
        Example(
            '{"authority":null,"method":null,"path":null,"protocol":null,"response_code":0,"response_flags":"-",'
            '"start_time":"2022-11-01T05:48:17.088Z","upstream_cluster":"PassthroughCluster","duration":665017}',
            {
                "timestamp": "2022-11-01T05:48:17.088000000Z",
                "body": "- PassthroughCluster -",
                "resource": {"service.name": "unknown_service"},
            },
        ),
    ),
)
