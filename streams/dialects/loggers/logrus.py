"""logrus: `time`, `level` and `msg`; a field of one of these names becomes `fields.msg` (logrus, json_formatter.go)."""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.keyed import Reading, keyed
from streams.dialects.loggers.fields import has_word, name_error
from streams.dialects.roles import KEYS
from streams.values.severities import LOGRUS


def _is_logrus(document: dict[str, Any]) -> bool:
    return has_word(document) and not document["level"].isupper()


DIALECT = Dialect(
    name="logrus",
    summary="JSON of the Go logger logrus",
    link="https://github.com/sirupsen/logrus/blob/master/json_formatter.go",
    signatures=(frozenset({"level", "time", "msg"}),),
    test=_is_logrus,
    compile_objects=keyed(
        "logrus",
        Reading(
            KEYS._replace(time=("time", *KEYS.time), body=("msg",)),
            LOGRUS,
            attributes={"func": "code.function.name"},
            then=name_error,
        ),
    ),
    examples=(
        Example(
            '{"error":"EOF","fields.msg":"mine","file":"/app/main.go:42","func":"main.run","level":"warning",'
            '"msg":"retrying","time":"2026-06-20T12:00:00+02:00"}',
            {
                "timestamp": "2026-06-20T10:00:00.000000000Z",
                "severity_number": 13,
                "severity_text": "warning",
                "body": "retrying",
                "attributes": {
                    "exception.message": "EOF",
                    "fields.msg": "mine",
                    "file": "/app/main.go:42",
                    "code.function.name": "main.run",
                },
            },
        ),
        Example(
            '{"level":"panic","msg":"no way out","time":"2026-06-20 12:00:00.5 +0000 UTC"}',
            {"timestamp": "2026-06-20T12:00:00.500000000Z", "severity_number": 22, "body": "no way out"},
        ),
    ),
)
