"""A raw value to what it holds: one or several JSON documents, a text, or bytes; opened and bounded.

Each inner record of a value that holds several is a `Piece` of it, so that a bad one can be rejected alone.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from streams.errors import RejectedRecord
from streams.pipeline.hints import Form
from streams.settings import Limits
from streams.values import text as texts
from streams.values.compression import decompress
from streams.values.json import Parsed, parse, parse_several
from streams.values.nesting import elements

BLANKS = b" \t\r\n"


class Document(NamedTuple):
    """One JSON document, or why it was rejected, and the bytes it was read from."""

    parsed: Parsed | RejectedRecord
    written: bytes


class Text(NamedTuple):
    """A text that is no JSON, or is not to be read as such."""

    text: str


class Batch(NamedTuple):
    """Several records in one value, in the order of the source; `is_array` says how one is wrapped alone."""

    documents: list[Document]
    is_array: bool

    def alone(self, index: int) -> bytes:
        """One of them wrapped so that it can be replayed alone."""
        written = self.documents[index].written
        return b"[" + written + b"]" if self.is_array else written


class Binary(NamedTuple):
    """Bytes that are no text."""

    value: bytes


Content: TypeAlias = Document | Text | Batch | Binary


class Opened(NamedTuple):
    """A value after decompression and without its byte order mark, with the flags of both."""

    value: bytes
    flags: tuple[str, ...]


def open_value(value: bytes | None, limits: Limits) -> Opened:
    """Check a raw value and open it when it is compressed.

    Raises:
        RejectedRecord: `decode.tombstone`, `decode.empty`, `limit.size`, or what `decompress` raises.
    """
    if value is None:
        raise RejectedRecord("decode.tombstone", "the value is null")
    if len(value) > limits.value_bytes:
        raise RejectedRecord("limit.size", f"more than {limits.value_bytes} bytes")
    opened = decompress(value, limits.decoded_bytes)
    content, flags = texts.without_bom(value if opened is None else opened)
    if not content.strip():
        raise RejectedRecord("decode.empty", "the value is blank")
    return Opened(content, flags)


def read_json(value: bytes, form: Form | None, limits: Limits) -> Document | Batch:
    """Read a value as JSON: one document, a top-level array, or several documents one after another.

    Raises:
        ValueError: it is not JSON.
        RejectedRecord: `limit.depth`, `limit.size` (too many records), `decode.empty` (an empty array).
    """
    if form == "ndjson":
        return _read_lines(value, limits)
    if value.lstrip(BLANKS).startswith(b"["):
        return _read_array(value, limits)
    try:
        return Document(parse(value, limits.depth), value)
    except ValueError:
        several = parse_several(value, limits.depth, limits.records)
    if len(several) < 2 or not all(isinstance(parsed.document, dict) for parsed, _ in several):
        raise ValueError("not several JSON objects")
    return Batch([Document(parsed, written) for parsed, written in several], is_array=False)


def _read_lines(value: bytes, limits: Limits) -> Document | Batch:
    """Read JSON lines; a line that is none is rejected alone."""
    lines = [line for line in value.split(b"\n") if line.strip()]
    _check_number(lines, limits)
    documents = [_read_line(line, limits) for line in lines]
    return documents[0] if len(documents) == 1 else Batch(documents, is_array=False)


def _read_line(line: bytes, limits: Limits) -> Document:
    try:
        return _read_piece(line, limits)
    except ValueError:
        return Document(RejectedRecord("decode.json", "a line is not JSON"), line)


def _read_array(value: bytes, limits: Limits) -> Batch:
    pieces = elements(value)
    if pieces == [b""]:
        raise RejectedRecord("decode.empty", "the array is empty")
    _check_number(pieces, limits)
    return Batch([_read_piece(piece, limits) for piece in pieces], is_array=True)


def _read_piece(piece: bytes, limits: Limits) -> Document:
    """Read one inner document; one that is too deep is rejected alone."""
    try:
        parsed = parse(piece, limits.depth)
    except RejectedRecord as rejected:
        return Document(rejected, piece)
    if not isinstance(parsed.document, dict | list) and "json.non_finite" in parsed.flags:
        raise ValueError("a bare NaN is no record")
    return Document(parsed, piece)


def _check_number(pieces: list[bytes], limits: Limits) -> None:
    if len(pieces) > limits.records:
        raise RejectedRecord("limit.size", f"a value holds more than {limits.records} records")
