"""OTLP messages in protobuf as the objects of OTLP's JSON, so that one reader serves both encodings.

Attributes and bodies stay messages until `WIRE` reads them: they are most of a request, and a detour would double
their cost. `MessageToDict` of the library is far slower and makes base64 of ids.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from streams.dialects.telemetry.otlp_values import Values, broken, finite

_VALUES = frozenset({AnyValue.DESCRIPTOR.full_name, KeyValue.DESCRIPTOR.full_name})


def fields(message: Any) -> dict[str, Any]:
    """Give the fields that a message has, by their names in JSON; ids are hexadecimal."""
    plan = _plan(message.DESCRIPTOR)
    found = {}
    for descriptor, value in message.ListFields():
        name, convert = plan[descriptor.number]
        found[name] = convert(value) if convert else value
    return found


@cache
def _plan(descriptor: Any) -> dict[int, tuple[str, Callable[[Any], Any] | None]]:
    """For each field of a message its name in JSON and what makes its value, None where it is that already."""
    return {field.number: (field.json_name, _conversion(field)) for field in descriptor.fields}


def _conversion(field: Any) -> Callable[[Any], Any] | None:
    if field.message_type is None:
        if field.is_repeated:
            return list
        return bytes.hex if field.type == field.TYPE_BYTES else None
    if field.message_type.full_name in _VALUES:
        return None
    return _all_fields if field.is_repeated else fields


def _all_fields(messages: Any) -> list[dict[str, Any]]:
    return [fields(message) for message in messages]


def any_value(value: Any) -> Any:
    """Read an AnyValue message."""
    string = value.string_value
    if string:
        return string
    kind = value.WhichOneof("value")
    return _READERS[kind](value) if kind in _READERS else _unknown(kind)


def key_values(listed: Any, what: str) -> dict[str, Any]:
    """Read KeyValue messages; of a key that is there twice the last wins."""
    # Most values are texts or integers, and asking for these is quicker than asking for the kind.
    return {
        item.key: (value := item.value).string_value or value.int_value or any_value(value) for item in listed or ()
    }


def _unknown(kind: str | None) -> None:
    """An AnyValue without a value is null; references to a string table belong to profiles."""
    if kind is not None:
        raise broken("a value")


_READERS: dict[str | None, Callable[[Any], Any]] = {
    "string_value": lambda value: value.string_value,
    "bool_value": lambda value: value.bool_value,
    "int_value": lambda value: value.int_value,
    "double_value": lambda value: finite(value.double_value),
    "array_value": lambda value: [any_value(inner) for inner in value.array_value.values],
    "kvlist_value": lambda value: key_values(value.kvlist_value.values, "a map"),
    "bytes_value": lambda value: b64encode(value.bytes_value).decode("ascii"),
}

WIRE = Values(any_value, key_values)
