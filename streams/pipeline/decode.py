"""A raw record to normalised records: the whole way, with hints, compression, layers, batches and remarks on quality.

`Pipeline.prepare` takes a short way for a clean JSON object; everything else comes here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from streams.dialects.base import Dialect, add_flags
from streams.dialects.detect import Detector, read_value
from streams.dialects.envelopes.cloudevents import DIALECT as CLOUD_EVENTS
from streams.dialects.envelopes.cloudevents import read_attributes
from streams.dialects.raw import NAME as RAW
from streams.dialects.raw import read_bytes
from streams.errors import RejectedRecord
from streams.pipeline.content import BLANKS, Batch, Binary, Content, Document, Text, open_value, read_json
from streams.pipeline.hints import Hints
from streams.pipeline.layers import Identity, Layers, Leaf, as_bytes, wrapped
from streams.pipeline.merge import merge
from streams.pipeline.reject import rejected
from streams.pipeline.trace_sources import complete_trace
from streams.settings import Limits
from streams.types import DeadLetter, RawRecord, Record, Source
from streams.values import text as texts

STAGE = "decode"
_OPENING = (b"{", b"[")
_FALLBACK = "dialect.fallback"
_NOT_OF_DIALECT = frozenset({"decode.protobuf", "decode.json"})

Alone: TypeAlias = Callable[[], bytes]
"""Gives the value again with one inner record of it and no other, so that it can be replayed alone."""

Staged: TypeAlias = tuple[RawRecord, Record | DeadLetter, int | None, Alone | None]
"""One outcome so far: the raw record, and a record to finish or a dead letter; for an inner record of a value
that held several, its position and how it is given alone. A bare tuple, because one is made for every record."""


class Arrival(NamedTuple):
    """A raw record, who its records will be, and what its headers say."""

    raw: RawRecord
    event_id: str
    observed: str
    source: Source
    hints: Hints
    fallback: bool
    """Whether a value that contradicts its hint is read as if it had none."""

    @property
    def identity(self) -> Identity:
        """Who the record is, when there is only one."""
        return Identity(self.event_id, self.observed, self.source)


class Decoder:
    """Reads raw records of any content; `detector` knows the dialects."""

    def __init__(self, detector: Detector, layers: Layers, limits: Limits) -> None:
        self._detector = detector
        self._layers = layers
        self._limits = limits

    def decode(self, arrival: Arrival, leaves: Sequence[Leaf] = ()) -> list[Staged]:
        """Give every record of one raw record, or its dead letters; at least one of them.

        `leaves` are its records, where it is known already that there are several.
        """
        raw = arrival.raw
        try:
            if 0 < len(leaves) <= self._limits.records:
                return [_read_leaf(leaf, index, arrival, ()) for index, leaf in enumerate(leaves)]
            opened = open_value(raw.value, self._limits)
            read, flags = self._read_opened(opened.value, arrival)
            remarks = (*opened.flags, *flags, *(("hint.unknown",) if arrival.hints.unknown else ()))
            if isinstance(read, list):
                return [_read_leaf(leaf, index, arrival, remarks) for index, leaf in enumerate(read)]
            return [(raw, _complete(read, arrival, arrival.identity, remarks), None, None)]
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - one record's failure is its dead letter
            return [(raw, rejected(raw, STAGE, error), None, None)]

    def _read_opened(self, value: bytes, arrival: Arrival) -> tuple[Record | list[Leaf], tuple[str, ...]]:
        """Read a value by its hints; bytes that are not of the dialect that these name may be read without them."""
        content, flags = self._open(value, arrival)
        try:
            return self._read_all(content, arrival), flags
        except RejectedRecord as error:
            if not arrival.fallback or not isinstance(content, Binary) or error.reason not in _NOT_OF_DIALECT:
                raise
        unhinted = arrival._replace(hints=arrival.hints._replace(dialect=None, form=None))
        content, flags = self._open(value, unhinted)
        return self._read_all(content, unhinted), (*flags, _FALLBACK)

    def _read_all(self, content: Content | Batch, arrival: Arrival) -> Record | list[Leaf]:
        """Give the record of a value, or, of one that holds several, how each is read."""
        if isinstance(content, Batch):
            leaves = [leaf for index in range(len(content.inner)) for leaf in self._of_batch(content, index, arrival)]
        else:
            found = self._leaves(content, arrival)
            if found is None:
                return self._read(content, arrival)
            leaves = found
        if len(leaves) > self._limits.records:
            raise RejectedRecord("limit.size", f"a value holds more than {self._limits.records} records")
        return leaves

    def _open(self, value: bytes, arrival: Arrival) -> tuple[Content | Batch, tuple[str, ...]]:
        """Tell what a value holds, with remarks on its encoding and on a hint that was not true."""
        hints = arrival.hints
        if hints.wants_bytes:
            return self._open_bytes(value, hints), ()
        decoded = texts.decode(value)
        if decoded is None:
            return Binary(value), _contradicted(arrival) if hints.form else ()
        text, flags = decoded
        if hints.form == "text" or hints.wants_text:
            return Text(text), flags
        if hints.form in (None, "protobuf") and not value.lstrip(BLANKS).startswith(_OPENING):
            return Text(text), flags + (_contradicted(arrival) if hints.form else ())
        try:
            return read_json(text.encode() if flags else value, hints.form, self._limits), flags
        except ValueError:
            return Text(text), (flags + _contradicted(arrival) if hints.form else flags)

    def _open_bytes(self, value: bytes, hints: Hints) -> Content | Batch:
        """Tell JSON from the bytes of a dialect that has both: a first byte may be a brace there too, by chance."""
        if value.lstrip(BLANKS).startswith(_OPENING):
            try:
                return read_json(value, hints.form, self._limits)
            except ValueError:
                pass
        return Binary(value)

    def _leaves(self, content: Content, arrival: Arrival) -> list[Leaf] | None:
        """Give the records of a value that holds several, None when it holds one."""
        dialect, identity = arrival.hints.dialect, arrival.identity
        if dialect is None and isinstance(content, Text):
            return self._layers.leaves_of_text(content.text, identity)
        if dialect is not None:
            leaves = self._split_as(dialect, content, identity)
        else:
            leaves = self._layers.leaves(content.parsed.document, identity) if isinstance(content, Document) else None
        if leaves and isinstance(content, Document) and content.parsed.flags:
            return [_remarked(leaf, content.parsed.flags) for leaf in leaves]
        return leaves

    def _split_as(self, dialect: Dialect, content: Content, identity: Identity) -> list[Leaf] | None:
        """Take a value apart as the dialect that its header or topic names."""
        parts = None
        if isinstance(content, Binary):
            parts = dialect.split_binary(content.value) if dialect.split_binary else None
        elif isinstance(content, Text):
            parts = dialect.split_text(content.text, self._detector.zone) if dialect.split_text else None
        elif dialect.split and isinstance(content.parsed.document, dict):
            document = content.parsed.document
            choice = self._detector.choose_as(dialect, document)
            parts = dialect.split(document, self._detector.zone) if choice else None
        return self._layers.of_parts(dialect, parts, identity) if parts else None

    def _of_batch(self, batch: Batch, index: int, arrival: Arrival) -> list[Leaf]:
        """One element of an array or of a series of documents; it may hold several records itself."""
        parsed = batch.inner[index]
        if isinstance(parsed, RejectedRecord):
            return [Leaf(lambda who: _refuse(parsed), lambda: batch.alone(index))]
        document = Document(parsed, lambda: batch.written(index))
        try:
            inner = self._leaves(document, arrival)
        except RejectedRecord as error:
            refused = error
            return [Leaf(lambda who: _refuse(refused), lambda: batch.alone(index))]
        if inner is None:
            return [Leaf(lambda who: self._read(document, arrival, who), lambda: batch.alone(index))]
        return [wrapped(leaf, lambda piece: batch.wrap(as_bytes(piece))) for leaf in inner]

    def _read(self, content: Content, arrival: Arrival, identity: Identity | None = None) -> Record:
        """Make the record of one document, text or binary value."""
        who = identity or arrival.identity
        dialect = arrival.hints.dialect
        record = self._read_as(dialect, content, who) if dialect else None
        if dialect and record is None:
            if not arrival.fallback:
                raise RejectedRecord("decode.dialect", f"the value is not {dialect.name} as its header or topic says")
            record = self._detect(content, who)
            add_flags(record, _FALLBACK)
        if record is None:
            record = self._detect(content, who)
        if isinstance(content, Document):
            add_flags(record, *content.parsed.flags)
        if record["body"] is None and record["signal"] == "log":
            record["body"] = texts.without_line_end(_original(content))
        return record

    def _detect(self, content: Content, who: Identity) -> Record:
        if isinstance(content, Text):
            return self._layers.read_text(content.text, who)
        if isinstance(content, Binary):
            return read_bytes(content.value, *who)
        document = content.parsed.document
        return self._layers.read_object(document, who) if isinstance(document, dict) else read_value(document, *who)

    def _read_as(self, dialect: Dialect, content: Content, who: Identity) -> Record | None:
        if isinstance(content, Text):
            record = self._detector.read_text_as(dialect, content.text, *who)
            return self._layers.open_body(dialect, record, who) if record else None
        if isinstance(content, Binary):
            return read_bytes(content.value, *who) if dialect.name == RAW else None
        document = content.parsed.document
        choice = self._detector.choose_as(dialect, document) if isinstance(document, dict) else None
        return self._layers.read_choice(choice, document, who) if choice else None


def _read_leaf(leaf: Leaf, index: int, arrival: Arrival, remarks: tuple[str, ...]) -> Staged:
    def alone() -> bytes:
        return as_bytes(leaf.alone())

    who = Identity(f"{arrival.event_id}.{index}", arrival.observed, arrival.source)
    try:
        record = _complete(leaf.read(who), arrival, who, remarks)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - one record's failure is its dead letter
        return arrival.raw, rejected(arrival.raw, STAGE, error, index, alone()), index, alone
    return arrival.raw, record, index, alone


def _remarked(leaf: Leaf, flags: tuple[str, ...]) -> Leaf:
    """The same record with remarks on the document that it stands in."""

    def read(who: Identity) -> Record:
        record = leaf.read(who)
        add_flags(record, *flags)
        return record

    return Leaf(read, leaf.alone)


def _complete(record: Record, arrival: Arrival, who: Identity, remarks: tuple[str, ...]) -> Record:
    """Add what is known from outside the value: headers, encoding, hints."""
    add_flags(record, *remarks)
    if arrival.hints.cloud_event:
        record = merge(read_attributes(arrival.hints.cloud_event, *who), record, CLOUD_EVENTS)
    complete_trace(record, arrival.hints)
    return record


def _refuse(error: RejectedRecord) -> Record:
    raise error


def _original(content: Content) -> str:
    if isinstance(content, Document):
        return content.written().decode()
    return content.text if isinstance(content, Text) else ""


def _contradicted(arrival: Arrival) -> tuple[str, ...]:
    """Remark on a value that is not in the form its header says, or reject it, as the topic's policy says."""
    if arrival.fallback:
        return (_FALLBACK,)
    if arrival.hints.form == "text":
        raise RejectedRecord("decode.encoding", "the value is declared as text and is none")
    if arrival.hints.form == "protobuf":
        raise RejectedRecord("decode.protobuf", "the value is declared as protobuf, but of which signal is not said")
    raise RejectedRecord("decode.json", "the value is declared as JSON and is none")
