"""What a dialect is: a declaration of how it is recognised and read, with examples that are tests and docs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, TypeAlias

from streams.types import Record, Source

ObjectReader: TypeAlias = Callable[[dict[str, Any], str, str, Source], Record]
"""(document, event id, observed timestamp, source) to a record.

It may consume the document. A body of None means that the document has none: the caller puts the original text there.
"""

TextReader: TypeAlias = Callable[[str, str, str, Source], Record | None]
"""(text, event id, observed timestamp, source) to a record, or None when the text is not of this dialect."""

Test: TypeAlias = Callable[[dict[str, Any]], bool]
"""Settles by its values whether an object is of a dialect, where keys alone cannot."""

CompileReader: TypeAlias = Callable[[tuple[str, ...], tzinfo], ObjectReader]
"""(top-level keys in their order, zone of times that name none) to the reader of all objects with these keys."""


@dataclass(frozen=True, slots=True)
class Example:
    """A value as it comes from Kafka and the fields of the record that it must give."""

    value: str | bytes
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One log format.

    Of JSON objects a dialect claims those with all keys of one of its `signatures`, if `test` agrees; the
    signature with the most keys goes first. Of texts it claims those that its reader does not answer with None.
    """

    name: str
    summary: str
    link: str
    examples: tuple[Example, ...]
    signatures: tuple[frozenset[str], ...] = ()
    test: Test | None = None
    compile_objects: CompileReader | None = None
    compile_text: Callable[[tzinfo], TextReader] | None = None


def new_record(dialect: str, event_id: str, observed: str, source: Source) -> Record:
    """Give a record that says nothing yet: the start of every reader that is not a table of keys."""
    return {
        "schema_version": 1,
        "event_id": event_id,
        "signal": "log",
        "timestamp": None,
        "observed_timestamp": observed,
        "trace_id": None,
        "span_id": None,
        "severity_number": 0,
        "severity_text": None,
        "body": None,
        "resource": {"service.name": "unknown_service"},
        "attributes": {},
        "source": source,
        "dialect": dialect,
        "provenance": NO_PROVENANCE,
    }


NO_PROVENANCE: Any = {"pipeline": "", "applied": [], "failed": []}
"""Stands in a record until the pipeline says who made it."""


def add_flags(record: Record, *flags: str) -> None:
    """Remark on the record's quality; the pipeline sorts flags and drops doubles when it encodes."""
    if flags:
        record.setdefault("flags", []).extend(flags)
