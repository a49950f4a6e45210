"""What a dialect is: a declaration of how it is recognised and read, with examples that are tests and docs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final, NamedTuple, TypeAlias

from streams.types import Record, Source

ObjectReader: TypeAlias = Callable[[dict[str, Any], str, str, Source], Record]
"""(document, event id, observed timestamp, source) to a record.

It may consume the document. A body of None means that the document has none: the caller puts the original text there,
unless the record is a data point.
"""

TextReader: TypeAlias = Callable[[str, str, str, Source], Record | None]
"""(text, event id, observed timestamp, source) to a record, or None when the text is not of this dialect."""

Test: TypeAlias = Callable[[dict[str, Any]], bool]
"""Settles by its values whether an object is of a dialect, where keys alone cannot."""

CompileReader: TypeAlias = Callable[[tuple[str, ...], tzinfo], ObjectReader]
"""(top-level keys in their order, zone of times that name none) to the reader of all objects with these keys."""

CompileText: TypeAlias = Callable[[tzinfo], TextReader]

PartReader: TypeAlias = Callable[[Any, str, str, Source], Record]
"""(one item, event id, observed timestamp, source) to a record; RejectedRecord when this item alone is bad."""


class Parts(NamedTuple):
    """The records of a value that holds several, in the order of their source.

    `read` reads one item; None means that items are documents or texts of any dialect.
    `alone(index, item)` gives the whole value again with this one item, or what replaces it, and no other:
    a document, a text or bytes.
    """

    items: Sequence[Any]
    alone: Callable[[int, Any], Any]
    read: PartReader | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A value as it comes from Kafka and the fields of the record (or records, in order) that it must give."""

    value: str | bytes
    facts: Mapping[str, Any] | tuple[Mapping[str, Any], ...]
    headers: tuple[tuple[str, bytes], ...] = ()

    @property
    def encoded(self) -> bytes:
        """The value's bytes, as Kafka has them."""
        return self.value.encode() if isinstance(self.value, str) else self.value

    @property
    def records(self) -> tuple[Mapping[str, Any], ...]:
        """The facts of each record."""
        return self.facts if isinstance(self.facts, tuple) else (self.facts,)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One log format.

    Of JSON objects a dialect claims those with all keys of one of its `signatures` and none of `without`, if `test`
    agrees; the signature with the most keys that few formats have goes first, then the longest. Of texts it claims
    those that its reader does not answer with None; it is asked only about texts that begin with one of the
    characters in `starts` (any, when that is empty), whose beginning the regular expression `head` matches, and that
    hold one of the texts in `holds`. A beginning is a word of up to 16 letters and up to 48 characters behind it that
    are no letters (but T and Z), with 0 for every digit; it ends sooner where a letter follows.
    """

    name: str
    summary: str
    link: str
    examples: tuple[Example, ...]
    signatures: tuple[frozenset[str], ...] = ()
    without: frozenset[str] = frozenset()
    test: Test | None = None
    compile_objects: CompileReader | None = None
    compile_text: CompileText | None = None
    starts: str = ""
    head: str = ""
    holds: tuple[str, ...] = ()
    envelope: str = ""
    """Not empty when the body of its records is a whole record of its own, JSON or text, that is read in turn:
    the key of objects that holds it, and for texts, which it must end, any name. With `split` it is so for what
    `Parts.read` gives of an item."""
    opaque: bool = False
    """Whether a body that is the text of a JSON object stays a text."""
    is_head: bool = False
    """Whether its body may be a line of another text grammar, as behind syslog's head; prose stays as it is."""
    split: Callable[[dict[str, Any], tzinfo], Parts] | None = None
    """Takes an object of this dialect apart, instead of `compile_objects`."""
    split_text: Callable[[str, tzinfo], Parts | None] | None = None
    """Takes a text apart, or gives None when it is not of this dialect; asked before all that read texts."""
    split_binary: Callable[[bytes], Parts] | None = None
    """Takes bytes apart that a header or a setting says are of this dialect."""


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


NOBODY: Final[tuple[str, str, Source]] = (
    "",
    "1970-01-01T00:00:00.000000000Z",
    {"topic": "", "partition": 0, "offset": 0},
)
"""Event id, observed time and source of a record that is only looked at and goes nowhere."""

NO_PROVENANCE: Any = {"pipeline": "", "applied": [], "failed": []}
"""Stands in a record until the pipeline says who made it."""


def add_flags(record: Record, *flags: str) -> None:
    """Remark on the record's quality; the pipeline sorts flags and drops doubles when it encodes."""
    if flags:
        record.setdefault("flags", []).extend(flags)
