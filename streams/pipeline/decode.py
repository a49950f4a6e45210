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
from streams.pipeline.hints import Hints
from streams.pipeline.reject import rejected
from streams.pipeline.trace_sources import complete_trace
from streams.settings import Limits
from streams.types import DeadLetter, RawRecord, Record, Source
from streams.values import text as texts

STAGE = "decode"
_OPENING = (b"{", b"[")
_FALLBACK = "dialect.fallback"


Staged: TypeAlias = tuple[RawRecord, Record | DeadLetter, int | None, Batch | None]
"""One outcome so far: the raw record, and a record to finish or a dead letter; for an inner record of a value
that held several, its position and them all. A bare tuple, because one is made for every record."""


class Arrival(NamedTuple):
    """A raw record, who its records will be, and what its headers say."""

    raw: RawRecord
    event_id: str
    observed: str
    source: Source
    hints: Hints
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
            opened = open_value(raw.value, self._limits)
            content, flags = self._open(opened.value, arrival)
            remarks = (*opened.flags, *flags, *(("hint.unknown",) if arrival.hints.unknown else ()))
            if not isinstance(content, Batch):
                return [(raw, self._read(content, arrival, remarks), None, None)]
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - one record's failure is its dead letter
            return [(raw, rejected(raw, STAGE, error), None, None)]
        return [self._read_inner(content, index, arrival, remarks) for index in range(len(content.inner))]

    def _read_inner(self, batch: Batch, index: int, arrival: Arrival, remarks: tuple[str, ...]) -> Staged:
        parsed = batch.inner[index]
        try:
            if isinstance(parsed, RejectedRecord):
                raise parsed
            document = Document(parsed, lambda: batch.written(index))
            record = self._read(document, arrival._replace(event_id=f"{arrival.event_id}.{index}"), remarks)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - one record's failure is its dead letter
            return arrival.raw, rejected(arrival.raw, STAGE, error, index, batch.alone(index)), index, batch
        return arrival.raw, record, index, batch

    def _open(self, value: bytes, arrival: Arrival) -> tuple[Content | Batch, tuple[str, ...]]:
        """Tell what a value holds, with remarks on its encoding and on a hint that was not true."""
        hints = arrival.hints
        decoded = texts.decode(value)
        if decoded is None:
            return Binary(value), _contradicted(arrival) if hints.form else ()
        text, flags = decoded
        if hints.form == "text" or hints.wants_text:
            return Text(text), flags
        if not hints.form and not value.lstrip(BLANKS).startswith(_OPENING):
            return Text(text), flags
        try:
            return read_json(text.encode() if flags else value, hints.form, self._limits), flags
        except ValueError:
            return Text(text), (flags + _contradicted(arrival) if hints.form else flags)

    def _read(self, content: Content, arrival: Arrival, remarks: tuple[str, ...]) -> Record:
        """Make the record of one document, text or binary value."""
        dialect = arrival.hints.dialect
        record = self._read_as(dialect, content, arrival) if dialect else None
        if dialect and record is None:
            if not arrival.fallback:
                raise RejectedRecord("decode.dialect", f"the value is not {dialect.name} as its header says")
            remarks = (*remarks, _FALLBACK)
        if record is None:
            record = self._detect(content, arrival)
        if isinstance(content, Document):
            add_flags(record, *content.parsed.flags)
        if record["body"] is None:
            record["body"] = texts.without_line_end(_original(content))
        add_flags(record, *remarks)
        complete_trace(record, arrival.hints)
        return record

    def _detect(self, content: Content, arrival: Arrival) -> Record:
        identity = (arrival.event_id, arrival.observed, arrival.source)
        if isinstance(content, Binary):
            return read_bytes(content.value, *identity)
        if isinstance(content, Text):
            return self._detector.read_text(content.text, *identity)
        return self._detector.read_json(content.parsed.document, *identity)

    def _read_as(self, dialect: Dialect, content: Content, arrival: Arrival) -> Record | None:
        identity = (arrival.event_id, arrival.observed, arrival.source)
        if isinstance(content, Text):
            return self._detector.read_text_as(dialect, content.text, *identity)
        if isinstance(content, Document):
            return self._detector.read_json_as(dialect, content.parsed.document, *identity)
        return read_bytes(content.value, *identity) if dialect.name == RAW else None


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
    raise RejectedRecord("decode.json", "the value is declared as JSON and is none")
