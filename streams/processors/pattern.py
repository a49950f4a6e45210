"""`pattern`: which messages are the same but for their values."""

from __future__ import annotations

from typing import ClassVar

from streams.processors.base import Acted, Processor
from streams.processors.masking import digest, template_of
from streams.types import Record

_TEMPLATE, _ID = "pattern.template", "pattern.id"


class Pattern(Processor):
    """Gives a log record the template of its message and the template's hash, by which messages can be counted.

    The template is the first line of a body that is a text, with numbers, ids, times, addresses, paths and quoted parts
    masked: `payment declined for user <email> order <num>`. It is made of this record alone, so it is the same on every
    replica and replay.
    """

    name: ClassVar[str] = "pattern"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"body", "signal"})
    writes: ClassVar[frozenset[str]] = frozenset({f"attributes.{_TEMPLATE}", f"attributes.{_ID}"})

    def process(self, record: Record) -> Acted:
        """Set template and id, unless the record brings its own; True when they were set."""
        body, attributes = record["body"], record["attributes"]
        if record["signal"] != "log" or not isinstance(body, str) or _TEMPLATE in attributes or _ID in attributes:
            return False
        template = template_of(body)
        if not template:
            return False
        attributes[_TEMPLATE], attributes[_ID] = template, digest(template)
        return True
