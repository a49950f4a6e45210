"""Rust's tracing-subscriber: the message is in `fields`, or beside them with `flatten_event` (its `format::Json`)."""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.keyed import Reading, keyed
from streams.dialects.loggers.fields import has_word
from streams.dialects.roles import KEYS
from streams.types import Record

_NAMES = {
    "filename": "code.file.path",
    "line_number": "code.line.number",
    "threadName": "thread.name",
    "threadId": "thread.id",
}


def _is_tracing(document: dict[str, Any]) -> bool:
    return has_word(document) and isinstance(document["target"], str)


def _finish(record: Record) -> None:
    attributes = record["attributes"]
    fields = attributes.get("fields")
    if record["body"] is not None or not isinstance(fields, dict) or fields.get("message") is None:
        return
    record["body"] = fields["message"]
    rest = {key: value for key, value in fields.items() if key != "message"}
    if rest:
        attributes["fields"] = rest
    else:
        del attributes["fields"]


DIALECT = Dialect(
    name="rust-tracing",
    summary="JSON of Rust's tracing-subscriber",
    link="https://docs.rs/tracing-subscriber/latest/tracing_subscriber/fmt/format/struct.Json.html",
    signatures=(
        frozenset({"level", "target", "fields"}),
        frozenset({"timestamp", "level", "target"}),
        frozenset({"timestamp", "level", "target", "message"}),
        frozenset({"timestamp", "level", "target", "fields"}),
    ),
    test=_is_tracing,
    compile_objects=keyed(
        "rust-tracing",
        Reading(KEYS._replace(body=("message",), logger=("target",)), attributes=_NAMES, then=_finish),
    ),
    examples=(
        Example(
            '{"timestamp":"2026-06-20T12:00:00.123456Z","level":"WARN","fields":{"message":"slow","ms":970},'
            '"target":"shop::cart","filename":"src/cart.rs","line_number":42,"span":{"id":7,"name":"load"},'
            '"spans":[{"id":7,"name":"load"}],"threadName":"main","threadId":"ThreadId(1)"}',
            {
                "timestamp": "2026-06-20T12:00:00.123456000Z",
                "severity_number": 13,
                "severity_text": "WARN",
                "body": "slow",
                "trace_id": None,
                "span_id": None,
                "scope": {"name": "shop::cart"},
                "attributes": {
                    "fields": {"ms": 970},
                    "code.file.path": "src/cart.rs",
                    "code.line.number": 42,
                    "span": {"id": 7, "name": "load"},
                    "spans": [{"id": 7, "name": "load"}],
                    "thread.name": "main",
                    "thread.id": "ThreadId(1)",
                },
            },
        ),
        Example(
            '{"timestamp":"2026-06-20T12:00:00Z","level":"TRACE","message":"polled","ms":3,"target":"shop"}',
            {"severity_number": 1, "body": "polled", "scope": {"name": "shop"}, "attributes": {"ms": 3}},
        ),
    ),
)
