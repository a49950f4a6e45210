"""Access logs in the Common Log Format and what grew from it: combined, virtual host in front, fields behind.

Source: Apache httpd's mod_log_config and nginx's ngx_http_log_module; Tomcat, Jetty, Traefik, Varnish, morgan and many
more write the same. The grammar is written here because the kept parsers want the log's format told, refuse what does
not follow it, or drop what stands behind it.
"""

from __future__ import annotations

import re
from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, TextReader, add_flags, new_record
from streams.dialects.lines.access_head import put_head
from streams.dialects.lines.access_tail import put_tail
from streams.dialects.lines.clock import Clock
from streams.dialects.lines.fields import NULLS, QUOTED, put, put_integer
from streams.dialects.lines.http_request import put_request
from streams.types import Record, Source

NAME = "access-log"
_BEFORE_REQUEST = '] "'
_BEFORE_TIME = " ["
_NEAR = 1_024
_TIME = (
    r"(?:-|(?P<time>(?P<second>"
    r"(?:\d\d?/[A-Z][a-z]{2}/\d{4}[: ]|\d{4}-\d\d-\d\d[T ]|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} )\d\d:\d\d:\d\d)"
    r"(?:[.,](?P<fraction>\d{1,9}))?(?P<zone> ?(?:Z|GMT|[+-]\d\d:?\d\d))?))"
)
_RESULT = r" (?P<status>\d{3}|-)(?: (?P<size>\d++|-))?(?= |$)"
_LINE = re.compile(rf'{_TIME}\] "(?P<request>{QUOTED})"(?:{_RESULT}|(?= |$))')
_UNESCAPED = re.compile(rf'{_TIME}\] "(?P<request>(?>(?:[^"]++|"(?! (?:\d{{3}}|-)(?: |$)))*))"{_RESULT}')
"""Servers that do not escape quotes: the request ends where a status follows."""
_ENCRYPTED = re.compile(
    rf"\[{_TIME}\] (?P<client>\S{{1,255}}) (?P<protocol>(?:TLS|SSL)v[0-9.]{{1,4}}|-) (?P<cipher>[A-Z0-9_\-]{{1,100}})"
    rf' "(?P<request>{QUOTED})" (?P<size>\d++|-)'
)
"""`ssl_request_log`, as Apache's packages set it up."""


def _compile_text(zone: tzinfo) -> TextReader:
    clock = Clock(zone)

    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        if text[:1] == "[" and (encrypted := _ENCRYPTED.fullmatch(text)):
            return read_encrypted(encrypted, new_record(NAME, event_id, observed, source))
        at = text.find(_BEFORE_REQUEST, 0, _NEAR)
        start = text.rfind(_BEFORE_TIME, 0, at) if at > 0 else -1
        if start < 0:
            return None
        match = _match(text, start + len(_BEFORE_TIME))
        if match is None:
            return None
        record = new_record(NAME, event_id, observed, source)
        set_time(record, match)
        _put_request(record, match)
        put_head(record, text[:start])
        put_integer(record, "http.response.status_code", match["status"], "status")
        put_tail(record["attributes"], text[match.end() :])
        return record

    def read_encrypted(match: re.Match[str], record: Record) -> Record:
        set_time(record, match)
        attributes = record["attributes"]
        put(attributes, "client.address", match["client"])
        put(attributes, "tls.protocol.version", match["protocol"])
        put(attributes, "tls.cipher", match["cipher"])
        _put_request(record, match)
        return record

    def set_time(record: Record, match: re.Match[str]) -> None:
        if match["second"]:
            clock.set(record, match["second"], match["fraction"], match["zone"], match["time"])
        else:
            add_flags(record, "timestamp.missing")

    return read


def _match(line: str, start: int) -> re.Match[str] | None:
    match = _LINE.match(line, start)
    if match is None or match["status"] is None:
        match = _UNESCAPED.match(line, start) or match
    return None if match is None or "\n" in line else match


def _put_request(record: Record, match: re.Match[str]) -> None:
    request = match["request"]
    record["body"] = None if request == "-" else request
    if request not in NULLS:
        put_request(record["attributes"], request)
    put_integer(record, "http.response.body.size", match["size"], "bytes")


_COMBINED: dict[str, Any] = {
    "timestamp": "2000-10-10T20:55:36.000000000Z",
    "severity_number": 0,
    "severity_text": None,
    "body": "GET /apache_pb.gif?size=2 HTTP/1.0",
    "attributes": {
        "client.address": "127.0.0.1",
        "user.name": "frank",
        "http.request.method": "GET",
        "url.path": "/apache_pb.gif",
        "url.query": "size=2",
        "network.protocol.name": "http",
        "network.protocol.version": "1.0",
        "http.response.status_code": 200,
        "http.response.body.size": 2326,
        "http.request.header.referer": ["http://www.example.com/start.html"],
        "user_agent.original": "Mozilla/4.08 [en] (Win98; I ;Nav)",
    },
}

DIALECT = Dialect(
    name=NAME,
    summary="HTTP access logs: Common Log Format, combined, with a virtual host before and other fields behind",
    link="https://httpd.apache.org/docs/2.4/logs.html#accesslog",
    compile_text=_compile_text,
    starts='0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:-[_*"',
    holds=('] "', '" '),
    opaque=True,
    examples=(
        Example(
            '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif?size=2 HTTP/1.0" 200 2326'
            ' "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)"',
            _COMBINED,
        ),
        Example(
            'shop.example.com:443 2001:db8::7 - - [10/Oct/2000:13:55:36 +0000] "-" 408 -',
            {
                "timestamp": "2000-10-10T13:55:36.000000000Z",
                "body": 'shop.example.com:443 2001:db8::7 - - [10/Oct/2000:13:55:36 +0000] "-" 408 -',
                "resource": {"service.name": "shop.example.com"},
                "attributes": {
                    "server.address": "shop.example.com",
                    "server.port": 443,
                    "client.address": "2001:db8::7",
                    "http.response.status_code": 408,
                },
                "flags": ["service.inferred"],
            },
        ),
    ),
)
