"""What an old function may write, and what it wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator

from schemas.conform import conform
from streams.processors.legacy.failures import UndeclaredWrite
from streams.types import Record

WHOLE: Final = frozenset({"body", "severity_number", "severity_text", "timestamp", "event_name"})
MAPS: Final = frozenset({"attributes", "resource"})
_PATH = re.compile(r"(attributes|resource)\.\S+")
_SOME_PROVENANCE: Final = {"pipeline": "0" * 16, "applied": [], "failed": []}


def _checked(path: str) -> str:
    if path not in WHOLE and not _PATH.fullmatch(path):
        raise ValueError(f"{path!r} is none of {', '.join(sorted(WHOLE))}, attributes.NAME and resource.NAME")
    return path


WritablePath: TypeAlias = Annotated[str, AfterValidator(_checked)]
"""A field that an old function may write; `attributes.billing.*` stands for all names that begin so."""


class Writes:
    """The fields that a function may write."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._exact = frozenset(path for path in paths if not path.endswith(".*"))
        self._starts = tuple(path[:-1] for path in paths if path.endswith(".*"))

    def take(self, record: Record, said: Mapping[str, Any]) -> bool:
        """Make the record what the function said that it should be; whether that changed anything.

        Raises:
            UndeclaredWrite: another field than the declared ones differs; the record is as it was.
            NonconformingRecord: a declared one does not fit the schema; the record is as it was.
        """
        changed = list(_changed(record, said))
        for path in changed:
            if path not in self._exact and not path.startswith(self._starts):
                raise UndeclaredWrite(path.split(".")[0] if path.split(".")[0] in record else "an unknown field")
        if changed:
            conform(_encodable(said))
        for path in changed:
            _put(record, said, path)
        return bool(changed)


def _changed(record: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[str]:
    """Name what differs by its path: the keys of attributes and resource one by one, everything else as a whole."""
    for part in _names(record, said):
        before, after = record.get(part), said.get(part)
        if part in MAPS and isinstance(before, dict) and isinstance(after, dict):
            yield from (f"{part}.{name}" for name in _names(before, after) if not _alike(before, after, name))
        elif part != "provenance" and not _alike(record, said, part):
            yield part


def _names(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterable[str]:
    return {**one, **other}


def _alike(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> bool:
    return name in before and name in after and _same(before[name], after[name])


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON; to Python 1, 1.0 and True are equal."""
    if isinstance(one, dict):
        return isinstance(other, dict) and len(one) == len(other) and all(_alike(one, other, name) for name in one)
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other) and (type(one) is type(other) or (isinstance(one, float) and isinstance(other, float)))


def _encodable(said: Mapping[str, Any]) -> dict[str, Any]:
    """Complete a record by what the pipeline does to it at the end."""
    made = {**said, "provenance": _SOME_PROVENANCE}
    if "flags" in made:
        made["flags"] = sorted(set(made["flags"]))
    return made


def _put(record: Any, said: Mapping[str, Any], path: str) -> None:
    part, _, name = path.partition(".")
    target, source, key = (record[part], said[part], name) if name else (record, said, part)
    if key in source:
        target[key] = source[key]
    else:
        del target[key]
