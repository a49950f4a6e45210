"""`drop_fields`: fields that nobody needs, as the settings declare them."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from streams.processors import base
from streams.processors.base import Acted, Processor
from streams.processors.fields import SERVICE, RemovablePath, declared, find
from streams.types import Record


class DropFields(Processor):
    """Drops declared fields; `attributes.debug.*` drops every key of the attributes that begins with `debug.`.

    That is the operator's will and no damage, so it sets no flag; the provenance tells of it.
    """

    class Options(base.Options):
        """Which fields are dropped."""

        fields: tuple[RemovablePath, ...] = Field(
            (), description="paths; those in attributes and resource may end in `.*`"
        )

    name: ClassVar[str] = "drop_fields"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"attributes.*", "resource.*", "body"})
    writes: ClassVar[frozenset[str]] = reads
    overwrites: ClassVar[frozenset[str]] = reads

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        writes = {declared(path) for path in options.fields}
        self.declare((f"{path}?" for path in writes), writes, writes)
        self._exact = tuple(path for path in options.fields if not _is_pattern(path))
        self._patterns = tuple(path[:-1].split(".", 1) for path in options.fields if _is_pattern(path))

    def process(self, record: Record) -> Acted:
        """Drop what is there; True when something was."""
        acted = False
        for path in self._exact:
            place = find(record, path)
            if place:
                del place.holder[place.key]
                acted = True
        for part, start in self._patterns:
            acted |= _drop_all(record, part, start)
        return acted


def _is_pattern(path: str) -> bool:
    return path.endswith(".*") and not path.startswith("body.")


def _drop_all(record: Record, part: str, start: str) -> bool:
    holder = record[part]  # type: ignore[literal-required]
    names = [name for name in holder if name.startswith(start) and f"{part}.{name}" != SERVICE]
    for name in names:
        del holder[name]
    return bool(names)
