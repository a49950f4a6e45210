"""OTLP values in JSON: AnyValue, key-value lists, numbers and texts (opentelemetry-proto, docs/specification.md).

64-bit integers are decimal strings or numbers, doubles may be strings too, bytes are base64 (ProtoJSON).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import isfinite
from typing import Any, NamedTuple

from streams.errors import RejectedRecord

_INT64 = range(-(2**63), 2**63)
_NON_FINITE = frozenset({"NaN", "Infinity", "-Infinity"})
_LONGEST_INTEGER = 21
_DOUBLE = re.compile(r"[+-]?(?:[0-9]{1,400}\.?[0-9]{0,400}|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,4})?")


class Values(NamedTuple):
    """How attribute values are read in one of OTLP's two encodings; both raise RejectedRecord `decode.otlp`."""

    any_value: Callable[[Any], Any]
    """AnyValue to a JSON value; an empty one is None, bytes are base64."""
    key_values: Callable[[Any, str], dict[str, Any]]
    """(list of KeyValue, name of the field that holds it) to an object; of a key that is there twice the last wins."""


def broken(what: str) -> RejectedRecord:
    """Give the error of a record that breaks OTLP's schema; `what` names the field and never its content."""
    return RejectedRecord("decode.otlp", f"{what} is not as OTLP has it")


def any_value(value: Any) -> Any:
    """Read an AnyValue; what is of no kind that OTLP has stays as it is.

    Raises:
        RejectedRecord: `decode.otlp` when it is no AnyValue.
    """
    if not isinstance(value, dict):
        raise broken("a value")
    for kind, content in value.items():
        if kind in _READERS:
            return None if content is None and kind not in _EMPTY else _READERS[kind](content)
    return value or None


def key_values(listed: Any, what: str) -> dict[str, Any]:
    """Read a list of keys and values; of a key that is there twice the last wins.

    Raises:
        RejectedRecord: `decode.otlp` when it is no such list.
    """
    if listed is None:
        return {}
    if not isinstance(listed, list):
        raise broken(what)
    found: dict[str, Any] = {}
    for item in listed:
        if type(item) is not dict:
            raise broken(what)
        key, value = item.get("key", ""), item.get("value")
        if type(key) is not str:
            raise broken(what)
        # Most values are texts; others are looked at more closely.
        string = value.get("stringValue") if type(value) is dict else None
        found[key] = string if type(string) is str else any_value({} if value is None else value)
    return found


def integer(value: Any, what: str) -> int:
    """Read an integer that may be written as a number or as a decimal string; null is 0.

    Raises:
        RejectedRecord: `decode.otlp` for anything else.
    """
    if type(value) is int:
        return value
    if value is None:
        return 0
    if isinstance(value, str) and len(value) <= _LONGEST_INTEGER and value.isascii():
        digits = value[1:] if value[:1] == "-" else value
        if digits.isdecimal():
            return int(value)
    raise broken(what)


def within(value: Any, least: int, most: int, what: str) -> int:
    """Read an integer of a field with fewer than 64 bits, or without a sign.

    Raises:
        RejectedRecord: `decode.otlp` when it is none, or out of the field's range.
    """
    number = value if type(value) is int else integer(value, what)
    if not least <= number <= most:
        raise broken(what)
    return number


def double(value: Any, what: str) -> float | str:
    """Read a double; what JSON has no number for is a string.

    Raises:
        RejectedRecord: `decode.otlp` for anything else.
    """
    if isinstance(value, str):
        if value in _NON_FINITE:
            return value
        if not _DOUBLE.fullmatch(value):
            raise broken(what)
    elif not isinstance(value, int | float) or isinstance(value, bool):
        raise broken(what)
    return finite(float(value))


def finite(number: float) -> float | str:
    """Give a double in a form that JSON can carry."""
    if isfinite(number):
        return number
    if number != number:
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def text(value: Any, what: str) -> str:
    """Read a string; null is empty.

    Raises:
        RejectedRecord: `decode.otlp` for anything else.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    raise broken(what)


def listed(value: Any, what: str) -> list[Any]:
    """Read a repeated field; null is empty.

    Raises:
        RejectedRecord: `decode.otlp` for anything else.
    """
    if value is None:
        return []
    if isinstance(value, list):
        return value
    raise broken(what)


def message(value: Any, what: str) -> dict[str, Any]:
    """Read a message as an object.

    Raises:
        RejectedRecord: `decode.otlp` for anything else.
    """
    if isinstance(value, dict):
        return value
    raise broken(what)


def _string(content: Any) -> str:
    return text(content, "a string")


def _bool(content: Any) -> bool:
    if isinstance(content, bool):
        return content
    raise broken("a boolean")


def _int(content: Any) -> int | str:
    number = integer(content, "an integer")
    return number if number in _INT64 else str(number)


def _double(content: Any) -> float | str:
    return double(content, "a double")


def _array(content: Any) -> list[Any]:
    return [any_value(value) for value in listed(message(content, "an array").get("values"), "an array")]


def _map(content: Any) -> dict[str, Any]:
    return key_values(message(content, "a map").get("values"), "a map")


_READERS = {
    "stringValue": _string,
    "boolValue": _bool,
    "intValue": _int,
    "doubleValue": _double,
    "arrayValue": _array,
    "kvlistValue": _map,
    "bytesValue": _string,
}
_EMPTY = frozenset({"stringValue", "bytesValue"})
"""Kinds whose null is the empty one."""

JSON = Values(any_value, key_values)
