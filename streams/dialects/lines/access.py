"""Access logs in the Common Log Format and what grew from it: combined, virtual host in front, fields behind.

Source: Apache httpd's mod_log_config and nginx's ngx_http_log_module; Tomcat, Jetty, Traefik, Varnish and many more
write the same. The grammar is written here because the kept parsers want the log's format told, refuse what does not
follow it, or drop what stands behind it.
"""

from __future__ import annotations

import re
from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, TextReader, add_flags, new_record
from streams.dialects.lines.access_tail import put_tail
from streams.dialects.lines.clock import Clock
from streams.dialects.lines.fields import (
    NULLS,
    QUOTED,
    put,
    put_address,
    put_integer,
    put_virtual_host,
)
from streams.dialects.lines.http_request import put_request
from streams.types import Record, Source

NAME = "access-log"
_BEFORE_REQUEST = '] "'
_BEFORE_TIME = " ["
_NEAR = 1_024
_MOST_WORDS = 24
_TIME = (
    r"(?:-|(?P<time>(?P<second>(?:\d\d?/[A-Z][a-z]{2}/\d{4}[: ]|\d{4}-\d\d-\d\d[T ])\d\d:\d\d:\d\d)"
    r"(?:[.,](?P<fraction>\d{1,9}))?(?P<zone> ?(?:Z|[+-]\d\d:?\d\d))?))"
)
_RESULT = r" (?P<status>\d{3}|-)(?: (?P<size>\d++|-))?(?= |$)"
_LINE = re.compile(rf'{_TIME}\] "(?P<request>{QUOTED})"(?:{_RESULT}|(?= |$))')
_UNESCAPED = re.compile(rf'{_TIME}\] "(?P<request>(?:[^"]++|"(?! (?:\d{{3}}|-)(?: |$)))*+)"{_RESULT}')
"""Servers that do not escape quotes: the request ends where a status follows."""
_ADDRESS = re.compile(r"[0-9.]{7,15}|[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]{1,40}")
_WITH_PORT = re.compile(r"[^:]+:[0-9]{1,5}")


def _compile_text(zone: tzinfo) -> TextReader:
    clock = Clock(zone)

    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        at = text.find(_BEFORE_REQUEST, 0, _NEAR)
        start = text.rfind(_BEFORE_TIME, 0, at) if at > 0 else -1
        if start < 0:
            return None
        match = _match(text, start + len(_BEFORE_TIME))
        if match is None:
            return None
        record = new_record(NAME, event_id, observed, source)
        if match["second"]:
            clock.set(record, match["second"], match["fraction"], match["zone"], match["time"])
        else:
            add_flags(record, "timestamp.missing")
        _put_client(record, text[:start])
        _put_result(record, match)
        put_tail(record["attributes"], text[match.end() :])
        return record

    return read


def _match(line: str, start: int) -> re.Match[str] | None:
    match = _LINE.match(line, start)
    if match is None or match["status"] is None:
        match = _UNESCAPED.match(line, start) or match
    return None if match is None or "\n" in line else match


def _put_client(record: Record, head: str) -> None:
    """Read what stands before the time: maybe a virtual host, then client, identity and user.

    A client may be a list (`X-Forwarded-For`), a user name may hold blanks.
    """
    words = _joined(head.split(" ", _MOST_WORDS))
    if len(words) > 3 and _begins_with_host(words):
        put_virtual_host(record, words.pop(0))
    attributes = record["attributes"]
    client, *names = words
    if _WITH_PORT.fullmatch(client) or client[:1] == "[":
        put_address(attributes, "client", client)
    else:
        put(attributes, "client.address", client)
    if len(names) > 1:
        put(attributes, "ident", names.pop(0))
    put(attributes, "user.name", " ".join(names))


def _joined(words: list[str]) -> list[str]:
    """Join the members of a list, which end with a comma."""
    joined = [words[0]]
    for word in words[1:]:
        if joined[-1].endswith(","):
            joined[-1] = f"{joined[-1]} {word}"
        else:
            joined.append(word)
    return joined


def _begins_with_host(words: list[str]) -> bool:
    """Whether the first of four or more words is a virtual host, and not a client whose user has a name of two."""
    if _ADDRESS.fullmatch(words[1].partition(",")[0]):
        return True
    return words[1] != "-" and not _ADDRESS.fullmatch(words[0])


def _put_result(record: Record, match: re.Match[str]) -> None:
    request = match["request"]
    record["body"] = None if request == "-" else request
    if request not in NULLS:
        put_request(record["attributes"], request)
    put_integer(record, "http.response.status_code", match["status"], "status")
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
    starts="0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:-[_*",
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
