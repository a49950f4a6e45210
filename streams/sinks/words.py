"""The text by which a record is found: what its body and attributes say in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def words_of(record: Mapping[str, Any]) -> str:
    """Give all strings of body and attributes, those inside objects and lists too, one below the other.

    Names of attributes and numbers are no words. A store that indexes this text rebuilds its index when it changes.
    """
    texts: list[str] = []
    waiting = [*reversed(record["attributes"].values()), record["body"]]
    while waiting:  # without recursion, as a stranger chose the depth
        value = waiting.pop()
        if type(value) is str:
            texts.append(value)
        elif type(value) is dict:
            waiting.extend(reversed(value.values()))
        elif type(value) is list:
            waiting.extend(reversed(value))
    return "\n".join(texts)
