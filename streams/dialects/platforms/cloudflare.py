"""Cloudflare Logpush: the `http_requests` data set, and others of the zone that carry a `RayID`.

Source: Cloudflare, "Logs: HTTP requests" (fields; times as RFC 3339, unix or unixnano by setting). A ray id is 16
hexadecimal digits and no trace id.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.platforms.access import Columns, access_log
from streams.dialects.roles import KEYS, words

_NAME = "cloudflare"

_KEYS = KEYS._replace(time=("EdgeStartTimestamp", "Datetime", "EdgeEndTimestamp", *KEYS.time), host=())
_COLUMNS = Columns(
    method=("ClientRequestMethod",),
    target=("ClientRequestURI", "ClientRequestPath"),
    status=("EdgeResponseStatus",),
    host=("ClientRequestHost", "EdgeRequestHost"),
    texts={
        "ClientIP": "client.address",
        "ClientRequestUserAgent": "user_agent.original",
        "ClientRequestScheme": "url.scheme",
        "ClientSSLProtocol": "tls.protocol.version",
        "ClientSSLCipher": "tls.cipher",
    },
    integers={
        "ClientSrcPort": "client.port",
        "ClientRequestBytes": "http.request.size",
        "EdgeResponseBytes": "http.response.size",
        "EdgeResponseBodyBytes": "http.response.body.size",
    },
)

DIALECT = Dialect(
    name=_NAME,
    summary="Cloudflare Logpush, HTTP requests and firewall events",
    link="https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/zone/http_requests/",
    signatures=tuple(
        frozenset(listed.split(","))
        for listed in words(
            "RayID,EdgeStartTimestamp RayID,EdgeEndTimestamp RayID,ClientIP RayID,Datetime RayID,EdgeResponseStatus"
            " EdgeStartTimestamp,ClientIP EdgeStartTimestamp,ClientRequestHost EdgeStartTimestamp,EdgeResponseStatus"
        )
    ),
    compile_objects=access_log(_NAME, _KEYS, _COLUMNS),
    examples=(
        Example(
            '{"ClientIP":"203.0.113.9","ClientRequestHost":"shop.example.com","ClientRequestMethod":"GET",'
            '"ClientRequestURI":"/x?y=z","EdgeEndTimestamp":"2026-08-19T12:00:01Z","EdgeResponseBytes":3930,'
            '"EdgeResponseStatus":200,"EdgeStartTimestamp":1787140800100000300,"RayID":"8ec7b94c9b18a95c"}',
            {
                "timestamp": "2026-08-19T12:00:00.100000300Z",
                "trace_id": None,
                "body": "GET /x?y=z 200",
                "resource": {"service.name": "shop.example.com"},
                "attributes": {
                    "client.address": "203.0.113.9",
                    "ClientRequestHost": "shop.example.com",
                    "server.address": "shop.example.com",
                    "http.request.method": "GET",
                    "url.path": "/x",
                    "url.query": "y=z",
                    "EdgeEndTimestamp": "2026-08-19T12:00:01Z",
                    "http.response.size": 3930,
                    "http.response.status_code": 200,
                    "RayID": "8ec7b94c9b18a95c",
                },
                "flags": ["service.inferred"],
            },
        ),
    ),
)
