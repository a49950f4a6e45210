"""A raw value to what it holds: one or several JSON documents, a text, or bytes; opened and bounded.

The inner records of a value that holds several are kept apart, so that a bad one can be rejected alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sized
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from orjson import JSONDecodeError, loads

from streams.errors import RejectedRecord
from streams.pipeline.hints import Form
from streams.settings import Limits
from streams.values import text as texts
from streams.values.compression import decompress
from streams.values.json import Parsed, is_exact, parse, parse_several
from streams.values.nesting import deeper_than, elements

BLANKS = b" \t\r\n"


class Document(NamedTuple):
    """One JSON document and the bytes it was read from."""

    parsed: Parsed
    written: Callable[[], bytes]


class Text(NamedTuple):
    """A text that is no JSON, or is not to be read as such."""

    text: str


class Binary(NamedTuple):
    """Bytes that are no text."""

    value: bytes


@dataclass(slots=True)
class Batch:
    """Several records in one value, in the order of the source; those that are bad alone are errors."""

    inner: list[Parsed | RejectedRecord]
    is_array: bool
    _value: bytes
    _pieces: list[bytes] | None = None

    def written(self, index: int) -> bytes:
        """The bytes of one of them; an array is split when that is first asked for."""
        if self._pieces is None:
            self._pieces = elements(self._value)
        return self._pieces[index]

    def alone(self, index: int) -> bytes:
        """One of them wrapped so that it can be replayed alone."""
        return self.wrap(self.written(index))

    def wrap(self, piece: bytes) -> bytes:
        """Give one record, or what replaces it, the form that the whole value had."""
        return b"[" + piece + b"]" if self.is_array else piece


Content: TypeAlias = Document | Text | Binary


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
    content, flags = texts.without_bom(_without_nul(value if opened is None else opened))
    if not content.strip():
        raise RejectedRecord("decode.empty", "the value is blank")
    return Opened(content, flags)


def _without_nul(value: bytes) -> bytes:
    """End objects in JSON by a line instead of a NUL, as GELF does over TCP; JSON itself holds none."""
    return value.replace(b"}\0", b"}\n") if value.endswith(b"}\0") and value.startswith(b"{") else value


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
        return Document(parse(value, limits.depth), lambda: value)
    except ValueError:
        several = parse_several(value, limits.depth, limits.records)
    if len(several) < 2 or not all(isinstance(parsed.document, dict) for parsed, _ in several):
        raise ValueError("not several JSON objects")
    return Batch([parsed for parsed, _ in several], False, value, [written for _, written in several])


def _read_lines(value: bytes, limits: Limits) -> Document | Batch:
    """Read JSON lines; a line that is none is rejected alone."""
    lines = [line for line in value.split(b"\n") if line.strip()]
    _check_number(lines, limits)
    inner = [_read_line(line, limits) for line in lines]
    if len(inner) == 1 and isinstance(inner[0], Parsed):
        return Document(inner[0], lambda: lines[0])
    return Batch(inner, False, value, lines)


def _read_line(line: bytes, limits: Limits) -> Parsed | RejectedRecord:
    try:
        return _read_piece(line, limits)
    except ValueError:
        return RejectedRecord("decode.json", "a line is not JSON")


def _read_array(value: bytes, limits: Limits) -> Batch:
    """Read an array as a whole when it is clean, else element by element, so that remarks and errors are theirs."""
    whole = _read_clean_array(value, limits)
    if whole is not None:
        _check_number(whole, limits)
        return Batch([Parsed(document) for document in whole], True, value)
    pieces = elements(value)
    if pieces == [b""]:
        raise RejectedRecord("decode.empty", "the array is empty")
    _check_number(pieces, limits)
    return Batch([_read_piece(piece, limits) for piece in pieces], True, value, pieces)


def _read_clean_array(value: bytes, limits: Limits) -> list[Any] | None:
    if deeper_than(value, limits.depth):
        return None
    try:
        documents = loads(value)
    except JSONDecodeError:
        return None
    return documents if documents and is_exact(value, documents) else None


def _read_piece(piece: bytes, limits: Limits) -> Parsed | RejectedRecord:
    """Read one inner document; one that is too deep is rejected alone."""
    try:
        parsed = parse(piece, limits.depth)
    except RejectedRecord as rejected:
        return rejected
    if not isinstance(parsed.document, dict | list) and "json.non_finite" in parsed.flags:
        raise ValueError("a bare NaN is no record")
    return parsed


def _check_number(records: Sized, limits: Limits) -> None:
    if len(records) > limits.records:
        raise RejectedRecord("limit.size", f"a value holds more than {limits.records} records")
