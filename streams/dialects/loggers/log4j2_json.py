"""Log4j 2's JsonLayout, and the template of that name (Log4j's manual, "JSON Template Layout", JsonLayout.json).

The instant is `{epochSecond, nanoOfSecond}`, or `timeMillis` in versions before 2.11.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.exceptions import take_exception
from streams.dialects.keyed import Reading, keyed
from streams.dialects.moves import lift
from streams.dialects.roles import KEYS
from streams.types import Record
from streams.values.severities import LOG4J

_INSTANT = {"epochSecond", "nanoOfSecond"}
_NANOSECONDS = range(10**9)
_SOURCE = {"method": "code.function.name", "file": "code.file.path", "line": "code.line.number"}
_NAMES = {"thread": "thread.name", "threadId": "thread.id"}


def _instant(value: Any) -> Any:
    """Write whole seconds and nanoseconds as one decimal number."""
    if not isinstance(value, dict) or value.keys() != _INSTANT:
        return value
    second, nanosecond = value["epochSecond"], value["nanoOfSecond"]
    if type(second) is int and type(nanosecond) is int and nanosecond in _NANOSECONDS:
        return f"{second}.{nanosecond:09}"
    return value


def _finish(record: Record) -> None:
    take_exception(record, "thrown")
    lift(record["attributes"], "source", _SOURCE)


DIALECT = Dialect(
    name="log4j2-json",
    summary="Log4j 2's JsonLayout",
    link="https://logging.apache.org/log4j/2.x/manual/json-template-layout.html",
    signatures=(
        frozenset({"instant", "level", "loggerName"}),
        frozenset({"timeMillis", "level", "loggerName"}),
        frozenset({"level", "loggerName", "loggerFqcn"}),
    ),
    compile_objects=keyed(
        "log4j2-json",
        Reading(
            KEYS._replace(time=("instant", "timeMillis", *KEYS.time), body=("message",), logger=("loggerName",)),
            LOG4J,
            time=_instant,
            attributes=_NAMES,
            then=_finish,
        ),
    ),
    examples=(
        Example(
            '{"instant":{"epochSecond":1781956800,"nanoOfSecond":12000000},"thread":"main","level":"FATAL",'
            '"loggerName":"com.acme.Pool","message":"closed","thrown":{"commonElementCount":0,"message":"no disk",'
            '"name":"java.io.IOException","extendedStackTrace":[{"class":"A","method":"b","file":"A.java","line":42}]},'
            '"contextMap":{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7"},"threadId":1,'
            '"source":{"class":"com.acme.Pool","method":"close","file":"Pool.java","line":7}}',
            {
                "timestamp": "2026-06-20T12:00:00.012000000Z",
                "severity_number": 21,
                "severity_text": "FATAL",
                "body": "closed",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "span_id": "00f067aa0ba902b7",
                "scope": {"name": "com.acme.Pool"},
                "attributes": {
                    "thread.name": "main",
                    "thread.id": 1,
                    "thrown": {
                        "commonElementCount": 0,
                        "message": "no disk",
                        "name": "java.io.IOException",
                        "extendedStackTrace": [{"class": "A", "method": "b", "file": "A.java", "line": 42}],
                    },
                    "exception.type": "java.io.IOException",
                    "exception.message": "no disk",
                    "contextMap": {"traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7"},
                    "source": {"class": "com.acme.Pool"},
                    "code.function.name": "close",
                    "code.file.path": "Pool.java",
                    "code.line.number": 7,
                },
            },
        ),
        Example(
            '{"timeMillis":1781956800123,"thread":"main","level":"WARN","loggerName":"com.acme.Pool","message":"slow",'
            '"loggerFqcn":"org.apache.logging.log4j.spi.AbstractLogger","endOfBatch":false}',
            {"timestamp": "2026-06-20T12:00:00.123000000Z", "severity_number": 13, "body": "slow"},
        ),
    ),
)
