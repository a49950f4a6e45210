"""winston's JSON format: a level of its npm list, and a time only where `format.timestamp()` was added (its README).

Keys that winston never writes belong to other loggers that also say `level` and `message`.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.exceptions import complete_exception
from streams.dialects.keyed import Reading, keyed
from streams.dialects.loggers.fields import TIMES, has_word
from streams.dialects.roles import KEYS, words
from streams.values.severities import WINSTON

_OTHERS = words("thread thread_name threadName target levelname levelno requestId")

DIALECT = Dialect(
    name="winston",
    summary="JSON of the Node.js logger winston",
    link="https://github.com/winstonjs/winston#formats",
    signatures=(frozenset({"level", "message"}), frozenset({"level", "message", "timestamp"})),
    without=(TIMES - {"timestamp"}) | frozenset(KEYS.logger) | frozenset(_OTHERS),
    test=has_word,
    compile_objects=keyed(
        "winston",
        Reading(words=WINSTON, attributes={"stack": "exception.stacktrace"}, then=complete_exception),
    ),
    examples=(
        Example(
            '{"level":"http","message":"GET /cart","service":"web","timestamp":"2026-06-20T12:00:00.123Z","ms":"+3ms"}',
            {
                "timestamp": "2026-06-20T12:00:00.123000000Z",
                "severity_number": 7,
                "severity_text": "http",
                "body": "GET /cart",
                "resource": {"service.name": "web"},
                "attributes": {"ms": "+3ms"},
            },
        ),
        Example(
            '{"level":"\\u001b[32mverbose\\u001b[39m","message":"cache is warm","label":"cache"}',
            {
                "timestamp": None,
                "severity_number": 6,
                "severity_text": "verbose",
                "body": "cache is warm",
                "attributes": {"label": "cache"},
                "flags": ["timestamp.missing"],
            },
        ),
    ),
)
