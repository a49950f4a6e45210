"""Caddy: zap's JSON with the loggers of its modules and an access log (Caddy docs, "How logging works")."""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.keyed import keyed
from streams.dialects.loggers.fields import name_error
from streams.dialects.loggers.zap import PRODUCTION
from streams.dialects.moves import lift
from streams.types import Record

_MODULES = frozenset({"admin", "http", "tls", "pki", "events", "layer4", "docker-proxy", "storage", "watcher"})
_ACCESS = "http.log."
"""Loggers that are Caddy's alone, so that they may write times in any format."""
_REQUEST = {
    "method": "http.request.method",
    "host": "server.address",
    "client_ip": "client.address",
    "remote_ip": "network.peer.address",
    "remote_port": "network.peer.port",
    "proto": "network.protocol.name",
}
_NAMES = {
    "status": "http.response.status_code",
    "size": "http.response.body.size",
    "bytes_read": "http.request.body.size",
    **PRODUCTION.attributes,
}
_CORE = frozenset({"level", "ts", "logger", "msg"})


def _is_caddy(document: dict[str, Any]) -> bool:
    logger = document["logger"]
    return (
        isinstance(logger, str)
        and logger.partition(".")[0] in _MODULES
        and (isinstance(document["ts"], int | float) or logger.startswith(_ACCESS))
        and "caller" not in document
    )


def _finish(record: Record) -> None:
    attributes = record["attributes"]
    request = attributes.get("request")
    if isinstance(request, dict):
        lift(attributes, "request", _REQUEST)
        _name_url(attributes, request.get("uri"))
    name_error(record)


def _name_url(attributes: dict[str, Any], uri: Any) -> None:
    """Split the URI, which itself stays with the rest of the request."""
    if isinstance(uri, str):
        attributes["url.path"], _, query = uri.partition("?")
        if query:
            attributes["url.query"] = query


DIALECT = Dialect(
    name="caddy",
    summary="JSON of the web server Caddy: access log and messages of its modules",
    link="https://caddyserver.com/docs/logging",
    signatures=(_CORE, _CORE | {"request", "status"}),
    test=_is_caddy,
    compile_objects=keyed("caddy", PRODUCTION._replace(attributes=_NAMES, then=_finish)),
    examples=(
        Example(
            '{"level":"error","ts":1781956800.1234567,"logger":"http.log.access.log0","msg":"handled request",'
            '"request":{"remote_ip":"192.0.2.7","remote_port":"41342","client_ip":"192.0.2.7","proto":"HTTP/2.0",'
            '"method":"GET","host":"example.com","uri":"/cart?id=7","headers":{"Accept":["*/*"]}},'
            '"bytes_read":0,"duration":0.5,"size":10900,"status":502}',
            {
                "timestamp": "2026-06-20T12:00:00.123456700Z",
                "severity_number": 17,
                "severity_text": "error",
                "body": "handled request",
                "scope": {"name": "http.log.access.log0"},
                "attributes": {
                    "request": {"uri": "/cart?id=7", "headers": {"Accept": ["*/*"]}},
                    "duration": 0.5,
                    "http.request.body.size": 0,
                    "http.request.method": "GET",
                    "http.response.body.size": 10900,
                    "http.response.status_code": 502,
                    "client.address": "192.0.2.7",
                    "network.peer.address": "192.0.2.7",
                    "network.peer.port": "41342",
                    "network.protocol.name": "HTTP/2.0",
                    "server.address": "example.com",
                    "url.path": "/cart",
                    "url.query": "id=7",
                },
            },
        ),
        Example(
            '{"level":"warn","ts":1781956800.5,"logger":"tls","msg":"stapling OCSP","error":"no OCSP stapling"}',
            {
                "severity_number": 13,
                "body": "stapling OCSP",
                "scope": {"name": "tls"},
                "attributes": {"exception.message": "no OCSP stapling"},
            },
        ),
    ),
)
