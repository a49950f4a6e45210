"""Fields of a record by their path: `body`, `attributes.http.route`, `resource.service.owner`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from streams.types import Record

MAPS: Final = frozenset({"attributes", "resource"})
"""The parts of a record whose keys are flat names, which hold points themselves."""


def put(record: Record, path: str, value: Any) -> None:
    """Set a field unless the record has it."""
    part, _, name = path.partition(".")
    target: Any = record[part] if name and part in MAPS else record  # type: ignore[literal-required]
    if target.get(name or path) is None:
        target[name or path] = value


def overlap(one: str, others: Iterable[str]) -> bool:
    """Whether a path names the same field as one of the others; `attributes.*` stands for every attribute."""
    return any(_same(one, other) or _same(other, one) for other in others)


def _same(pattern: str, path: str) -> bool:
    if pattern.endswith(".*"):
        return path == pattern[:-2] or path.startswith(pattern[:-1])
    return path == pattern
