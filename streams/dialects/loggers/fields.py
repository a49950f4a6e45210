"""What dialects of loggers share: what settles a tie, and names for what they say of code, threads and errors."""

from __future__ import annotations

from typing import Any, Final

from streams.dialects.exceptions import MESSAGE, complete_exception
from streams.dialects.keyed import rename
from streams.dialects.roles import KEYS
from streams.types import Record

TIMES: Final = frozenset({*KEYS.time, "t", "asctime"})
"""Keys that hold the time of some logger."""

LOCATION: Final = {"function": "code.function.name", "file": "code.file.path", "line": "code.line.number"}
"""OpenTelemetry's names ("Source code attributes") for the parts of a source location."""


def has_word(document: dict[str, Any]) -> bool:
    """Whether the level is a word."""
    return type(document.get("level")) is str


def has_number(document: dict[str, Any]) -> bool:
    """Whether the level is a number."""
    level = document.get("level")
    return isinstance(level, int | float) and level is not True and level is not False


def name_scope(record: Record, nested: Any, key: str) -> None:
    """Name the scope after the logger that a nested object names."""
    name = nested.get(key) if isinstance(nested, dict) else None
    if isinstance(name, str) and name and "scope" not in record:
        record["scope"] = {"name": name}


def name_error(record: Record) -> None:
    """Name the error that Go's loggers write as a text under `error`."""
    attributes = record["attributes"]
    if isinstance(attributes.get("error"), str):
        rename(attributes, "error", MESSAGE)
        complete_exception(record)
