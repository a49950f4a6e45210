"""log15 and go-ethereum's logger: `t`, `lvl` and `msg`, with words of four letters (log15, format.go, JsonFormat)."""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.keyed import Reading, keyed
from streams.dialects.roles import KEYS
from streams.values.severities import LOG15

DIALECT = Dialect(
    name="log15",
    summary="JSON of the Go loggers log15 and go-ethereum",
    link="https://pkg.go.dev/github.com/inconshreveable/log15#JsonFormat",
    signatures=(frozenset({"t", "lvl", "msg"}),),
    compile_objects=keyed(
        "log15", Reading(KEYS._replace(time=("t", *KEYS.time), severity=("lvl",), body=("msg",)), LOG15)
    ),
    examples=(
        Example(
            '{"lvl":"eror","msg":"peer is gone","t":"2026-06-20T12:00:00.123456789+02:00","peer":"9f2c"}',
            {
                "timestamp": "2026-06-20T10:00:00.123456789Z",
                "severity_number": 17,
                "severity_text": "eror",
                "body": "peer is gone",
                "attributes": {"peer": "9f2c"},
            },
        ),
    ),
)
