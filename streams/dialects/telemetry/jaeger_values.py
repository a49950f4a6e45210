"""Values in Jaeger's JSON: typed tags and ids, in its own form and in ProtoJSON (model.proto)."""

from __future__ import annotations

from base64 import b64decode
from typing import Any, Final

from streams.dialects.telemetry.otlp_values import any_value
from streams.errors import RejectedRecord

_VALUES: Final = ("value", "vStr", "vBool", "vInt64", "vFloat64", "vBinary")
_EMPTY: Final = {"BOOL": False, "INT64": 0, "FLOAT64": 0.0}
"""What a tag in ProtoJSON has when it names no value; texts and bytes are empty."""
_NUMBERS: Final = {"int64": "intValue", "float64": "doubleValue"}
_BOOLEANS: Final = {"true": True, "false": False}
_BYTES_OF_ID: Final = {24: 16, 12: 8}
"""By the length of their base64."""


def read_tags(tags: Any) -> dict[str, Any] | None:
    """Read a list of typed keys and values; None when it is none.

    A key that is there with several values has a list of them.
    """
    if not isinstance(tags, list):
        return None
    found: dict[str, Any] = {}
    several: dict[str, list[Any]] = {}
    for tag in tags:
        key = tag.get("key") if type(tag) is dict else None
        if type(key) is not str:
            return None
        value = _value(tag)
        if key not in found:
            found[key] = value
        elif value not in (values := several.setdefault(key, [found[key]])):
            values.append(value)
            found[key] = values
    return found


def flat_tags(tags: Any) -> dict[str, Any] | None:
    """Read tags as an object, in whose keys Elasticsearch has `@` for points; None when it is none."""
    return {key.replace("@", "."): value for key, value in tags.items()} if isinstance(tags, dict) else None


def _value(tag: dict[str, Any]) -> Any:
    if "value" in tag and (tag.get("type") == "string" or type(tag["value"]) is not str):
        return tag["value"]
    key = next((key for key in _VALUES if key in tag), None)
    if key is None:
        return _EMPTY.get(str(tag.get("vType")), "")
    value, kind = tag[key], "int64" if key == "vInt64" else str(tag.get("type"))
    if not isinstance(value, str):
        return value
    if kind == "bool":
        return _BOOLEANS.get(value, value)
    if kind in _NUMBERS:
        try:
            return any_value({_NUMBERS[kind]: value})
        except RejectedRecord:
            return value
    return value


def hexadecimal(value: Any) -> Any:
    """Give an id in base64 as hexadecimal digits, and anything else as it is."""
    if not isinstance(value, str) or not value.endswith("=") or len(value) not in _BYTES_OF_ID:
        return value
    try:
        raw = b64decode(value, validate=True)
    except ValueError:
        return value
    return raw.hex() if len(raw) == _BYTES_OF_ID[len(value)] else value
