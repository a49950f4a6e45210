"""zap: the keys of its production configuration, and those of its development one (zap's config.go, encoder.go).

An ISO `ts` beside `caller` is go-kit's, which is read as plain JSON (data contract, 8b.8).
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, ObjectReader
from streams.dialects.keyed import Reading, keyed
from streams.dialects.loggers.fields import TIMES, has_word, name_error
from streams.dialects.roles import KEYS
from streams.values.severities import ZAP

PRODUCTION = Reading(
    KEYS._replace(time=("ts", *KEYS.time), body=("msg", "message")),
    ZAP,
    attributes={"stacktrace": "code.stacktrace"},
    then=name_error,
)
_DEVELOPMENT = Reading(
    KEYS._replace(time=("T",), severity=("L",), body=("M",), logger=("N",)),
    ZAP,
    attributes={"S": "code.stacktrace", "F": "code.function.name"},
    then=name_error,
)
_SHORT_KEYS = frozenset({"L", "M", "T"})
_production, _development = keyed("zap", PRODUCTION), keyed("zap", _DEVELOPMENT)


def _is_zap(document: dict[str, Any]) -> bool:
    if "ts" not in document:
        return "L" in document or (TIMES.isdisjoint(document) and has_word(document) and document["level"].islower())
    time = document["ts"]
    return isinstance(time, int | float) or (isinstance(time, str) and "caller" not in document)


def _compile(present: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    compile_objects = _development if _SHORT_KEYS.issubset(present) else _production
    return compile_objects(present, zone)


DIALECT = Dialect(
    name="zap",
    summary="JSON of the Go logger zap",
    link="https://pkg.go.dev/go.uber.org/zap#NewProductionEncoderConfig",
    signatures=(
        frozenset({"level", "ts", "msg"}),
        frozenset({"level", "msg"}),
        frozenset({"ts", "caller", "msg"}),
        _SHORT_KEYS,
    ),
    test=_is_zap,
    compile_objects=_compile,
    examples=(
        Example(
            '{"level":"dpanic","ts":1781956800.1234567,"logger":"pool","caller":"pool/pool.go:42",'
            '"msg":"pool is closed",'
            '"error":"EOF","stacktrace":"main.run\\n\\t/app/main.go:12"}',
            {
                "timestamp": "2026-06-20T12:00:00.123456700Z",
                "severity_number": 18,
                "severity_text": "dpanic",
                "body": "pool is closed",
                "resource": {"service.name": "unknown_service"},
                "scope": {"name": "pool"},
                "attributes": {
                    "caller": "pool/pool.go:42",
                    "exception.message": "EOF",
                    "code.stacktrace": "main.run\n\t/app/main.go:12",
                },
            },
        ),
        Example(
            '{"L":"INFO","T":"2026-06-20T12:00:00.123+0200","N":"main","C":"main.go:12","M":"started","port":80}',
            {
                "timestamp": "2026-06-20T10:00:00.123000000Z",
                "severity_number": 9,
                "severity_text": "INFO",
                "body": "started",
                "scope": {"name": "main"},
                "attributes": {"C": "main.go:12", "port": 80},
            },
        ),
    ),
)
