"""zerolog: `time`, `level` and `message`, the last two left out where there is nothing to say (zerolog's globals.go).

The time is RFC 3339 or a number of any unit, as `TimeFieldFormat` says; the unit is told by magnitude.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.keyed import Reading, keyed
from streams.dialects.loggers.fields import has_word, name_error
from streams.dialects.roles import KEYS
from streams.values.severities import ZEROLOG


def _is_zerolog(document: dict[str, Any]) -> bool:
    return has_word(document) and ("message" in document or document["level"].islower())


DIALECT = Dialect(
    name="zerolog",
    summary="JSON of the Go logger zerolog",
    link="https://github.com/rs/zerolog#readme",
    signatures=(
        frozenset({"level", "time", "message"}),
        frozenset({"level", "time"}),
        frozenset({"level", "caller", "message"}),
    ),
    without=frozenset({"msg"}),
    test=_is_zerolog,
    compile_objects=keyed(
        "zerolog", Reading(KEYS._replace(time=("time", *KEYS.time), body=("message",)), ZEROLOG, then=name_error)
    ),
    examples=(
        Example(
            '{"level":"panic","time":1781956800,"caller":"/app/main.go:42","error":"EOF","message":"cannot start"}',
            {
                "timestamp": "2026-06-20T12:00:00.000000000Z",
                "severity_number": 22,
                "severity_text": "panic",
                "body": "cannot start",
                "attributes": {"caller": "/app/main.go:42", "exception.message": "EOF"},
            },
        ),
        Example(
            '{"level":"error","error":"EOF","time":"2026-06-20T12:00:00+02:00"}',
            {"timestamp": "2026-06-20T10:00:00.000000000Z", "severity_number": 17, "body": "EOF"},
        ),
    ),
)
