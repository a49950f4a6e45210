"""`limits`: bounds on what one record may carry (OpenTelemetry specification, "Attribute Limits")."""

from __future__ import annotations

import sys
from typing import Any, ClassVar

import orjson
from pydantic import Field

from streams.processors import base
from streams.processors.base import Acted, Processor
from streams.processors.flags import add_flag
from streams.types import Record
from streams.values.json import plain_float

_LONGEST_CHARACTER = 4
"""Bytes of a character in UTF-8, at most."""
_MOST_COUNTED = 2**32 - 1
_NESTED = (dict, list)


class Limits(Processor):
    """Cuts what is too long and drops attributes beyond a number, marked with `truncated` and `attributes.dropped`.

    Texts in attributes are cut by characters, the body by bytes of UTF-8, never within a character. What is nested too
    deep becomes its JSON as a text, and so does a body that is no text and has too many bytes. Of the attributes the
    first ones stay. Attributes of a metric's point stay as they are, because they say which series it belongs to.
    """

    class Options(base.Options):
        """The bounds; those on the body hold for the body alone."""

        attributes: int = Field(128, ge=1, description="most attributes of a record")
        depth: int = Field(64, ge=1, le=200, description="deepest nesting of an attribute or the body")
        value_characters: int = Field(65_536, ge=1, description="longest text in an attribute")
        body_bytes: int = Field(900_000, ge=16, description="longest body, in bytes of UTF-8")

    name: ClassVar[str] = "limits"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"attributes", "body", "signal"})
    writes: ClassVar[frozenset[str]] = frozenset({"attributes.*", "body", "dropped_attributes_count", "flags"})
    overwrites: ClassVar[frozenset[str]] = frozenset({"attributes.*", "body", "dropped_attributes_count"})

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._attributes, self._depth = options.attributes, options.depth
        self._characters, self._body_bytes = options.value_characters, options.body_bytes

    def process(self, record: Record) -> Acted:
        """Cut and drop what is beyond the limits; True when something was."""
        acted = record["signal"] != "metric" and self._limit_attributes(record)
        body = record["body"]
        if type(body) is str:
            # No look at the bytes of a text that is short enough whatever its characters are.
            return (len(body) * _LONGEST_CHARACTER > self._body_bytes and self._cut_body(record, body)) or acted
        return (type(body) in _NESTED and self._limit_structure(record, body)) or acted

    def _limit_attributes(self, record: Record) -> bool:
        attributes, most, acted = record["attributes"], self._characters, False
        if len(attributes) > self._attributes:
            _drop(record, self._attributes)
            acted = True
        for name, value in attributes.items():
            kind = type(value)
            # Most values are short texts and numbers, which pass without a call.
            if (kind is str and len(value) > most) or (
                (kind is dict or kind is list) and _exceeds(value, self._depth, most)
            ):
                attributes[name] = _within(value, self._depth, most)
                add_flag(record, "truncated")
                acted = True
        return acted

    def _limit_structure(self, record: Record, body: Any) -> bool:
        limited = _within(body, self._depth, sys.maxsize)
        if self._cut_body(record, _as_text(limited)):
            return True
        if limited is body:
            return False
        record["body"] = limited
        add_flag(record, "truncated")
        return True

    def _cut_body(self, record: Record, text: str) -> bool:
        encoded = text.encode()
        if len(encoded) <= self._body_bytes:
            return False
        record["body"] = encoded[: self._body_bytes].decode(errors="ignore")
        add_flag(record, "truncated")
        return True


def _drop(record: Record, most: int) -> None:
    attributes = record["attributes"]
    names = list(attributes)[most:]
    for name in names:
        del attributes[name]
    dropped = record.get("dropped_attributes_count", 0) + len(names)
    record["dropped_attributes_count"] = min(dropped, _MOST_COUNTED)
    add_flag(record, "attributes.dropped")


def _within(value: Any, depth: int, characters: int) -> Any:
    """Give a value with texts of at most so many characters and so many levels; itself when it is so already."""
    kind = type(value)
    if kind in _NESTED:
        if depth == 0:
            return _as_text(value)[:characters]
        # Looked through before it is built again, because hardly any value has to be.
        if not _exceeds(value, depth, characters):
            return value
        if kind is dict:
            return {name: _within(inner, depth - 1, characters) for name, inner in value.items()}
        return [_within(inner, depth - 1, characters) for inner in value]
    return value[:characters] if kind is str else value


def _exceeds(value: Any, depth: int, characters: int) -> bool:
    if depth == 0:
        return True
    for inner in value.values() if type(value) is dict else value:
        kind = type(inner)
        if kind is str:
            if len(inner) > characters:
                return True
        elif (kind is dict or kind is list) and _exceeds(inner, depth - 1, characters):
            return True
    return False


def _as_text(value: Any) -> str:
    return orjson.dumps(value, plain_float).decode()
