"""nginx access logs in JSON: every installation writes its own `log_format`, of nginx's variables under their names.

Source: ngx_http_log_module (`log_format ... escape=json`) and the "Alphabetical index of variables". A value is in
quotes even when it is a number, and a variable that is not set is `-` or empty.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.fields import NULLS
from streams.dialects.platforms.access import Columns, access_log
from streams.dialects.roles import KEYS, words

_NAME = "nginx-json"

_KEYS = KEYS._replace(
    time=("msec", "time_msec", "time_iso8601", "time_local", *KEYS.time),
    body=("request", "request_line", "http_request", *KEYS.body),
    host=("host.name", "hostname"),
)
_COLUMNS = Columns(
    method=("request_method", "method"),
    target=("request_uri", "uri", "document_uri", "path", "url"),
    status=("status", "status_code", "response_status", "code"),
    host=("host", "http_host", "server_name", "vhost", "virtual_host", "domain"),
    texts={
        "remote_addr": "client.address",
        "client_ip": "client.address",
        "remote_ip": "client.address",
        "clientip": "client.address",
        "http_user_agent": "user_agent.original",
        "user_agent": "user_agent.original",
        "agent": "user_agent.original",
        "scheme": "url.scheme",
        "ssl_protocol": "tls.protocol.version",
        "ssl_cipher": "tls.cipher",
        "remote_user": "user.name",
        "request_body": "http.request.body",
    },
    integers={
        "remote_port": "client.port",
        "server_port": "server.port",
        "body_bytes_sent": "http.response.body.size",
        "bytes_sent": "http.response.size",
        "size": "http.response.body.size",
        "request_length": "http.request.size",
        "content_length": "http.request.body.size",
        "pid": "process.pid",
    },
)

_SIGNATURES = words(
    "time_iso8601,status time_local,status msec,status request_method,status request,status,remote_addr"
    " remote_addr,status,request_uri remote_addr,request_method remote_addr,request_time http_user_agent,status"
    " body_bytes_sent,status body_bytes_sent,request upstream_response_time,status upstream_addr,status"
    " time_iso8601,request time_local,request time_iso8601,remote_addr time_local,remote_addr"
    " clientip,status,responsetime upstreamhost,status upstreamtime,status clientip,status,request"
    " request_time,status,request_uri request_time,status,uri http_x_forwarded_for,status http_referer,status"
)


def _is_of_nginx(document: dict[str, Any]) -> bool:
    """A status is a number, perhaps in quotes or with that of a retry; other programs have words there."""
    status = document.get("status")
    return not isinstance(status, str) or status in NULLS or not status[:1].isalpha()


DIALECT = Dialect(
    name=_NAME,
    summary="nginx access logs in JSON, of any log_format that keeps the names of nginx's variables",
    link="https://nginx.org/en/docs/http/ngx_http_log_module.html",
    signatures=tuple(frozenset(listed.split(",")) for listed in _SIGNATURES),
    test=_is_of_nginx,
    compile_objects=access_log(_NAME, _KEYS, _COLUMNS),
    examples=(
        Example(
            '{"time_local":"25/Feb/2021:16:20:01 -0500","remote_addr":"203.0.113.7",'
            '"request":"GET /about?x=1 HTTP/1.1","status":"404","body_bytes_sent":"178","http_referer":"-",'
            '"http_user_agent":"curl/7.58.0",'
            '"request_time":"0.042","upstream_addr":"-","host":"shop.example.com"}',
            {
                "timestamp": "2021-02-25T21:20:01.000000000Z",
                "severity_number": 0,
                "severity_text": None,
                "body": "GET /about?x=1 HTTP/1.1",
                "resource": {"service.name": "shop.example.com"},
                "attributes": {
                    "http.request.method": "GET",
                    "url.path": "/about",
                    "url.query": "x=1",
                    "network.protocol.name": "http",
                    "network.protocol.version": "1.1",
                    "http.response.status_code": 404,
                    "http.response.body.size": 178,
                    "http_referer": None,
                    "user_agent.original": "curl/7.58.0",
                    "client.address": "203.0.113.7",
                    "request_time": "0.042",
                    "upstream_addr": None,
                    "host": "shop.example.com",
                    "server.address": "shop.example.com",
                },
                "flags": ["service.inferred"],
            },
        ),
        Example(
            '{"msec":1791014065.887,"time_iso8601":"2026-10-03T07:54:25+00:00","request_method":"GET",'
            '"request_uri":"/?a=b","status":200}',
            {
                "timestamp": "2026-10-03T07:54:25.887000000Z",
                "body": "GET /?a=b 200",
                "attributes": {
                    "time_iso8601": "2026-10-03T07:54:25+00:00",
                    "http.request.method": "GET",
                    "url.path": "/",
                    "url.query": "a=b",
                    "http.response.status_code": 200,
                },
            },
        ),
    ),
)
