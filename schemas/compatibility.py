"""The compatibility gate: may a new JSON Schema replace the published one?

The rule is FULL_TRANSITIVE (Confluent Schema Registry, "Schema Evolution and Compatibility"): any reader, old or
new, reads any writer's records. What that leaves is adding or rewording: an optional key, an annotation. Removing
a key counts as breaking too, so a name never comes back with another meaning; this makes the comparison with the
last schema transitive. Everything else needs a new version and a new topic.
"""

from collections.abc import Iterator
from typing import Any, Final

Schema = Any
"""A JSON Schema or a part of one."""

_ANNOTATIONS: Final = frozenset({"$comment", "$id", "default", "deprecated", "description", "examples", "title"})
_NAMED: Final = ("$defs", "properties")


def breaking_changes(old: Schema, new: Schema, path: str = "$") -> Iterator[str]:
    """Compare two versions of a schema.

    Yields:
        One line for each change that breaks a reader or a writer: its place and what happened.
    """
    if not isinstance(old, dict) or not isinstance(new, dict):
        yield from _compare_values(old, new, path)
        return
    for keyword in sorted((old.keys() | new.keys()) - _ANNOTATIONS):
        if keyword in _NAMED:
            yield from _compare_members(old, new, keyword, path)
        elif keyword == "required":
            yield from _compare_required(old, new, path)
        elif keyword in old and keyword in new:
            yield from breaking_changes(old[keyword], new[keyword], f"{path}.{keyword}")
        else:
            yield f"{path}: {keyword} was {'removed' if keyword in old else 'added'}"


def _compare_values(old: Schema, new: Schema, path: str) -> Iterator[str]:
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from breaking_changes(before, after, f"{path}[{index}]")
    elif old != new:
        yield f"{path}: changed from {old!r} to {new!r}"


def _compare_members(old: Schema, new: Schema, keyword: str, path: str) -> Iterator[str]:
    before, after = old.get(keyword, {}), new.get(keyword, {})
    for name in sorted(before.keys() - after.keys()):
        yield f"{path}: {name} was removed"
    for name in sorted(before.keys() & after.keys()):
        yield from breaking_changes(before[name], after[name], f"{path}.{name}")
    if keyword == "properties" and "additionalProperties" in old:
        for name in sorted(after.keys() - before.keys()):
            yield f"{path}: {name} was any key of a map and is a field now"


def _compare_required(old: Schema, new: Schema, path: str) -> Iterator[str]:
    before, after = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(after - before):
        yield f"{path}: {name} became required"
    for name in sorted(before - after):
        yield f"{path}: {name} became optional"
