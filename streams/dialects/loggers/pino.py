"""pino: objects with a numeric level (pino's docs/api.md: `level`, `timestamp`, `base`; its `err` serialiser).

The level is a word where `formatters.level` makes it one; `pid` and `hostname`, which pino adds, tell that from others.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.exceptions import complete_exception, take_exception
from streams.dialects.keyed import Reading, keyed
from streams.dialects.loggers.fields import has_number, has_word
from streams.dialects.roles import KEYS
from streams.types import Record
from streams.values.levels import pino_level
from streams.values.severities import PINO

KEYS_OF_NODE = KEYS._replace(
    time=("time", *KEYS.time),
    body=("msg", "message"),
    host=("hostname", *KEYS.host),
    service=(*KEYS.service, "name"),
)
"""bunyan's keys, which pino took over; `name` is the application's."""


def _is_pino(document: dict[str, Any]) -> bool:
    return has_number(document) or (has_word(document) and "pid" in document and "hostname" in document)


def _finish(record: Record) -> None:
    take_exception(record, "err")
    complete_exception(record)


DIALECT = Dialect(
    name="pino",
    summary="JSON of the Node.js logger pino, with numeric levels",
    link="https://github.com/pinojs/pino/blob/main/docs/api.md",
    signatures=(frozenset({"level", "time"}), frozenset({"level", "time", "pid", "hostname"})),
    test=_is_pino,
    compile_objects=keyed(
        "pino",
        Reading(
            KEYS_OF_NODE,
            PINO,
            pino_level,
            attributes={"pid": "process.pid", "stack": "exception.stacktrace"},
            then=_finish,
        ),
    ),
    examples=(
        Example(
            '{"level":40,"time":1781956800123,"pid":17,"hostname":"web-3","name":"shop","msg":"stock is low","item":7}',
            {
                "timestamp": "2026-06-20T12:00:00.123000000Z",
                "severity_number": 13,
                "severity_text": "40",
                "body": "stock is low",
                "resource": {"service.name": "shop", "host.name": "web-3"},
                "attributes": {"process.pid": 17, "item": 7},
            },
        ),
        Example(
            '{"level":"error","time":1781956800123,"pid":17,"hostname":"web-3",'
            '"err":{"type":"TypeError","message":"x is not a function",'
            '"stack":"TypeError: x is not a function\\n    at f"}}',
            {
                "severity_number": 17,
                "severity_text": "error",
                "body": "TypeError: x is not a function",
                "attributes": {
                    "process.pid": 17,
                    "err": {
                        "type": "TypeError",
                        "message": "x is not a function",
                        "stack": "TypeError: x is not a function\n    at f",
                    },
                    "exception.type": "TypeError",
                    "exception.message": "x is not a function",
                    "exception.stacktrace": "TypeError: x is not a function\n    at f",
                },
            },
        ),
    ),
)
