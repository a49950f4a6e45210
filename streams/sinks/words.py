"""The text by which a record is found: what its body and attributes say in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def words_of(record: Mapping[str, Any]) -> str:
    """Give all strings of body and attributes, those inside objects and lists too, one below the other.

    Names of attributes and numbers are no words. A store that indexes this text rebuilds its index when it changes.
    """
    body = record["body"]
    texts = [body] if type(body) is str else list(_strings(body))
    for value in record["attributes"].values():
        if type(value) is str:
            texts.append(value)
        elif type(value) in (dict, list):
            texts.extend(_strings(value))
    return "\n".join(texts)


def _strings(value: Any) -> Iterator[str]:
    """Give the strings inside a JSON value in their order; without recursion, as a stranger chose its depth."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if type(value) is str:
            yield value
        elif type(value) is dict:
            waiting.extend(reversed(value.values()))
        elif type(value) is list:
            waiting.extend(reversed(value))
