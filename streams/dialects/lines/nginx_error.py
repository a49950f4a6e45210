"""nginx's error log: time, level, process and connection, the message, then `, key: value` pairs on the request.

Source: nginx's src/core/ngx_log.c and ngx_http_request.c (`ngx_http_log_error_handler`). The message may hold
commas and quotes of its own, so it ends at the first of the keys that nginx writes (data contract 8b.7).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.fields import put, put_address, put_header
from streams.dialects.lines.grammar import lined
from streams.dialects.lines.http_request import put_request
from streams.types import Record
from streams.values.severities import SYSLOG

_PATTERN = (
    r"(?P<time>(?P<second>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d))"
    r" \[(?P<level>emerg|alert|crit|error|warn|notice|info|debug)\]"
    r" (?P<pid>\d{1,10})#(?P<tid>\d{1,20}):(?: \*(?P<connection>\d{1,20}))? (?P<body>.*)"
)
_CLIENT = ", client: "
_KEY = re.compile(
    r", (client|server|request|subrequest|upstream|host|referrer|login|responder|peer|certificate|"
    r"bytes [a-z/ ]{1,30}): ?"
)


def _finish(record: Record) -> None:
    """Split the pairs off the message, and name those that OpenTelemetry knows."""
    body: str = record["body"]
    start = body.find(_CLIENT)
    keys = list(_KEY.finditer(body, max(start, 0)))
    if not keys:
        return
    record["body"] = body[: keys[0].start()]
    ends = [*(following.start() for _, following in pairwise(keys)), len(body)]
    for key, end in zip(keys, ends, strict=True):
        _put_pair(record["attributes"], key[1], _unquoted(body[key.end() : end]))


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def _put_pair(attributes: dict[str, Any], key: str, value: str) -> None:
    if key == "client" or (key == "server" and value):
        put_address(attributes, key, value)
    elif key == "host":
        put_header(attributes, key, value)
    elif key == "referrer":
        put_header(attributes, "referer", value)
    else:
        put(attributes, key, value)
        if key == "request":
            put_request(attributes, value)


DIALECT = Dialect(
    name="nginx-error",
    summary="nginx's error log",
    link="https://nginx.org/en/docs/ngx_core_module.html#error_log",
    compile_text=lined("nginx-error", _PATTERN, words=SYSLOG, names={"connection": "nginx.connection"}, then=_finish),
    starts="0123456789",
    head=r"0000/00/00 00:00:00 \[\Z",
    examples=(
        Example(
            '2024/05/02 08:14:59 [crit] 29#30: *7 open() "/srv/a, b" failed (13: Permission denied),'
            ' client: 192.0.2.7, server: shop.example.com, request: "GET /a?b=1 HTTP/1.1", upstream:'
            ' "http://10.0.0.1:80/a", host: "shop.example.com:8081"',
            {
                "timestamp": "2024-05-02T08:14:59.000000000Z",
                "severity_number": 18,
                "severity_text": "crit",
                "body": 'open() "/srv/a, b" failed (13: Permission denied)',
                "attributes": {
                    "process.pid": 29,
                    "thread.id": 30,
                    "nginx.connection": "7",
                    "client.address": "192.0.2.7",
                    "server.address": "shop.example.com",
                    "request": "GET /a?b=1 HTTP/1.1",
                    "http.request.method": "GET",
                    "url.path": "/a",
                    "url.query": "b=1",
                    "network.protocol.name": "http",
                    "network.protocol.version": "1.1",
                    "upstream": "http://10.0.0.1:80/a",
                    "http.request.header.host": ["shop.example.com:8081"],
                },
                "flags": ["timestamp.no_zone"],
            },
        ),
        Example(
            "2021/06/17 19:25:59 [notice] 133309#133309: signal process started",
            {
                "severity_number": 10,
                "body": "signal process started",
                "attributes": {"process.pid": 133309, "thread.id": 133309},
            },
        ),
    ),
)
