"""Where each field of a record came from, found by trial: a record is made again with one input changed.

What differs then came from that input. So the answer is true of every dialect, and the hot path pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from orjson import JSONDecodeError, dumps, loads

from streams.types import Headers
from streams.values.json import plain_float

Records: TypeAlias = Sequence[Mapping[str, Any]]
Make: TypeAlias = Callable[[bytes, Headers], Records]
"""(value, headers) to the records that they become."""

_MOST_TRIALS = 200
_PARTS = ("attributes", "resource", "scope", "metric", "span")
_OURS = frozenset({"event_id", "observed_timestamp", "source", "schema_version", "provenance", "flags", "dialect"})
_SHORTEST = 2
_Path: TypeAlias = tuple[str | int, ...]


def origins(value: bytes, headers: Headers, records: Records, make: Make) -> list[dict[str, str]]:
    """Give for each record the place in the input from which each of its fields came, where that can be told."""
    found: list[dict[str, str]] = [{} for _ in records]
    for place, changed, kept in _trials(value, headers):
        _compare(place, records, make(changed, kept), found)
    text = value.decode(errors="replace")
    for record, places in zip(records, found, strict=True):
        places |= {
            name: _span(text, said) for name, said in _fields(record) if name not in places and _span(text, said)
        }
    return found


def _trials(value: bytes, headers: Headers) -> Iterator[tuple[str, bytes, Headers]]:
    for index, (name, _) in enumerate(headers):
        yield f"header {name}", value, [*headers[:index], *headers[index + 1 :]]
    try:
        document = loads(value)
    except JSONDecodeError:
        return
    for path, _ in zip(_leaves(document), range(_MOST_TRIALS), strict=False):
        yield _written(path), dumps(_changed(document, path), plain_float), headers


def _compare(place: str, before: Records, after: Records, found: list[dict[str, str]]) -> None:
    """Note what a trial changed; one that changed the dialect or the number of records tells nothing of fields."""
    if [record["dialect"] for record in before] != [record["dialect"] for record in after]:
        return
    for one, other, places in zip(before, after, found, strict=True):
        now = dict(_fields(other))
        for name, said in _fields(one):
            if now.get(name) != said:
                places.setdefault(name, place)


def _fields(record: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, said in record.items():
        if name in _PARTS and isinstance(said, dict):
            yield from ((f"{name}.{key}", inner) for key, inner in said.items())
        elif name not in _OURS:
            yield name, said


def _leaves(node: Any, path: _Path = ()) -> Iterator[_Path]:
    """The paths of every value that holds no other; a text that is a JSON object is looked into."""
    inner = _inner(node)
    if isinstance(inner, dict) and inner:
        for key, child in inner.items():
            yield from _leaves(child, (*path, key))
    elif isinstance(inner, list) and inner:
        for index, child in enumerate(inner):
            yield from _leaves(child, (*path, index))
    elif path:
        yield path


def _inner(node: Any) -> Any:
    if isinstance(node, str) and node.startswith("{"):
        try:
            return loads(node)
        except JSONDecodeError:
            return node
    return node


def _changed(node: Any, path: _Path) -> Any:
    """A copy in which the leaf at a path says something else of the same type."""
    if not path:
        return _other(node)
    inner = _inner(node)
    key: Any = path[0]
    copy = dict(inner) if isinstance(inner, dict) else list(inner)
    copy[key] = _changed(inner[key], path[1:])
    return dumps(copy, plain_float).decode() if isinstance(node, str) else copy


def _other(leaf: Any) -> Any:
    if isinstance(leaf, bool):
        return not leaf
    if isinstance(leaf, int | float):
        return leaf + 1
    return f"{leaf}~" if isinstance(leaf, str) else "~"


def _written(path: _Path) -> str:
    return ".".join(str(step) for step in path)


def _span(text: str, said: Any) -> str:
    """Where a value stands in a text, if it does so word for word."""
    if isinstance(said, bool) or not isinstance(said, str | int):
        return ""
    word = str(said)
    at = text.find(word) if len(word) >= _SHORTEST else -1
    return f"characters {at} to {at + len(word) - 1}" if at >= 0 else ""
