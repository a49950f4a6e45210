"""Log4j 2's layout for Google Cloud Logging (JsonTemplateLayout, GcpLayout.json).

Its severities are Google's words for Log4j's levels: FATAL arrives as EMERGENCY, TRACE as DEBUG.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.exceptions import take_exception
from streams.dialects.keyed import Reading, keyed
from streams.dialects.loggers.fields import LOCATION
from streams.dialects.moves import lift
from streams.dialects.roles import KEYS
from streams.types import Record
from streams.values.severities import GCP

_NAMES = {"_thread": "thread.name", "logging.googleapis.com/insertId": "log.record.uid"}


def _finish(record: Record) -> None:
    take_exception(record, "_exception")
    lift(record["attributes"], "logging.googleapis.com/sourceLocation", LOCATION)


DIALECT = Dialect(
    name="log4j2-gcp",
    summary="Log4j 2's layout for Google Cloud Logging",
    link="https://logging.apache.org/log4j/2.x/manual/json-template-layout.html#event-templates",
    signatures=(
        frozenset({"severity", "timestamp", "_logger"}),
        frozenset({"severity", "timestamp", "message", "_logger", "_thread"}),
        frozenset({"severity", "timestamp", "message", "_logger", "_thread", "logging.googleapis.com/insertId"}),
    ),
    compile_objects=keyed(
        "log4j2-gcp", Reading(KEYS._replace(logger=("_logger",)), GCP, attributes=_NAMES, then=_finish)
    ),
    examples=(
        Example(
            '{"timestamp":"2026-06-20T12:00:00.123456700Z","severity":"EMERGENCY","message":"disk is gone",'
            '"logging.googleapis.com/labels":{"user":"ann"},"logging.googleapis.com/insertId":"7",'
            '"logging.googleapis.com/sourceLocation":{"function":"com.acme.Pool.close","file":"Pool.java","line":42},'
            '"logging.googleapis.com/trace":"4bf92f3577b34da6a3ce929d0e0e4736",'
            '"logging.googleapis.com/spanId":"00f067aa0ba902b7","logging.googleapis.com/trace_sampled":true,'
            '"_exception":{"class":"java.io.IOException","message":"no disk"},"_thread":"main",'
            '"_logger":"com.acme.Pool"}',
            {
                "timestamp": "2026-06-20T12:00:00.123456700Z",
                "severity_number": 24,
                "severity_text": "EMERGENCY",
                "body": "disk is gone",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "span_id": "00f067aa0ba902b7",
                "trace_flags": 1,
                "scope": {"name": "com.acme.Pool"},
                "attributes": {
                    "logging.googleapis.com/labels": {"user": "ann"},
                    "log.record.uid": "7",
                    "_exception": {"class": "java.io.IOException", "message": "no disk"},
                    "exception.type": "java.io.IOException",
                    "exception.message": "no disk",
                    "thread.name": "main",
                    "code.function.name": "com.acme.Pool.close",
                    "code.file.path": "Pool.java",
                    "code.line.number": 42,
                },
            },
        ),
    ),
)
