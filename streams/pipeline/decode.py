"""A raw record to normalised records: the whole way, with hints, compression, batches and remarks on quality.

`Pipeline.prepare` takes a short way for a clean JSON object; everything else comes here.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from streams.dialects.base import Dialect, add_flags
from streams.dialects.detect import Detector
from streams.dialects.raw import NAME as RAW
from streams.dialects.raw import read_bytes
from streams.errors import RejectedRecord
from streams.pipeline.content import BLANKS, Batch, Binary, Content, Document, Text, open_value, read_json
from streams.pipeline.hints import NO_HINTS, Hints, read_hints
from streams.pipeline.reject import rejected
from streams.pipeline.trace_sources import complete_trace
from streams.settings import Limits
from streams.types import DeadLetter, RawRecord, Record, Source
from streams.values import text as texts

STAGE = "decode"
_OPENING = (b"{", b"[")
_FALLBACK = "dialect.fallback"


Staged: TypeAlias = tuple[RawRecord, Record | DeadLetter, int | None, bytes | None]
"""One outcome so far: the raw record, and a record to finish or a dead letter; for an inner record of a value
that held several, its position and its bytes wrapped so that it can be replayed alone. A bare tuple: one is made
for every record."""


class Arrival(NamedTuple):
    """A raw record and who its records will be."""

    raw: RawRecord
    event_id: str
    observed: str
    source: Source
    fallback: bool
    """Whether a value that contradicts its hint is read as if it had none."""


class Decoder:
    """Reads raw records of any content; `detector` knows the dialects."""

    def __init__(self, detector: Detector, limits: Limits) -> None:
        self._detector = detector
        self._limits = limits

    def decode(self, arrival: Arrival) -> list[Staged]:
        """Give every record of one raw record, or its dead letters; at least one of them."""
        raw = arrival.raw
        try:
            hints = read_hints(raw.headers) if raw.headers else NO_HINTS
            opened = open_value(raw.value, self._limits)
            content, flags = self._open(opened.value, hints, arrival.fallback)
            remarks = (*opened.flags, *flags, *(("hint.unknown",) if hints.unknown else ()))
            if not isinstance(content, Batch):
                return [(raw, self._read(content, arrival, hints, remarks), None, None)]
        except MemoryError:
            raise
        except Exception as error:
            return [(raw, rejected(raw, STAGE, error), None, None)]
        return [self._read_inner(content, index, arrival, hints, remarks) for index in range(len(content.documents))]

    def _read_inner(self, batch: Batch, index: int, arrival: Arrival, hints: Hints, remarks: tuple[str, ...]) -> Staged:
        alone = batch.alone(index)
        arrival = arrival._replace(event_id=f"{arrival.event_id}.{index}")
        try:
            return arrival.raw, self._read(batch.documents[index], arrival, hints, remarks), index, alone
        except MemoryError:
            raise
        except Exception as error:
            return arrival.raw, rejected(arrival.raw, STAGE, error, index, alone), index, alone

    def _open(self, value: bytes, hints: Hints, fallback: bool) -> tuple[Content, tuple[str, ...]]:
        """Tell what a value holds, and the remarks on its encoding and on a hint that was not true."""
        decoded = texts.decode(value)
        if decoded is None:
            content: Content = Binary(value)
            return (content, ()) if hints.form is None else (content, self._contradicted(hints, fallback))
        text, flags = decoded
        if hints.form == "text" or hints.wants_text:
            return Text(text), flags
        if hints.form is None and not value.lstrip(BLANKS).startswith(_OPENING):
            return Text(text), flags
        try:
            return read_json(text.encode() if flags else value, hints.form, self._limits), flags
        except ValueError:
            return Text(text), (flags if hints.form is None else flags + self._contradicted(hints, fallback))

    def _contradicted(self, hints: Hints, fallback: bool) -> tuple[str, ...]:
        if fallback:
            return (_FALLBACK,)
        if hints.form == "text":
            raise RejectedRecord("decode.encoding", "the value is declared as text and is none")
        raise RejectedRecord("decode.json", "the value is declared as JSON and is none")

    def _read(self, content: Content, arrival: Arrival, hints: Hints, remarks: tuple[str, ...]) -> Record:
        """Make the record of one document, text or binary value."""
        if isinstance(content, Document) and isinstance(content.parsed, RejectedRecord):
            raise content.parsed
        record = self._read_pinned(hints.dialect, content, arrival) if hints.dialect else None
        if hints.dialect and record is None:
            if not arrival.fallback:
                raise RejectedRecord("decode.dialect", f"the value is not {hints.dialect.name} as its header says")
            remarks = (*remarks, _FALLBACK)
        if record is None:
            record = self._detect(content, arrival)
        if isinstance(content, Document):
            add_flags(record, *content.parsed.flags)
            if record["body"] is None:
                record["body"] = texts.without_line_end(content.written.decode())
        add_flags(record, *remarks)
        complete_trace(record, hints)
        return record

    def _detect(self, content: Content, arrival: Arrival) -> Record:
        _, event_id, observed, source, _ = arrival
        if isinstance(content, Binary):
            return read_bytes(content.value, event_id, observed, source)
        if isinstance(content, Text):
            return self._detector.read_text(content.text, event_id, observed, source)
        return self._detector.read_json(content.parsed.document, event_id, observed, source)

    def _read_pinned(self, dialect: Dialect, content: Content, arrival: Arrival) -> Record | None:
        _, event_id, observed, source, _ = arrival
        if isinstance(content, Text):
            return self._detector.read_text_as(dialect, content.text, event_id, observed, source)
        if isinstance(content, Document):
            return self._detector.read_json_as(dialect, content.parsed.document, event_id, observed, source)
        return read_bytes(content.value, event_id, observed, source) if dialect.name == RAW else None
