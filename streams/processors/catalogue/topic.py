"""A catalogue in a compacted topic: the key is the service's name, the value a JSON object of its fields."""

from __future__ import annotations

from typing import Any

import orjson

from streams.processors.catalogue.entries import Catalogue, Entries


class CatalogueTable:
    """What a topic says of services now."""

    def __init__(self) -> None:
        self._entries = Entries()

    def put(self, key: bytes | None, value: bytes | None) -> None:
        """Take a record up; a null value, or an object without fields, forgets the service.

        Raises:
            ValueError: it describes no service; what was known of one stays.
        """
        if key is None:
            raise ValueError("there is no key, which is the service's name")
        try:
            name = key.decode()
        except UnicodeDecodeError:
            raise ValueError("the key is not UTF-8") from None
        fields = {} if value is None else _fields(value)
        if fields:
            self._set(name, fields)
        else:
            self._entries.remove(name)

    def _set(self, name: str, fields: dict[str, str]) -> None:
        try:
            self._entries.set(name, fields)
        except ValueError:
            raise ValueError("a name that no service or field can have") from None

    def snapshot(self) -> Catalogue:
        """Give the catalogue as it is now."""
        return self._entries.catalogue()


def _fields(value: bytes) -> dict[str, str]:
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError:
        raise ValueError("the value is not JSON") from None
    if not isinstance(document, dict):
        raise ValueError("the value is no JSON object")
    return {field: _text(value) for field, value in document.items()}


def _text(value: Any) -> str:
    """Give a value as a file would have it: null says nothing, a number is its digits."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, dict | list):
        raise ValueError("the value of a field is no single one")
    return orjson.dumps(value).decode()
