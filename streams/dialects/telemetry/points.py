"""What the text formats of metrics have in common: exact numbers, points, tags that describe the resource."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from streams.dialects.base import add_flags, new_record
from streams.dialects.telemetry.otlp_values import finite
from streams.types import Record, Source
from streams.values.time import read_epoch

_WHOLE: Final = re.compile("[+-]?[0-9]{1,30}")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
_NOT_FINITE: Final = {"nan": "NaN", "inf": "Infinity", "+inf": "Infinity", "-inf": "-Infinity"}
_INT64: Final = range(-(2**63), 2**63)
RESOURCE: Final = {
    "host": "host.name",
    "service": "service.name",
    "service.name": "service.name",
    "env": "deployment.environment.name",
    "version": "service.version",
}
"""Tags that name where a point comes from (Datadog's unified service tagging, Telegraf's host)."""


def number(text: str) -> int | float | str | None:
    """Read a number: whole ones exactly, a text where JSON has no number; None when it is none."""
    if _WHOLE.fullmatch(text):
        whole = int(text)
        return whole if whole in _INT64 else str(whole)
    return double(text)


def double(text: str) -> float | str | None:
    """Read a number as a double; like `number`."""
    return finite(float(text)) if _NUMBER.fullmatch(text) else _NOT_FINITE.get(text.lower())


def new_point(dialect: str, event_id: str, observed: str, source: Source, tags: Mapping[str, Any]) -> Record:
    """Give a metric record with its tags; those that describe the resource are there."""
    record = new_record(dialect, event_id, observed, source)
    record["signal"] = "metric"
    for tag, value in tags.items():
        name = RESOURCE.get(tag)
        if name and isinstance(value, str) and value and (name == "service.name" or name not in record["resource"]):
            record["resource"][name] = value
        else:
            record["attributes"][tag] = value
    return record


def gauge(name: str, value: float | str) -> dict[str, Any]:
    """Give the metric of a value at a moment."""
    return {
        "name": name,
        "type": "gauge",
        "temporality": None,
        "monotonic": None,
        "start_timestamp": None,
        "value": value,
    }


def set_epoch(record: Record, text: str | None) -> None:
    """Set the time from seconds, or smaller units, since 1970; without one it is missing."""
    if not text:
        add_flags(record, "timestamp.missing")
        return
    found = read_epoch(text)
    record["timestamp"] = found.text
    add_flags(record, *found.flags)
    if found.text is None:
        record["attributes"]["timestamp"] = text
