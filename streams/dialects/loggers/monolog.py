"""Monolog's JsonFormatter: `level` is a number, `level_name` its word, `channel` the logger (Monolog's documentation).

Version 1 writes the time as `{date, timezone_type, timezone}`, as PHP's json_encode does with a DateTime.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.exceptions import set_exception
from streams.dialects.keyed import Reading, keyed
from streams.dialects.roles import KEYS
from streams.types import Record
from streams.values.levels import monolog_level
from streams.values.severities import MONOLOG

_DATE = {"date", "timezone_type", "timezone"}


def _php_date(value: Any) -> Any:
    """Write PHP's date with its zone behind it."""
    if not isinstance(value, dict) or value.keys() != _DATE:
        return value
    return f"{value['date']} {value['timezone']}"


def _finish(record: Record) -> None:
    context = record["attributes"].get("context")
    if isinstance(context, dict) and "exception" in context:
        set_exception(record, context["exception"])


DIALECT = Dialect(
    name="monolog",
    summary="JSON of the PHP logger Monolog",
    link="https://github.com/Seldaek/monolog/blob/main/doc/message-structure.md",
    signatures=(
        frozenset({"level_name", "channel"}),
        frozenset({"message", "level", "level_name", "channel"}),
        frozenset({"message", "channel", "monolog_level"}),
    ),
    compile_objects=keyed(
        "monolog",
        Reading(
            KEYS._replace(
                time=("datetime", *KEYS.time),
                severity=("level_name", *KEYS.severity, "monolog_level"),
                body=("message",),
                logger=("channel",),
            ),
            MONOLOG,
            monolog_level,
            time=_php_date,
            then=_finish,
        ),
    ),
    examples=(
        Example(
            '{"message":"not saved","context":{"exception":{"class":"RuntimeException","message":"no disk","code":0,'
            '"file":"/app/Pool.php:42"}},"level":500,"level_name":"CRITICAL","channel":"app",'
            '"datetime":"2026-06-20T12:00:00.123456+02:00","extra":{}}',
            {
                "timestamp": "2026-06-20T10:00:00.123456000Z",
                "severity_number": 18,
                "severity_text": "CRITICAL",
                "body": "not saved",
                "resource": {"service.name": "unknown_service"},
                "scope": {"name": "app"},
                "attributes": {
                    "context": {
                        "exception": {
                            "class": "RuntimeException",
                            "message": "no disk",
                            "code": 0,
                            "file": "/app/Pool.php:42",
                        }
                    },
                    "level": 500,
                    "extra": {},
                    "exception.type": "RuntimeException",
                    "exception.message": "no disk",
                },
            },
        ),
        Example(
            '{"message":"hi","level":250,"level_name":"NOTICE","channel":"app","context":[],"extra":[],'
            '"datetime":{"date":"2026-06-20 12:00:00.123456","timezone_type":3,"timezone":"Europe/Berlin"}}',
            {"timestamp": "2026-06-20T10:00:00.123456000Z", "severity_number": 10, "body": "hi"},
        ),
    ),
)
