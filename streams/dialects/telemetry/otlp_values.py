"""OTLP values in JSON: AnyValue, key-value lists, 64-bit integers (opentelemetry-proto, docs/specification.md)."""

from __future__ import annotations

from typing import Any

from streams.errors import RejectedRecord

_INT64 = range(-(2**63), 2**63)
_NON_FINITE = frozenset({"NaN", "Infinity", "-Infinity"})
_LONGEST_NUMBER = 20


def broken(what: str) -> RejectedRecord:
    """Give the error of a record that breaks OTLP's schema; `what` names the field and never its content."""
    return RejectedRecord("decode.otlp", f"{what} is not as OTLP has it")


def any_value(value: Any) -> Any:
    """Read an AnyValue; an empty one is None, bytes stay base64.

    Raises:
        RejectedRecord: `decode.otlp` when it is no AnyValue.
    """
    if not isinstance(value, dict):
        raise broken("a value")
    for kind, content in value.items():
        if kind in _READERS:
            return _READERS[kind](content)
    return None


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
        if not isinstance(item, dict) or not isinstance(item.get("key", ""), str):
            raise broken(what)
        found[item.get("key", "")] = any_value(item.get("value", {}))
    return found


def integer(value: Any, what: str) -> int:
    """Read an integer that may be written as a number or as a decimal string; null is 0.

    Raises:
        RejectedRecord: `decode.otlp` for anything else.
    """
    if value is None:
        return 0
    if type(value) is int:
        return value
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER and value.removeprefix("-").isdecimal():
        return int(value)
    raise broken(what)


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
    if isinstance(content, int | float) and not isinstance(content, bool):
        return content
    if isinstance(content, str) and content in _NON_FINITE:
        return content
    raise broken("a double")


def _array(content: Any) -> list[Any]:
    values = content.get("values", []) if isinstance(content, dict) else None
    if not isinstance(values, list):
        raise broken("an array")
    return [any_value(value) for value in values]


def _map(content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise broken("a map")
    return key_values(content.get("values", []), "a map")


_READERS = {
    "stringValue": _string,
    "boolValue": _bool,
    "intValue": _int,
    "doubleValue": _double,
    "arrayValue": _array,
    "kvlistValue": _map,
    "bytesValue": _string,
}
