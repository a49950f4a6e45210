"""HAProxy's logs of requests, of connections and of those that failed to be any.

Source: HAProxy's configuration manual, section 8.2, "Log formats": `option httplog`, `httpslog`, `tcplog` and the
error format. Fields keep the manual's names behind `haproxy.`. The head that syslog puts before is its dialects' own.
"""

from __future__ import annotations

import re
from datetime import tzinfo
from string import ascii_letters, digits
from typing import Any

from streams.dialects.base import Dialect, Example, TextReader, new_record
from streams.dialects.lines.access_tail import put_tail
from streams.dialects.lines.clock import Clock
from streams.dialects.lines.fields import integer, put
from streams.dialects.lines.http_request import put_request
from streams.dialects.roles import words
from streams.types import Record, Source

NAME = "haproxy"
_ACCEPT = re.compile(
    r"(?:(?P<process>[A-Za-z0-9_.\-]{1,60})(?:\[(?P<pid>\d{1,10})\])?: )?"
    r"\[?(?P<address>[0-9A-Za-z.:]{1,100}?|-)\]?:(?P<port>\d{1,5}|-)"
    r" \[(?P<time>(?P<second>\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d)\.(?P<fraction>\d{3})(?P<zone> [+-]\d{4})?)\] ",
    re.ASCII,
)
_PROXIES = r"(?P<frontend_name>[^\s/]{1,200}) (?P<backend_name>[^\s/]{1,200})(?:/(?P<server_name>\S{1,200}))?"
_INSERTED = r"(?: (?P<inserted>[^\s/]{0,200}[^\s/\d][^\s/]{0,200}))?"
"""A field that a custom format puts before the timers, mostly the name of the host."""
_COUNTS = (
    r"(?P<actconn>\d+)/(?P<feconn>\d+)/(?P<beconn>\d+)/(?P<srv_conn>\d+)/(?P<retries>\+?\d+)"
    r" (?P<srv_queue>\d+)/(?P<backend_queue>\d+)"
)
_HTTP = re.compile(
    rf"{_PROXIES}{_INSERTED} (?P<timers>[+-]?\d+(?:/[+-]?\d+){{4}}) (?P<status>-?\d{{1,3}}) (?P<bytes_read>\+?\d+)"
    r" (?P<captured_request_cookie>\S+) (?P<captured_response_cookie>\S+)"
    rf" (?P<termination_state>[A-Za-z-]{{4}}) {_COUNTS}"
    r"(?: \{(?P<captured_request_headers>[^{}]*+)\})?(?: \{(?P<captured_response_headers>[^{}]*+)\})?"
    r' "(?P<request>[^"]*+)"?(?P<tail>.*)',
    re.ASCII,
)
_TCP = re.compile(
    rf"{_PROXIES}{_INSERTED} (?P<timers>[+-]?\d+(?:/[+-]?\d+){{2}}) (?P<bytes_read>\+?\d+)"
    rf" (?P<termination_state>[A-Za-z-]{{2}}) {_COUNTS}(?P<tail>.*)",
    re.ASCII,
)
_FAILED = re.compile(r"(?P<frontend_name>[^\s/]{1,200})/(?P<bind_name>\S{1,200}): (?P<message>.+)")
_HTTP_TIMERS = ("TR", "Tw", "Tc", "Tr", "Ta")
_TCP_TIMERS = ("Tw", "Tc", "Tt")
_ELSEWHERE = frozenset({"timers", "status", "request", "tail", "message"})
_COUNTED = frozenset(words("bytes_read actconn feconn beconn srv_conn retries srv_queue backend_queue"))
_NOTHING = (None, "", "-")


def _compile_text(zone: tzinfo) -> TextReader:
    clock = Clock(zone)

    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        accept = _ACCEPT.match(text)
        match = _match(text, accept.end()) if accept else None
        if accept is None or match is None:
            return None
        record = new_record(NAME, event_id, observed, source)
        clock.set(record, accept["second"], accept["fraction"], accept["zone"], accept["time"])
        _put_origin(record, accept)
        _fill(record, match)
        return record

    return read


def _match(line: str, start: int) -> re.Match[str] | None:
    for form in (_HTTP, _TCP, _FAILED):
        match = form.fullmatch(line, start)
        if match:
            return match
    return None


def _put_origin(record: Record, accept: re.Match[str]) -> None:
    attributes = record["attributes"]
    if accept["process"]:
        record["resource"]["service.name"] = accept["process"]
    if accept["pid"]:
        attributes["process.pid"] = int(accept["pid"])
    put(attributes, "client.address", accept["address"])
    if accept["port"] != "-":
        attributes["client.port"] = int(accept["port"])


def _fill(record: Record, match: re.Match[str]) -> None:
    attributes, said = record["attributes"], match.groupdict()
    for name, value in said.items():
        if name in _COUNTED and value:
            _put_count(attributes, name, value)
        elif name not in _ELSEWHERE and value not in _NOTHING:
            attributes[f"haproxy.{name}"] = value
    if match.re is _FAILED:
        record["body"] = said["message"]
        return
    timers = said["timers"].split("/")
    for name, value in zip(_HTTP_TIMERS if len(timers) == len(_HTTP_TIMERS) else _TCP_TIMERS, timers, strict=True):
        _put_count(attributes, name, value)
    if match.re is _TCP:
        upstream = "/".join(filter(None, (said["backend_name"], said["server_name"])))
        record["body"] = f"{upstream} {said['termination_state']}"
    else:
        record["body"] = said["request"]
        put_request(attributes, said["request"])
        _put_status(attributes, said["status"])
    put_tail(attributes, said["tail"])


def _put_count(attributes: dict[str, Any], name: str, value: str) -> None:
    """Set a number; one with a sign stays as it is written, because the sign has a meaning."""
    number = integer(value)
    attributes[f"haproxy.{name}"] = value if number is None else number


def _put_status(attributes: dict[str, Any], status: str) -> None:
    number = integer(status)
    if number is None:
        attributes["haproxy.status_code"] = status
    else:
        attributes["http.response.status_code"] = number


DIALECT = Dialect(
    name=NAME,
    summary="HAProxy's HTTP, HTTPS, TCP and connection error logs",
    link="https://docs.haproxy.org/2.8/configuration.html#8.2",
    compile_text=_compile_text,
    starts=f"{ascii_letters}{digits}_.-[:",
    head=r"[A-Za-z0_.\-]+(?:\[0*(?:\Z|\]: )|: |\Z)|\[?(?:[A-Za-z0.:]+|-)(?:\]?:(?:0{1,5}|-) \[00/|\Z)",
    holds=(" [",),
    opaque=True,
    examples=(
        Example(
            "Feb  6 12:14:14 localhost haproxy[14389]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1"
            ' 10/0/30/-1/+109 200 2750 - - ---- 1/2/3/4/0 0/0 {1wt.eu} {} "GET /index.html HTTP/1.1"',
            {
                "timestamp": "2009-02-06T12:14:14.655000000Z",
                "severity_number": 0,
                "body": "GET /index.html HTTP/1.1",
                "resource": {"service.name": "haproxy", "host.name": "localhost"},
                "attributes": {
                    "client.address": "10.0.1.2",
                    "client.port": 33317,
                    "haproxy.frontend_name": "http-in",
                    "haproxy.backend_name": "static",
                    "haproxy.server_name": "srv1",
                    "haproxy.bytes_read": 2750,
                    "haproxy.termination_state": "----",
                    "haproxy.actconn": 1,
                    "haproxy.feconn": 2,
                    "haproxy.beconn": 3,
                    "haproxy.srv_conn": 4,
                    "haproxy.retries": 0,
                    "haproxy.srv_queue": 0,
                    "haproxy.backend_queue": 0,
                    "haproxy.captured_request_headers": "1wt.eu",
                    "haproxy.TR": 10,
                    "haproxy.Tw": 0,
                    "haproxy.Tc": 30,
                    "haproxy.Tr": "-1",
                    "haproxy.Ta": "+109",
                    "url.path": "/index.html",
                    "http.request.method": "GET",
                    "network.protocol.name": "http",
                    "network.protocol.version": "1.1",
                    "http.response.status_code": 200,
                    "process.pid": 14389,
                    "rfc3164.timestamp": "2027-02-06T12:14:14.000000000Z",
                },
                "flags": ["timestamp.no_zone"],
            },
        ),
        Example(
            "haproxy[14387]: 2001:db8::1:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0",
            {
                "timestamp": "2009-02-06T12:12:51.443000000Z",
                "body": "bck/srv1 --",
                "resource": {"service.name": "haproxy"},
            },
        ),
        Example(
            "haproxy[18989]: 127.0.0.1:34550 [15/Oct/2012:15:02:59.337] fe/1: Connection error during SSL handshake",
            {"body": "Connection error during SSL handshake", "resource": {"service.name": "haproxy"}},
        ),
    ),
)
