"""bunyan: pino's elder, told from it by the format's version `v` (node-bunyan's README, "Core fields")."""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.exceptions import complete_exception, take_exception
from streams.dialects.keyed import Reading, keyed
from streams.dialects.loggers.fields import has_number
from streams.dialects.loggers.pino import KEYS_OF_NODE
from streams.dialects.moves import lift
from streams.types import Record
from streams.values.levels import pino_level
from streams.values.severities import PINO

_CORE = frozenset({"level", "time", "v"})
_SOURCE = {"func": "code.function.name", "file": "code.file.path", "line": "code.line.number"}


def _is_bunyan(document: dict[str, Any]) -> bool:
    """Whether it is not pino before version 6, which wrote `"v":1` beside a time in milliseconds."""
    return has_number(document) and not (document["v"] == 1 and isinstance(document["time"], int | float))


def _finish(record: Record) -> None:
    lift(record["attributes"], "src", _SOURCE)
    take_exception(record, "err")
    complete_exception(record)


DIALECT = Dialect(
    name="bunyan",
    summary="JSON of the Node.js logger bunyan, with numeric levels",
    link="https://github.com/trentm/node-bunyan#core-fields",
    signatures=(_CORE, _CORE | {"pid", "hostname"}, _CORE | {"pid", "hostname", "name"}),
    test=_is_bunyan,
    compile_objects=keyed(
        "bunyan", Reading(KEYS_OF_NODE, PINO, pino_level, attributes={"pid": "process.pid"}, then=_finish)
    ),
    examples=(
        Example(
            '{"name":"mail","hostname":"web-3","pid":17,"level":55,"msg":"not sent","req_id":"9f2c",'
            '"src":{"file":"/app/mail.js","line":42,"func":"send"},"time":"2026-06-20T12:00:00.123Z","v":0}',
            {
                "timestamp": "2026-06-20T12:00:00.123000000Z",
                "severity_number": 17,
                "severity_text": "55",
                "body": "not sent",
                "trace_id": None,
                "resource": {"service.name": "mail", "host.name": "web-3"},
                "attributes": {
                    "process.pid": 17,
                    "req_id": "9f2c",
                    "v": 0,
                    "code.file.path": "/app/mail.js",
                    "code.line.number": 42,
                    "code.function.name": "send",
                },
            },
        ),
        Example(
            '{"name":"mail","hostname":"web-3","pid":17,"level":50,"time":"2026-06-20T12:00:00Z","v":0,'
            '"msg":"boom","err":{"name":"Error","message":"boom","stack":"Error: boom\\n    at x"}}',
            {
                "severity_number": 17,
                "body": "boom",
                "attributes": {
                    "process.pid": 17,
                    "v": 0,
                    "err": {"name": "Error", "message": "boom", "stack": "Error: boom\n    at x"},
                    "exception.type": "Error",
                    "exception.message": "boom",
                    "exception.stacktrace": "Error: boom\n    at x",
                },
            },
        ),
    ),
)
