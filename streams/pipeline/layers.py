"""Records inside records: envelopes peeled up to three layers, and values that hold several records taken apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from orjson import dumps

from streams.dialects.base import Dialect, Parts, add_flags
from streams.dialects.detect import Choice, Detector, read_value
from streams.dialects.raw import read_bytes
from streams.errors import RejectedRecord
from streams.pipeline.merge import merge, take_time
from streams.settings import Limits
from streams.types import Record, Source
from streams.values.json import Parsed, parse, plain_float
from streams.values.text import without_line_end

MOST_LAYERS = 3
_DEPTH = "envelope.depth"
_DATE_STARTS = frozenset("0123456789[")


class Identity(NamedTuple):
    """Who a record will be: event id, observed time, source."""

    event_id: str
    observed: str
    source: Source


class Leaf(NamedTuple):
    """One of several records: how it is read, and the whole value again with this one alone."""

    read: Callable[[Identity], Record]
    alone: Callable[[], Any]


class HoldsSeveral(Exception):
    """A value that was read as one record holds several: `leaves`, where they are known."""

    def __init__(self, leaves: Sequence[Leaf] = ()) -> None:
        super().__init__()
        self.leaves = leaves


class Layers:
    """Reads contents of any depth with the dialects that `detector` knows."""

    def __init__(self, detector: Detector, limits: Limits) -> None:
        self._detector = detector
        self._depth = limits.depth
        self._most = limits.records

    def read(self, content: Any, identity: Identity, layer: int = 0) -> Record:
        """Read an object, a text, bytes or another JSON value that holds one record.

        Raises:
            HoldsSeveral: it holds several.
            RejectedRecord: it breaks the rules of its dialect.
        """
        if isinstance(content, str):
            parsed = self.json_object(content)
            if parsed is None:
                return self.read_text(content, identity, layer)
            record = self.read_object(parsed.document, identity, layer)
            add_flags(record, *parsed.flags)
            if record["body"] is None and record["signal"] == "log":
                record["body"] = without_line_end(content)
            return record
        if isinstance(content, dict):
            record = self.read_object(dict(content), identity, layer)
            if record["body"] is None and record["signal"] == "log":
                record["body"] = _as_text(content)
            return record
        return read_bytes(content, *identity) if isinstance(content, bytes) else read_value(content, *identity)

    def read_object(self, document: dict[str, Any], identity: Identity, layer: int = 0) -> Record:
        """Read a JSON object, which may be consumed; a body of None means that it has none."""
        return self.read_choice(self._detector.choose(document), document, identity, layer)

    def read_choice(self, choice: Choice, document: dict[str, Any], identity: Identity, layer: int = 0) -> Record:
        """Read a JSON object by the reader that was chosen for it."""
        if choice.read is None:
            raise HoldsSeveral
        return self.open_body(choice.dialect, choice.read(document, *identity), identity, layer)

    def open_body(self, dialect: Dialect, record: Record, identity: Identity, layer: int = 0) -> Record:
        """Read the body of a record in its turn, when it is an envelope's or a text that is itself a JSON object."""
        body = record["body"]
        if dialect.envelope:
            if layer >= MOST_LAYERS:
                add_flags(record, _DEPTH)
                return record
            return record if body is None else merge(record, self.read(body, identity, layer + 1), dialect)
        if dialect.opaque or not isinstance(body, str) or layer >= MOST_LAYERS:
            return record
        if body.startswith("{"):
            return self._open_text_body(dialect, record, identity, layer)
        return self._open_line(dialect, record, identity, layer) if dialect.is_head else record

    def leaves(self, content: Any, identity: Identity, layer: int = 0) -> list[Leaf] | None:
        """Take apart what holds several records, at any layer; None when it holds one."""
        if isinstance(content, str):
            parsed = self.json_object(content)
            if parsed is None:
                return self.leaves_of_text(content, identity, layer)
            inner = self.leaves(parsed.document, identity, layer)
            return [wrapped(leaf, _as_text) for leaf in inner] if inner else None
        if not isinstance(content, dict):
            return None
        choice = self._detector.choose(content)
        if choice.dialect.split:
            return self.of_parts(choice.dialect, choice.dialect.split(content, self._detector.zone), identity, layer)
        if choice.dialect.envelope and choice.read and layer < MOST_LAYERS:
            outer = choice.read(dict(content), *identity)
            key = choice.dialect.envelope
            return self._inside(outer, choice.dialect, lambda inner: {**content, key: inner}, identity, layer)
        return None

    def of_parts(self, dialect: Dialect, parts: Parts, identity: Identity, layer: int = 0) -> list[Leaf]:
        """Give the records of a value that a dialect took apart.

        Raises:
            RejectedRecord: `decode.empty` when there are none, `limit.size` when there are too many.
        """
        if not parts.items:
            raise RejectedRecord("decode.empty", "the batch holds no record")
        if len(parts.items) > self._most:
            raise RejectedRecord("limit.size", f"a value holds more than {self._most} records")
        return [
            leaf for index in range(len(parts.items)) for leaf in self._of_part(dialect, parts, index, identity, layer)
        ]

    def json_object(self, text: str) -> Parsed | None:
        """Parse a text that is a JSON object; None when it is none, or too deep to be read as one."""
        stripped = text.strip(" \t\r\n")
        if not (stripped.startswith("{") and stripped.endswith("}")):
            return None
        try:
            parsed = parse(stripped.encode(), self._depth)
        except (ValueError, RejectedRecord):
            return None
        return parsed if isinstance(parsed.document, dict) else None

    def read_text(self, text: str, identity: Identity, layer: int = 0) -> Record:
        """Read a text that is not to be read as JSON."""
        dialect, record = self._detector.read_text(text, *identity)
        return self.open_body(dialect, record, identity, layer)

    def _open_text_body(self, dialect: Dialect, record: Record, identity: Identity, layer: int) -> Record:
        """An object that says when, how severe or what becomes the record; any other becomes the body as it is."""
        parsed = self.json_object(record["body"])
        if parsed is None:
            return record
        choice = self._detector.choose(parsed.document)
        if choice.read is None:
            return record
        kept = dict(parsed.document)
        inner = self.read_choice(choice, parsed.document, identity, layer + 1)
        add_flags(inner, *parsed.flags)
        says_something = inner["timestamp"] or inner["severity_text"] or inner["body"] is not None
        if choice.dialect.name == "json" and not says_something:
            record["body"] = kept
            return record
        if inner["body"] is None:
            inner["body"] = record["body"]
        return merge(record, inner, dialect)

    def _open_line(self, dialect: Dialect, record: Record, identity: Identity, layer: int) -> Record:
        """A line of a known grammar behind a head becomes the record; any other may begin with a time that wins.

        Bare pairs must say when or how severe it is, and another head when.
        """
        found = self._detector.read_line(record["body"], *identity)
        if found is None:
            if record["body"][:1] in _DATE_STARTS:
                take_time(record, self._detector.read_text(record["body"], *identity)[1], dialect)
            return record
        around, inner = found
        says_something = inner["timestamp"] or inner["severity_text"] or inner["severity_number"]
        if (around.name == "logfmt" and not says_something) or (around.is_head and not inner["timestamp"]):
            return record
        if inner["body"] is None:
            inner["body"] = record["body"]
        return merge(record, self.open_body(around, inner, identity, layer + 1), dialect)

    def leaves_of_text(self, text: str, identity: Identity, layer: int = 0) -> list[Leaf] | None:
        """Take a text apart that is not to be read as JSON; None when it holds one record."""
        found = self._detector.split_text(text)
        if found is not None:
            return self.of_parts(*found, identity, layer)
        if not text.rstrip().endswith("}"):
            return None  # only JSON holds several inside a text, and most texts need not be read twice
        dialect, outer = self._detector.read_text(text, *identity)
        if not dialect.envelope or layer >= MOST_LAYERS or not isinstance(outer["body"], str):
            return None
        head = without_line_end(text).removesuffix(outer["body"])
        return self._inside(outer, dialect, lambda inner: head + _as_text(inner), identity, layer)

    def _inside(
        self, outer: Record, dialect: Dialect, wrap: Callable[[Any], Any], identity: Identity, layer: int
    ) -> list[Leaf] | None:
        """Take apart what is in an envelope; each record is merged with what the envelope says."""
        inner = self.leaves(outer["body"], identity, layer + 1)
        if inner is None:
            return None
        return [wrapped(_merged(outer, leaf, dialect), wrap) for leaf in inner]

    def _of_part(self, dialect: Dialect, parts: Parts, index: int, identity: Identity, layer: int) -> list[Leaf]:
        """One item of a batch; one that holds a record of any dialect may hold several."""
        item, read = parts.items[index], parts.read
        if read is None:
            inner = self.leaves(item, identity, layer + 1) if layer < MOST_LAYERS else None
            if inner is None:
                return [Leaf(lambda who: self.read(item, who, layer + 1), lambda: parts.alone(index, item))]
            return [wrapped(leaf, partial(parts.alone, index)) for leaf in inner]
        if not dialect.envelope:
            return [Leaf(lambda who: read(item, *who), lambda: parts.alone(index, item))]
        inside = self._inside_item(dialect, parts, index, identity, layer) if layer < MOST_LAYERS else None
        if inside is not None:
            return inside
        return [
            Leaf(lambda who: self.open_body(dialect, read(item, *who), who, layer), lambda: parts.alone(index, item))
        ]

    def _inside_item(
        self, dialect: Dialect, parts: Parts, index: int, identity: Identity, layer: int
    ) -> list[Leaf] | None:
        """Take apart what is in an envelope that is itself one of several; None when it holds one or is broken."""
        item, key = parts.items[index], dialect.envelope
        if key in item and self.leaves(item[key], identity, layer + 1) is None:
            return None
        try:
            outer = parts.read(item, *identity) if parts.read else None
        except RejectedRecord:
            return None  # reading it as one record says why
        if outer is None:
            return None
        return self._inside(outer, dialect, lambda inner: parts.alone(index, {**item, key: inner}), identity, layer)


def wrapped(leaf: Leaf, wrap: Callable[[Any], Any]) -> Leaf:
    """The same record inside one more layer."""
    return Leaf(leaf.read, lambda: wrap(leaf.alone()))


def _merged(outer: Record, leaf: Leaf, dialect: Dialect) -> Leaf:
    """The same record with what the layer around it says."""
    return Leaf(lambda who: merge(outer, leaf.read(who), dialect), leaf.alone)


def as_bytes(content: Any) -> bytes:
    """The bytes of a value that was put together again from its parts."""
    if isinstance(content, bytes):
        return content
    return content.encode() if isinstance(content, str) else dumps(content, plain_float)


def _as_text(content: Any) -> str:
    return content if isinstance(content, str) else as_bytes(content).decode()
