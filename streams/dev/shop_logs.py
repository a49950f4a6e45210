"""Each service of the shop logs in a dialect of its own, as in most companies."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from streams.dev.shop import Line

_NS_PER_US: Final = 1_000


def write(line: Line) -> bytes:
    """Write a line as its service does."""
    return _WRITERS[line.service](line).encode()


def _json(line: Line) -> str:
    return _compact(
        {
            "timestamp": _time(line),
            "level": line.severity.lower(),
            "service": line.service,
            "message": line.text,
            "trace_id": line.trace_id,
            "span_id": line.span_id,
            **line.fields,
        }
    )


def _opentelemetry(line: Line) -> str:
    return _compact(
        {
            "timestamp": _time(line),
            "severity_text": line.severity,
            "body": line.text,
            "traceId": line.trace_id,
            "spanId": line.span_id,
            "traceFlags": "01",
            "service.name": line.service,
            **line.fields,
        }
    )


def _logfmt(line: Line) -> str:
    fields = " ".join(f"{key}={value}" for key, value in line.fields.items())
    ids = f"trace_id={line.trace_id} span_id={line.span_id}"
    return f'ts={_time(line)} level={line.severity.lower()} service={line.service} msg="{line.text}" {fields} {ids}'


def _text(line: Line) -> str:
    return f"{_time(line)} {line.severity} [{line.service}] {line.text} trace_id={line.trace_id} span_id={line.span_id}"


def _compact(document: dict[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"))


def _time(line: Line) -> str:
    seconds, rest = divmod(line.at_ns, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest // _NS_PER_US:06}Z"


_WRITERS: Final[dict[str, Callable[[Line], str]]] = {
    "gateway": _json,
    "checkout": _opentelemetry,
    "payment": _logfmt,
    "shipping": _logfmt,
    "inventory": _text,
}
