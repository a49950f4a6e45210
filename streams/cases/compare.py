"""What was expected against what came: mappings say what must be there at least, everything else must be equal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from streams.cases.yaml import Absent, Exactly, Present

_NOTHING: Final = "nothing"
_IDENTIFIER_LIKE: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"


class Difference(NamedTuple):
    """A place at which something else came: its path, and what was expected and found there, as people read it."""

    path: str
    expected: str
    found: str


def compare(expected: Any, found: Any, path: str) -> Iterator[Difference]:
    """Tell where they differ.

    A mapping may have more keys than are expected of it, unless it is `Exactly` that; a list has as many elements as
    are expected, each compared by itself; values are equal when they are of one type and equal.
    """
    match expected:
        case Present():
            return
        case Exactly(keys):
            yield from _compare_keys(keys, found, path)
            surplus = [key for key in found if key not in keys] if isinstance(found, dict) else []
            yield from (Difference(_at(path, key), _NOTHING, shown(found[key])) for key in surplus)
        case dict():
            yield from _compare_keys(expected, found, path)
        case list() if isinstance(found, list):
            yield from _compare_lists(expected, found, path)
        case _ if type(expected) is not type(found) or expected != found:
            yield Difference(path, shown(expected), shown(found))


def _compare_keys(expected: Mapping[str, Any], found: Any, path: str) -> Iterator[Difference]:
    if not isinstance(found, dict):
        yield Difference(path, shown(expected), shown(found))
        return
    for key, value in expected.items():
        if key not in found:
            if not isinstance(value, Absent):
                yield Difference(_at(path, key), shown(value), _NOTHING)
        elif isinstance(value, Absent):
            yield Difference(_at(path, key), _NOTHING, shown(found[key]))
        else:
            yield from compare(value, found[key], _at(path, key))


def _compare_lists(expected: list[Any], found: list[Any], path: str) -> Iterator[Difference]:
    for number in range(max(len(expected), len(found))):
        place = f"{path}[{number}]"
        if number >= len(found):
            yield Difference(place, shown(expected[number]), _NOTHING)
        elif number >= len(expected):
            yield Difference(place, _NOTHING, shown(found[number]))
        else:
            yield from compare(expected[number], found[number], place)


def _at(path: str, key: str) -> str:
    """The path of a key, in quotes and brackets where points in it would be taken for steps."""
    plain = key and not set(key) - set(_IDENTIFIER_LIKE)
    return f"{path}.{key}" if plain else f"{path}[{json.dumps(key, ensure_ascii=False)}]"


def shown(value: Any) -> str:
    """Give a value as JSON; what stands for values, as it is written in a case."""
    match value:
        case Absent():
            return _NOTHING
        case Present():
            return "any value"
        case Exactly(keys):
            return shown(keys)
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)}: {shown(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(shown, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
