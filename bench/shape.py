"""Whether an output record says what its raw record said, by each peer's own contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

Shape: TypeAlias = Callable[[dict[str, Any], dict[str, Any]], bool]
"""Takes the parsed raw record and the parsed output; says whether the output is right."""

_SEVERITY = {"DEBUG": 5, "INFO": 9, "WARN": 13, "ERROR": 17}


def is_enriched(raw: dict[str, Any], out: dict[str, Any]) -> bool:
    """Whether `out` is the EnrichedRecord of `raw`: coordinates, time, severity, body, and no value lost."""
    source = out["source"]
    return (
        out["schema_version"] == 1
        and out["signal"] == "log"
        and out["event_id"] == f"{source['topic']}-{source['partition']}-{source['offset']}"
        and out["timestamp"] == raw["timestamp"].replace("Z", "000000Z")
        and out["body"] == raw["message"]
        and out["resource"]["service.name"] == raw["service"]
        and _common(raw, out)
        and set(_leaves(_rest(raw))) <= set(_leaves(out))
    )


def is_canonical(raw: dict[str, Any], out: dict[str, Any]) -> bool:
    """Whether `out` is what the per-event Faust agent makes of `raw`; it takes e-mail addresses out of the body."""
    return (
        ("@" in raw["message"]) == ("[REDACTED]" in out["body"])
        and "@" not in out["body"]
        and out["resource"]["service.name"] == raw["service"]
        and out["resource"]["host.name"] == raw["host"]
        and _common(raw, out)
        and out["attributes"] == {name: raw[name] for name in ("logger", "http", "user_id")}
    )


def _common(raw: dict[str, Any], out: dict[str, Any]) -> bool:
    return bool(
        out["trace_id"] == raw["trace_id"]
        and out["span_id"] == raw["span_id"]
        and out["severity_text"] == raw["level"]
        and out["severity_number"] == _SEVERITY[raw["level"]]
    )


def _rest(raw: dict[str, Any]) -> dict[str, Any]:
    """What has no field of its own in the record and must be kept somewhere."""
    return {name: raw[name] for name in ("logger", "host", "http", "user_id")}


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value
