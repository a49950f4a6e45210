"""structlog's JSONRenderer: the message is `event` (structlog's documentation, "Logging best practices", processors).

An exception is a text (`format_exc_info`) or the list of objects of `dict_tracebacks`.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.exceptions import last_line, take_exception
from streams.dialects.keyed import Reading, keyed
from streams.dialects.roles import KEYS
from streams.types import Record
from streams.values.levels import python_level
from streams.values.severities import PYTHON
from streams.values.severity import vocabulary

_WORDS = vocabulary((17, "exception"), base=PYTHON)
_NAMES = {
    "pathname": "code.file.path",
    "filename": "code.file.path",
    "lineno": "code.line.number",
    "func_name": "code.function.name",
    "process": "process.pid",
    "thread": "thread.id",
    "thread_name": "thread.name",
}
"""What CallsiteParameterAdder adds."""


def _is_structlog(document: dict[str, Any]) -> bool:
    return isinstance(document["event"], str)


def _finish(record: Record) -> None:
    take_exception(record, "exception", last_line)


DIALECT = Dialect(
    name="structlog",
    summary="JSON of the Python logger structlog",
    link="https://www.structlog.org/en/stable/api.html#structlog.processors.JSONRenderer",
    signatures=(frozenset({"event"}), frozenset({"event", "level"}), frozenset({"event", "level", "timestamp"})),
    without=frozenset({"message", "msg", "sourcetype"}),
    test=_is_structlog,
    compile_objects=keyed(
        "structlog",
        Reading(
            KEYS._replace(body=("event",), logger=(*KEYS.logger, "logger_name")),
            _WORDS,
            python_level,
            attributes=_NAMES,
            then=_finish,
        ),
    ),
    examples=(
        Example(
            '{"event":"cart is lost","logger":"shop.cart","level":"critical","timestamp":"2026-06-20T12:00:00.123456Z",'
            '"lineno":42,"span":{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7"}}',
            {
                "timestamp": "2026-06-20T12:00:00.123456000Z",
                "severity_number": 21,
                "severity_text": "critical",
                "body": "cart is lost",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "span_id": "00f067aa0ba902b7",
                "scope": {"name": "shop.cart"},
                "attributes": {
                    "code.line.number": 42,
                    "span": {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"},
                },
            },
        ),
        Example(
            '{"event":"not saved","timestamp":1781956800.25,"exception":[{"exc_type":"OSError",'
            '"exc_value":"no disk","frames":[]}]}',
            {
                "timestamp": "2026-06-20T12:00:00.250000000Z",
                "body": "not saved",
                "attributes": {
                    "exception": [{"exc_type": "OSError", "exc_value": "no disk", "frames": []}],
                    "exception.type": "OSError",
                    "exception.message": "no disk",
                },
            },
        ),
    ),
)
