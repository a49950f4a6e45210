"""Values of a record that move from where the source has them to where OpenTelemetry has them; none is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from streams.dialects.base import add_flags
from streams.types import Record
from streams.values.time import read_time

_NO_SERVICE = "unknown_service"
_SCALAR = str | int | float
_MOST_DIGITS = 18


def take_time(record: Record, key: str, zone: tzinfo, unit: int | None = None) -> None:
    """Take the record's time from an attribute, which stays when it cannot be read; `unit` is as in `read_time`."""
    value = record["attributes"].pop(key, None)
    found = read_time(value, zone, record["observed_timestamp"], unit)
    record["timestamp"] = found.text
    add_flags(record, *found.flags)
    if found.text is None and value is not None:
        record["attributes"][key] = value


def take_integer(record: Record, key: str, name: str) -> None:
    """Give a whole number, perhaps in quotes, its OpenTelemetry name; any other value keeps its key, with a flag."""
    attributes = record["attributes"]
    value = attributes.get(key)
    if value is None or (name in attributes and name != key):
        return
    number = as_integer(value)
    if number is None:
        add_flags(record, "field.type_mismatch")
    else:
        del attributes[key]
        attributes[name] = number


def as_integer(value: Any) -> int | None:
    """Give a whole number, also one in quotes; None for anything else."""
    if isinstance(value, str) and len(value) <= _MOST_DIGITS and value.isascii() and value.isdigit():
        return int(value)
    return value if type(value) is int else None


def lift(attributes: dict[str, Any], key: str, names: Mapping[str, str]) -> None:
    """Take scalars out of a nested object, each to an attribute that is not there yet; the rest stays nested."""
    nested = attributes.get(key)
    if not isinstance(nested, dict):
        return
    kept = dict(nested)
    for inner, name in names.items():
        if isinstance(kept.get(inner), _SCALAR) and name not in attributes:
            attributes[name] = kept.pop(inner)
    _keep_rest(attributes, key, kept)


def lift_to_resource(record: Record, key: str, names: Mapping[str, str]) -> None:
    """Take scalars that are not empty out of a nested attribute to the resource; the rest stays nested."""
    nested, resource = record["attributes"].get(key), record["resource"]
    if not isinstance(nested, dict):
        return
    kept = dict(nested)
    for inner, name in names.items():
        value = kept.get(inner)
        if isinstance(value, _SCALAR) and value != "" and name not in resource:
            resource[name] = kept.pop(inner)
    _keep_rest(record["attributes"], key, kept)


def _keep_rest(attributes: dict[str, Any], key: str, kept: dict[str, Any]) -> None:
    if kept:
        attributes[key] = kept
    else:
        del attributes[key]


def unfold(attributes: dict[str, Any], key: str) -> None:
    """Make the members of a nested object attributes; those whose name is taken stay nested."""
    nested = attributes.get(key)
    if not isinstance(nested, dict):
        return
    del attributes[key]
    kept = {}
    for inner, value in nested.items():
        if inner in attributes or inner == key:
            kept[inner] = value
        else:
            attributes[inner] = value
    if kept:
        attributes[key] = kept


def name_service(record: Record, name: Any, *, inferred: bool = False) -> None:
    """Name the service of a record that names none itself; `inferred` from something that only hints at it."""
    if record["resource"]["service.name"] == _NO_SERVICE and isinstance(name, str) and name:
        record["resource"]["service.name"] = name
        if inferred:
            add_flags(record, "service.inferred")
