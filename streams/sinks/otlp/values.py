"""JSON values, ids and times as OTLP's messages have them (opentelemetry-proto, common/v1/common.proto)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from streams.sinks.times import nanoseconds

_INT64: Final = range(-(2**63), 2**63)
_UINT32: Final = range(2**32)


def key_values(attributes: Mapping[str, Any]) -> list[KeyValue]:
    """Give attributes as a list of pairs."""
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def any_value(value: Any) -> AnyValue:
    """Give a JSON value; an integer that OTLP has no room for becomes text, which loses nothing."""
    found = AnyValue()
    match value:
        case bool():
            found.bool_value = value
        case int() if value in _INT64:
            found.int_value = value
        case int():
            found.string_value = str(value)
        case float():
            found.double_value = value
        case str():
            found.string_value = value
        case list():
            found.array_value.values.extend(any_value(inner) for inner in value)
            found.array_value.SetInParent()
        case dict():
            found.kvlist_value.values.extend(key_values(value))
            found.kvlist_value.SetInParent()
    return found


def lifted(attributes: dict[str, Any], key: str, default: Any, fits: Callable[[Any], bool]) -> Any:
    """Take out an attribute that OTLP has a field for; what does not fit there, a stranger's, stays an attribute."""
    return attributes.pop(key) if key in attributes and fits(attributes[key]) else default


def is_text(value: Any) -> bool:
    """Whether a value fits a field of type string."""
    return isinstance(value, str)


def is_count(value: Any) -> bool:
    """Whether a value fits a field of type uint32."""
    return type(value) is int and value in _UINT32


def unix_nano(timestamp: str | None) -> int:
    """Give nanoseconds since 1970, 0 when unknown."""
    return 0 if timestamp is None else nanoseconds(timestamp)


def id_bytes(text: str | None) -> bytes:
    """Give the bytes of a trace or span id; none when unknown."""
    return bytes.fromhex(text or "")
