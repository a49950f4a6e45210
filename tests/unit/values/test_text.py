"""Bytes that are text, nearly text, or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.values.text import Text, decode, without_ansi, without_bom, without_line_end


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"plain", Text("plain")),
        ("größe 日本".encode(), Text("größe 日本")),
        (b"tab\tline\r\ncolour \x1b[31m", Text("tab\tline\r\ncolour \x1b[31m")),
        (b"caf\xe9 in latin-1 text", Text("caf\N{REPLACEMENT CHARACTER} in latin-1 text", ("encoding.replaced",))),
        (b"with a nul \0 in it", None),
        (b"\xff\xfe\xfd\xfc", None),
        (bytes(range(1, 32)), None),
        (b"\x01" + b"x" * 20, Text("\x01" + "x" * 20)),
    ],
)
def test_bytes_are_text_when_most_of_them_say_something(value: bytes, expected: Text | None) -> None:
    assert decode(value) == expected


def test_one_byte_order_mark_is_dropped() -> None:
    assert without_bom(b"\xef\xbb\xbf\xef\xbb\xbfx") == (b"\xef\xbb\xbfx", ("encoding.bom",))
    assert without_bom(b"x\xef\xbb\xbf") == (b"x\xef\xbb\xbf", ())


@pytest.mark.parametrize(
    ("text", "expected"), [("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("a ", "a "), ("a\r", "a\r")]
)
def test_one_line_end_is_stripped(text: str, expected: str) -> None:
    assert without_line_end(text) == expected


def test_colours_are_dropped() -> None:
    assert without_ansi("\x1b[1;31mred\x1b[0m and \x1b[mplain") == "red and plain"


@given(st.binary(max_size=100))
def test_any_bytes_are_text_or_not(value: bytes) -> None:
    decoded = decode(value)
    assert decoded is None or decoded.text.encode() == value or decoded.flags == ("encoding.replaced",)
