"""Apache httpd's error log, in the forms of 2.2 and 2.4.

Source: httpd's server/log.c (`do_errorlog_default`) and the directive ErrorLogFormat. The body is all that stands
behind the fields in brackets, so that a status or a client between them and the message is in both.
"""

from __future__ import annotations

import re

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.fields import put_address, put_header
from streams.dialects.lines.grammar import lined
from streams.types import Record
from streams.values.severities import APACHE

_WORD = r"(?P<level>emerg|alert|crit|error|warn|notice|info|debug|trace[1-8])"
_CLOCK = r"\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?"
_CTIME = rf"(?P<time>(?P<second>[A-Z][a-z]{{2}} [A-Z][a-z]{{2}} [ \d]\d {_CLOCK}(?P<zone> \d{{4}}))"
"""The year stands where other forms have their zone; both belong to what is read once a second."""
_COMMON = rf"(?P<time>(?P<second>\d\d/[A-Z][a-z]{{2}}/\d{{4}}:{_CLOCK}(?P<zone> [+-]\d{{4}})?)"
_ISO = rf"(?P<time>(?P<second>\d{{4}}-\d\d-\d\d[ T]{_CLOCK}(?P<zone>Z|[+-]\d\d:?\d\d)?)"
_MODULE = r"(?P<module>[A-Za-z0-9_.\-]{0,60}):"
_FIELDS = (
    r"(?: \[pid (?P<pid>\d{1,10})(?::tid (?P<tid>\d{1,20}))?\])?(?: \[tid (?P<sole_tid>\d{1,20})\])?"
    r"(?: (?P<file>[A-Za-z0-9_./\-]{1,200})\((?P<line>\d{1,9})\):)?"
    r"(?: \[(?P<side>client|remote) (?P<address>[^\]\s]{1,300})\])?"
)
_REST = r" (?P<body>.*)"

_MESSAGE_ID = re.compile(r"(?:^|[ :])(?P<id>AH\d{5}): ")
_STATUS = re.compile(r"\((?P<status>\d{1,10})\)")
_CLIENT = re.compile(r"\[(?:client|remote) (?P<address>[^\]\s]{1,300})\] ")
_REFERER = ", referer: "
_NEAR = 300


def _finish(record: Record) -> None:
    """Name the peer, and what the message says of itself: its number, a system's status, the referrer."""
    attributes, body = record["attributes"], record["body"]
    peer = attributes.pop("address", None)
    side = attributes.pop("side", "client")
    module = attributes.pop("module", None)
    if module:
        record["scope"] = {"name": module}
    found = None if peer else _CLIENT.search(body, 0, _NEAR)
    if found:
        peer = found["address"]
    if peer:
        put_address(attributes, "client" if side == "client" else "network.peer", peer)
    number = _MESSAGE_ID.search(body, 0, _NEAR)
    if number:
        attributes["apache.message_id"] = number["id"]
    status = _STATUS.match(body)
    if status:
        attributes["apache.status"] = int(status["status"])
    head, mark, referer = body.rpartition(_REFERER)
    if mark and head and "\n" not in referer:
        put_header(attributes, "referer", referer)


DIALECT = Dialect(
    name="apache-error",
    summary="Apache httpd's error log",
    link="https://httpd.apache.org/docs/2.4/logs.html#errorlog",
    compile_text=lined(
        "apache-error",
        rf"\[{_CTIME}\] \[(?:{_MODULE})?{_WORD}\]{_FIELDS}{_REST}",
        rf"\[{_COMMON}\] \[(?:{_MODULE})?{_WORD}\]{_FIELDS}{_REST}",
        rf"\[{_ISO}\] \[{_MODULE}{_WORD}\]{_FIELDS}{_REST}",
        words=APACHE,
        names={"sole_tid": "thread.id"},
        then=_finish,
    ),
    starts="[",
    head=r"\[(?:T?\Z|00/\Z|0000-00-00[ T]00:00:00[^\]]*\] \[)",
    examples=(
        Example(
            "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708] [client 72.15.99.187]"
            " File does not exist: /usr/local/apache2/htdocs/favicon.ico",
            {
                "timestamp": "2011-09-09T10:42:29.902022000Z",
                "severity_number": 17,
                "severity_text": "error",
                "scope": {"name": "core"},
                "body": "File does not exist: /usr/local/apache2/htdocs/favicon.ico",
                "attributes": {"process.pid": 35708, "client.address": "72.15.99.187"},
                "flags": ["timestamp.no_zone"],
            },
        ),
        Example(
            "[Thu Sep 26 17:02:51 2013] [crit] (13)Permission denied: [client 192.0.2.3:62022] AH00035: access denied",
            {
                "timestamp": "2013-09-26T17:02:51.000000000Z",
                "severity_number": 18,
                "severity_text": "crit",
                "body": "(13)Permission denied: [client 192.0.2.3:62022] AH00035: access denied",
                "attributes": {
                    "client.address": "192.0.2.3",
                    "client.port": 62022,
                    "apache.message_id": "AH00035",
                    "apache.status": 13,
                },
                "flags": ["timestamp.no_zone"],
            },
        ),
    ),
)
