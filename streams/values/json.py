"""JSON read exactly: orjson's speed, with what orjson changes silently found and read again.

orjson makes integers above 2^64-1 floats, keeps the last of duplicate keys without a word, and refuses
NaN, lone surrogates and numbers beyond double. The rules for these are the data contract's section 3.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from math import isinf
from typing import Any, NamedTuple

import orjson

from streams.errors import RejectedRecord
from streams.values.nesting import deeper_than

_SAFE_DIGITS, _DOUBLE_DIGITS = 15, 17
"""Decimal digits that a double always keeps, and those that name any double (IEEE 754, 5.12.2)."""

_INT64 = range(-(2**63), 2**63)
_SPACED_COLON = re.compile(rb'"[ \t\r\n]+:')
_LONG_NUMBER = re.compile(rb"[0-9][0-9.]{15}")
_SMALL = re.compile(rb"[0-9][eE]-[0-9]{3}")
_NOT_ZERO = re.compile(r"-?[0.]*[1-9]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LENIENT = re.compile(r"NaN|-?Infinity|-?[0-9]|\\u[dD]")
"""What stands where orjson gives up on what the standard library would take."""

_SEVERAL = re.compile(rb"[}\]][ \t\r\n]*[{\[]")
_SPLITTER = json.JSONDecoder(parse_int=len, parse_float=len)
_BLANKS = re.compile(r"[ \t\r\n]*")


class Parsed(NamedTuple):
    """One JSON document and the quality flags of its reading."""

    document: Any
    flags: tuple[str, ...] = ()


class WrittenFloat(float):
    """A double whose written digits are not its shortest ones; `text` is the number as it was written."""

    def __init__(self, text: str) -> None:
        self.text = text


def parse(value: bytes, depth: int) -> Parsed:
    """Read one JSON document.

    Integers outside int64 and numbers that a double cannot hold become strings, NaN and Infinity too (flag
    `json.non_finite`); of duplicate keys the last wins (flag `json.duplicate_keys`); lone surrogates
    are replaced (flag `encoding.replaced`).

    Raises:
        ValueError: it is not one JSON document in UTF-8.
        RejectedRecord: `limit.depth`.
    """
    check_depth(value, depth)
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        if not _LENIENT.match(error.doc, error.pos):
            raise
        return _Exact().parse(value.decode())
    return Parsed(document) if is_exact(value, document) else _Exact().parse(value.decode())


def parse_several(value: bytes, depth: int, most: int) -> list[tuple[Parsed, bytes]]:
    """Read JSON documents that stand one after another, on lines of their own or not, each with its own bytes.

    Raises:
        ValueError: something in it is not a JSON document.
        RejectedRecord: `limit.depth`, or `limit.size` when there are more than `most`.
    """
    if not _SEVERAL.search(value):
        raise ValueError("not several documents")
    check_depth(value, depth)
    text = value.decode()
    found: list[tuple[Parsed, bytes]] = []
    at = _skip_blanks(text, 0)
    while at < len(text):
        if len(found) == most:
            raise RejectedRecord("limit.size", f"a value holds more than {most} records")
        _, end = _SPLITTER.raw_decode(text, at)
        written = text[at:end].encode()
        found.append((parse(written, depth), written))
        at = _skip_blanks(text, end)
    return found


def check_depth(value: bytes, depth: int) -> None:
    """Raise RejectedRecord `limit.depth` when brackets nest deeper than `depth`."""
    if deeper_than(value, depth):
        raise RejectedRecord("limit.depth", f"nested deeper than {depth} levels")


def is_exact(value: bytes, document: Any) -> bool:
    """Whether `document`, as orjson read it, says exactly what `value` says.

    Identical bytes after a round trip prove it at once; strict integers keep those out that lie beyond 53 bits,
    and may lie beyond 64.
    """
    try:
        if orjson.dumps(document, option=orjson.OPT_STRICT_INTEGER) == value:
            return True
    except orjson.JSONEncodeError:
        pass
    return has_no_silent_change(value, document)


def plain_float(value: object) -> float:
    """Encode what orjson does not know by itself: the `default` of every `dumps` of parsed values."""
    if isinstance(value, float):
        return float(value)
    raise TypeError(type(value).__name__)


def has_no_silent_change(value: bytes, document: Any) -> bool:
    """Whether orjson lost nothing in a value that it would write otherwise: no key twice, no number out of reach."""
    keys, floats, underflow, stack = 0, False, False, [[document]]
    while stack:
        node: Any = stack.pop()
        if type(node) is dict:
            keys += len(node)
            node = node.values()
        for leaf in node:
            kind = type(leaf)
            if kind is dict or kind is list:
                stack.append(leaf)
            elif kind is int and leaf not in _INT64:
                return False
            elif kind is float:
                floats = True
                underflow = underflow or leaf == 0
    if (floats and _LONG_NUMBER.search(value)) or (underflow and _SMALL.search(value)):
        return False
    return keys == value.count(b'":') and not _SPACED_COLON.search(value)


def _skip_blanks(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


class _Exact:
    """One reading by the standard library's parser, whose hooks see every number and key as written."""

    def __init__(self) -> None:
        self._flags: set[str] = set()
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_int=_integer,
            parse_float=self._float,
            parse_constant=self._constant,
        )

    def parse(self, text: str) -> Parsed:
        return self._finish(self._decoder.decode(text))

    def _finish(self, document: Any) -> Parsed:
        document = self._without_surrogates(document)
        return Parsed(document, tuple(sorted(self._flags)))

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            self._flags.add("json.duplicate_keys")
        return found

    def _float(self, text: str) -> float | str:
        number = float(text)
        if isinf(number):
            self._flags.add("json.non_finite")
            return text
        if number == 0 and _NOT_ZERO.match(text):
            return text
        return number if len(text) <= _SAFE_DIGITS else _as_exact(number, text)

    def _constant(self, text: str) -> str:
        self._flags.add("json.non_finite")
        return text

    def _without_surrogates(self, node: Any) -> Any:
        """Copy with lone surrogates replaced; the depth check before bounds the recursion."""
        if isinstance(node, str) and _SURROGATE.search(node):
            self._flags.add("encoding.replaced")
            return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", node)
        if isinstance(node, dict):
            return {self._without_surrogates(key): self._without_surrogates(leaf) for key, leaf in node.items()}
        if isinstance(node, list):
            return [self._without_surrogates(leaf) for leaf in node]
        return node


def _as_exact(number: float, text: str) -> float | str:
    """Give the float that a text is, or the text where a double would lose digits.

    Seventeen digits still name the double that they came from; then only the reader of a time wants the text.
    """
    written = Decimal(text)
    if Decimal(repr(number)) == written:
        return number
    return text if len(written.as_tuple().digits) > _DOUBLE_DIGITS else WrittenFloat(text)


def _integer(text: str) -> int | str:
    # More than 19 digits cannot be int64, and int() of thousands of digits is quadratic.
    if len(text) > 20:
        return text
    number = int(text)
    return number if number in _INT64 else text
