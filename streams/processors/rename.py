"""`rename`: other names for fields, as the settings declare them."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field, field_validator

from streams.processors import base
from streams.processors.base import Acted, Processor
from streams.processors.fields import SERVICE, FlatPath, RemovablePath, declared, find
from streams.types import Record

_UNKNOWN = "unknown_service"


class Rename(Processor):
    """Moves fields to other names, in the order of its options.

    A source that is missing is no failure. A target that is there stays, and so does the source, unless `overwrite`
    says otherwise; `unknown_service` is not there. The service's name can only be a text that is not empty.
    """

    class Options(base.Options):
        """Which fields get which names."""

        fields: dict[RemovablePath, FlatPath] = Field(
            default_factory=dict, description="path to path: `attributes.user` to `attributes.user.name`"
        )
        overwrite: bool = Field(False, description="whether a target that is there is replaced")

        @field_validator("fields")
        @classmethod
        def _moves_once(cls, fields: dict[str, str]) -> dict[str, str]:
            again = sorted(set(fields) & set(fields.values()))
            if again:
                raise ValueError(f"{again[0]} is moved and moved to")
            return fields

    name: ClassVar[str] = "rename"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"attributes.*", "resource.*", "body"})
    writes: ClassVar[frozenset[str]] = frozenset({"attributes.*", "resource.*", "body"})
    overwrites: ClassVar[frozenset[str]] = writes

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        sources = {declared(path) for path in options.fields}
        targets = set(options.fields.values())
        # A field that is moved away is edited, whoever made it.
        self.declare(
            (f"{path}?" for path in sources), sources | targets, sources | (targets if options.overwrite else set())
        )
        self._fields = tuple((source, *target.split(".", 1), target) for source, target in options.fields.items())

    def process(self, record: Record) -> Acted:
        """Move what is there; True when something moved."""
        acted = False
        for source, part, name, target in self._fields:
            place = find(record, source)
            if place is None:
                continue
            holder: dict[str, Any] = record[part]  # type: ignore[literal-required]
            value = place.holder[place.key]
            if (holder is place.holder and name == place.key) or not self._may_set(holder, name, value, target):
                continue
            del place.holder[place.key]
            holder[name] = value
            acted = True
        return acted

    def _may_set(self, holder: dict[str, Any], name: str, value: Any, target: str) -> bool:
        if target == SERVICE:
            free = holder[name] == _UNKNOWN or self.options.overwrite
            return free and isinstance(value, str) and value != ""
        return name not in holder or self.options.overwrite
