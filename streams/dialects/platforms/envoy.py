"""Envoy and Istio access logs: JSON of configurable keys, and the two default text formats.

Source: Envoy, "Access logging" (command operators, default format string); Istio, "Envoy Access Logs". A request id is
no trace id. `-` and null stand for what a request did not have, as all of HTTP in a TCP connection.
"""

from __future__ import annotations

import re
from datetime import tzinfo

from streams.dialects.base import Dialect, Example, ObjectReader, TextReader
from streams.dialects.lines.fields import split_fields
from streams.dialects.platforms.access import Columns, access_log
from streams.dialects.roles import KEYS, words
from streams.types import Record, Source

_NAME = "envoy-istio"

_COLUMNS = Columns(
    method=("method", ":method", "request_method", "req_method"),
    target=(
        *("path", ":path", "uri_path", "request_path"),
        *("x-envoy-original-path", "x_envoy_original_path", "x-envoy-origin-path", "x_envoy_origin_path"),
    ),
    status=("response_code", "response-code", "status", "response_status"),
    host=("authority", ":authority", "host", "request_host"),
    texts={
        "user_agent": "user_agent.original",
        "user-agent": "user_agent.original",
        "scheme": "url.scheme",
        "downstream_tls_version": "tls.protocol.version",
        "downstream_tls_cipher": "tls.cipher",
        "client_ip": "client.address",
    },
    integers={"bytes_received": "http.request.body.size", "bytes_sent": "http.response.body.size"},
)

_LINE = re.compile(
    r'\[(\d{4}-\d\d-\d\dT[0-9:.]{8,20}Z)\] "((\S++) ([^"\n]*) ([^" \n]++))" (\d{1,3}) (\S++) (.*)', re.ASCII
)
_SIZES = words("bytes_received bytes_sent duration upstream_service_time")
_REQUEST = words("x_forwarded_for user_agent request_id authority upstream_host")
_DETAILS = words("response_code_details connection_termination_details upstream_transport_failure_reason")
_ROUTE = words(
    "upstream_cluster upstream_local_address downstream_local_address downstream_remote_address"
    " requested_server_name route_name"
)
_FORMATS = {
    len(names): names
    for names in ((*_SIZES, *_REQUEST), (*_DETAILS, *_SIZES, *_REQUEST, *_ROUTE), (*_SIZES, *_REQUEST, *_ROUTE))
}
"""What follows the response flags: Envoy's default, Istio's, and Istio's before 1.7; each has its number of fields."""
_HEAD = words("start_time method path protocol response_code response_flags")
_NO_REQUEST = "- - -"


def _describe_connection(record: Record) -> None:
    """Say of a connection that carried no HTTP its protocol, upstream and flags as they were given."""
    attributes = record["attributes"]
    if record["body"] is not None or "http.request.method" in attributes:
        return
    upstream = attributes.get("upstream_cluster") or attributes.get("upstream_host")
    if isinstance(upstream, str):
        said = (attributes.get("protocol"), upstream, attributes.get("response_flags"))
        record["body"] = " ".join("-" if part is None else str(part) for part in said)


_KEYS = KEYS._replace(time=("start_time", *KEYS.time), body=("request", *KEYS.body), host=("host.name", "hostname"))
_compile_objects = access_log(_NAME, _KEYS, _COLUMNS, _describe_connection)


def _compile_text(zone: tzinfo) -> TextReader:
    readers: dict[int, ObjectReader] = {
        count: _compile_objects((*_HEAD, *names), zone) for count, names in _FORMATS.items()
    }

    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        match = _LINE.fullmatch(text)
        fields = split_fields(match[8]) if match else []
        names = _FORMATS.get(len(fields))
        if not match or not names:
            return None
        start, request, *head = match.groups()[:-1]
        document = dict(zip((*_HEAD, *names), (start, *head, *fields), strict=True))
        record = readers[len(fields)](document, event_id, observed, source)
        if request != _NO_REQUEST:
            record["body"] = request
        return record

    return read


DIALECT = Dialect(
    name=_NAME,
    summary="Envoy and Istio access logs, JSON and the default text formats",
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
    compile_objects=_compile_objects,
    compile_text=_compile_text,
    starts="[",
    head=r"\[0000-00-00T[0:.]{8,20}Z\] \"",
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
        Example(
            '[2020-11-25T21:26:18.409Z] "GET /status/418 HTTP/1.1" 418 - via_upstream - "-" 0 135 4 4 "-"'
            ' "curl/7.73.0-DEV" "84961386-6d84-929d-98bd-c5aee93b5c88" "httpbin:8000" "10.44.1.27:80"'
            " outbound|8000||httpbin.foo 10.44.1.23:37652 10.0.45.184:8000 10.44.1.23:46520 - default",
            {
                "timestamp": "2020-11-25T21:26:18.409000000Z",
                "body": "GET /status/418 HTTP/1.1",
                "resource": {"service.name": "httpbin"},
            },
        ),
    ),
)
