"""GELF 1.1, Graylog's extended log format.

Source: Graylog, "GELF payload specification". Fields of one's own begin with `_`, which the record does not keep; a
level that is absent is unspecified, although the specification's default is 1 (data contract, section 2). What ends a
message over TCP, a NUL, is dropped with the other line ends of a value.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, ObjectReader
from streams.dialects.keyed import Reading, keyed
from streams.dialects.roles import KEYS
from streams.types import Record, Source
from streams.values.levels import syslog_level
from streams.values.severities import SYSLOG

_NAME = "gelf"
_OWN = "_"

_compile = keyed(
    _NAME,
    Reading(
        KEYS._replace(severity=("level",), body=("short_message",), host=("host",)),
        words=SYSLOG,
        numbers=syslog_level,
        attributes={
            "thread": "thread.name",
            "thread_name": "thread.name",
            "pid": "process.pid",
            "file": "code.file.path",
            "line": "code.line.number",
            "stack_trace": "exception.stacktrace",
        },
        resource={
            "container_id": "container.id",
            "container_name": "container.name",
            "image_id": "container.image.id",
            "image_name": "container.image.name",
        },
    ),
)


def _compile_objects(present: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    names = _without_underscore(present)
    read_named = _compile(names, zone)

    def read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
        return read_named(dict(zip(names, document.values(), strict=True)), event_id, observed, source)

    return read


def _without_underscore(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Strip the underscore of one's own fields, but of those whose name another field has."""
    names: dict[str, None] = {key: None for key in keys if not key.startswith(_OWN)}
    stripped = []
    for key in keys:
        name = key.removeprefix(_OWN)
        if key.startswith(_OWN) and name and name not in names:
            names[name] = None
            stripped.append(name)
        else:
            stripped.append(key)
    return tuple(stripped)


DIALECT = Dialect(
    name=_NAME,
    summary="GELF, Graylog's extended log format",
    link="https://go2docs.graylog.org/current/getting_in_log_data/gelf.html",
    signatures=(
        frozenset({"version", "short_message"}),
        frozenset({"host", "short_message"}),
        frozenset({"timestamp", "short_message"}),
        frozenset({"full_message", "short_message"}),
    ),
    compile_objects=_compile_objects,
    examples=(
        Example(
            '{"version":"1.1","host":"example.org","short_message":"A short message",'
            '"full_message":"Backtrace here\\n\\nmore stuff",'
            '"timestamp":1385053862.3072,"level":1,"_user_id":9001,"_logger":"app.Users"}',
            {
                "timestamp": "2013-11-21T17:11:02.307200000Z",
                "severity_number": 19,
                "severity_text": "1",
                "body": "A short message",
                "resource": {"service.name": "unknown_service", "host.name": "example.org"},
                "scope": {"name": "app.Users"},
                "attributes": {"version": "1.1", "full_message": "Backtrace here\n\nmore stuff", "user_id": 9001},
            },
        ),
        Example(
            '{"version":"1.1","host":"example.org","short_message":"Hello","_trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}',
            {"severity_number": 0, "body": "Hello", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"},
        ),
    ),
)
