"""Go's log/slog: `time`, `level` in upper case with steps like `INFO+2`, `msg`, `source` (package documentation)."""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.keyed import Reading, keyed
from streams.dialects.loggers.fields import LOCATION, TIMES, has_word, name_error
from streams.dialects.moves import lift
from streams.dialects.roles import KEYS
from streams.types import Record
from streams.values.severities import SLOG


def _is_slog(document: dict[str, Any]) -> bool:
    """Without `time` it is only slog when it has no other time either: handlers may leave it out."""
    return has_word(document) and document["level"].isupper() and ("time" in document or TIMES.isdisjoint(document))


def _finish(record: Record) -> None:
    lift(record["attributes"], "source", LOCATION)
    name_error(record)


DIALECT = Dialect(
    name="slog",
    summary="JSON of Go's log/slog",
    link="https://pkg.go.dev/log/slog#JSONHandler.Handle",
    signatures=(frozenset({"time", "level", "msg"}), frozenset({"level", "msg"})),
    test=_is_slog,
    compile_objects=keyed("slog", Reading(KEYS._replace(time=("time",), body=("msg",)), SLOG, then=_finish)),
    examples=(
        Example(
            '{"time":"2026-06-20T12:00:00.123456789+02:00","level":"INFO+2",'
            '"source":{"function":"main.run","file":"/app/main.go","line":42},"msg":"ready","port":80}',
            {
                "timestamp": "2026-06-20T10:00:00.123456789Z",
                "severity_number": 11,
                "severity_text": "INFO+2",
                "body": "ready",
                "attributes": {
                    "port": 80,
                    "code.function.name": "main.run",
                    "code.file.path": "/app/main.go",
                    "code.line.number": 42,
                },
            },
        ),
        Example(
            '{"level":"DEBUG-4","msg":"polled"}',
            {"severity_number": 1, "severity_text": "DEBUG-4", "body": "polled", "flags": ["timestamp.missing"]},
        ),
    ),
)
