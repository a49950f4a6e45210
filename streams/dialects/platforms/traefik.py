"""Traefik access logs in JSON.

Source: Traefik, "Access logs" (`accesslog.format: json`; fields). `time` is when the line was written, `StartUTC` when
the request began; durations are nanoseconds.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.platforms.access import Columns, access_log
from streams.dialects.roles import KEYS, words

_NAME = "traefik"

_KEYS = KEYS._replace(time=("StartUTC", "StartLocal", *KEYS.time), service=("service.name",))
_COLUMNS = Columns(
    method=("RequestMethod",),
    target=("RequestPath",),
    status=("DownstreamStatus", "OriginStatus"),
    host=("RequestHost", "RequestAddr"),
    texts={
        "ClientHost": "client.address",
        "RequestScheme": "url.scheme",
        "request_User-Agent": "user_agent.original",
        "ClientUsername": "user.name",
        "TLSCipher": "tls.cipher",
    },
    integers={
        "ClientPort": "client.port",
        "RequestContentSize": "http.request.body.size",
        "DownstreamContentSize": "http.response.body.size",
    },
)

DIALECT = Dialect(
    name=_NAME,
    summary="Traefik access logs in JSON",
    link="https://doc.traefik.io/traefik/observability/access-logs/",
    signatures=tuple(
        frozenset(listed.split(","))
        for listed in words(
            "DownstreamStatus,RequestMethod DownstreamStatus,RequestPath StartUTC,RequestPath StartUTC,RouterName"
            " OriginStatus,RequestMethod,RequestPath"
        )
    ),
    compile_objects=access_log(_NAME, _KEYS, _COLUMNS),
    examples=(
        Example(
            '{"ClientAddr":"203.0.113.9:42212","ClientHost":"203.0.113.9","ClientPort":"42212","DownstreamContentSize":19,'
            '"DownstreamStatus":404,"Duration":119271,"RequestHost":"shop.example.com","RequestMethod":"GET",'
            '"RequestPath":"/cart?x=1","RequestProtocol":"HTTP/1.1","StartUTC":"2024-03-10T14:13:06.719123456Z",'
            '"entryPointName":"web","level":"info","msg":"","time":"2024-03-10T14:13:06Z"}',
            {
                "timestamp": "2024-03-10T14:13:06.719123456Z",
                "severity_number": 9,
                "severity_text": "info",
                "body": "GET /cart?x=1 404",
                "resource": {"service.name": "shop.example.com"},
                "attributes": {
                    "ClientAddr": "203.0.113.9:42212",
                    "client.address": "203.0.113.9",
                    "client.port": 42212,
                    "http.response.body.size": 19,
                    "http.response.status_code": 404,
                    "Duration": 119271,
                    "RequestHost": "shop.example.com",
                    "server.address": "shop.example.com",
                    "http.request.method": "GET",
                    "url.path": "/cart",
                    "url.query": "x=1",
                    "RequestProtocol": "HTTP/1.1",
                    "entryPointName": "web",
                    "time": "2024-03-10T14:13:06Z",
                },
                "flags": ["service.inferred"],
            },
        ),
    ),
)
