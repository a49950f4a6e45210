"""python-json-logger, and other JSON formatters of Python's logging that keep the names of LogRecord's attributes.

Source: python-json-logger's documentation; the library reference's "LogRecord attributes". `asctime` is local time
without a zone; `created` stands in for it where it cannot be read.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.exceptions import complete_exception, last_line
from streams.dialects.keyed import Reading, keyed
from streams.dialects.loggers.fields import has_word
from streams.dialects.roles import KEYS
from streams.types import Record
from streams.values.levels import python_level
from streams.values.severities import PYTHON
from streams.values.time import read_time

_TELL_TALE = frozenset({"levelname", "levelno", "asctime", "taskName"})
"""Keys that Python alone uses; `taskName` is there by default from Python 3.12 on."""

PYTHON_NAMES = {
    "pathname": "code.file.path",
    "filename": "code.file.path",
    "lineno": "code.line.number",
    "funcName": "code.function.name",
    "process": "process.pid",
    "thread": "thread.id",
    "threadName": "thread.name",
    "exc_info": "exception.stacktrace",
    "exc_text": "exception.stacktrace",
}
"""LogRecord's attributes; of two that mean the same the first is renamed."""


def finish_python(record: Record) -> None:
    """Say what the traceback says."""
    complete_exception(record, last_line)


def _finish(record: Record) -> None:
    finish_python(record)
    if record["timestamp"] is None and "created" in record["attributes"]:
        _take_created(record)


def _take_created(record: Record) -> None:
    """Take LogRecord's own time, in seconds; what was wrong with the other one no longer matters."""
    found = read_time(record["attributes"]["created"], UTC, record["observed_timestamp"])
    if found.text is not None:
        record["timestamp"] = found.text
        del record["attributes"]["created"]
        record["flags"] = [flag for flag in record.get("flags", ()) if not flag.startswith("timestamp.")]


def _is_python(document: dict[str, Any]) -> bool:
    """Whether it has a key of LogRecord's, or renamed ones with a level as Python writes it."""
    return not _TELL_TALE.isdisjoint(document) or (has_word(document) and document["level"].isupper())


DIALECT = Dialect(
    name="python-json-logger",
    summary="JSON of Python's logging with python-json-logger and its like",
    link="https://nhairs.github.io/python-json-logger/latest/quickstart/",
    signatures=(
        *(frozenset({key, "message"}) for key in sorted(_TELL_TALE)),
        frozenset({"levelname"}),
        frozenset({"message", "levelname", "name"}),
        frozenset({"message", "levelname", "asctime"}),
        frozenset({"message", "level", "name", "timestamp"}),
    ),
    test=_is_python,
    compile_objects=keyed(
        "python-json-logger",
        Reading(
            KEYS._replace(
                time=("timestamp", "asctime", *KEYS.time),
                severity=("levelname", *KEYS.severity, "levelno"),
                body=("message", "msg"),
                logger=("name", *KEYS.logger),
            ),
            PYTHON,
            python_level,
            attributes=PYTHON_NAMES,
            then=_finish,
        ),
    ),
    examples=(
        Example(
            '{"asctime":"2026-06-20 12:00:00,123","name":"shop.cart","levelname":"CRITICAL","message":"cart is lost",'
            '"lineno":42,"pathname":"/app/cart.py","funcName":"load","process":17,"cart_id":7}',
            {
                "timestamp": "2026-06-20T12:00:00.123000000Z",
                "severity_number": 21,
                "severity_text": "CRITICAL",
                "body": "cart is lost",
                "resource": {"service.name": "unknown_service"},
                "scope": {"name": "shop.cart"},
                "attributes": {
                    "code.line.number": 42,
                    "code.file.path": "/app/cart.py",
                    "code.function.name": "load",
                    "process.pid": 17,
                    "cart_id": 7,
                },
                "flags": ["timestamp.no_zone"],
            },
        ),
        Example(
            '{"message":"not saved","levelno":40,"created":1781956800.25,'
            '"exc_info":"Traceback (most recent call last):\\n  File \\"a.py\\"\\nOSError: no disk"}',
            {
                "timestamp": "2026-06-20T12:00:00.250000000Z",
                "severity_number": 17,
                "severity_text": "40",
                "body": "not saved",
                "attributes": {
                    "exception.type": "OSError",
                    "exception.message": "no disk",
                    "exception.stacktrace": 'Traceback (most recent call last):\n  File "a.py"\nOSError: no disk',
                },
            },
        ),
    ),
)
