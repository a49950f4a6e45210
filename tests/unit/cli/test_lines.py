"""Input to records: split at line ends only, bytes untouched, however the pieces fall."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cli.lines import LineSplitter, WholeFile


def _split(pieces: list[bytes], longest: int = 100) -> list[bytes | None]:
    splitter = LineSplitter(longest)
    lines = [line for piece in pieces for line in splitter.feed(piece)]
    return [*lines, *splitter.finish()]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\n", [b"a"]),
        (b"a\r\n", [b"a"]),
        (b"a\r\r\n", [b"a\r"]),
        (b"a\r", [b"a\r"]),
        (b"\n\nb\n", [b"", b"", b"b"]),
        (b"\r\n", [b""]),
        (b"a\x0bb\x0cc\x1cd\x85e\xe2\x80\xa8f\n", [b"a\x0bb\x0cc\x1cd\x85e\xe2\x80\xa8f"]),
        (b"\xff\x00\n", [b"\xff\x00"]),
    ],
)
def test_one_line_end_is_stripped_and_nothing_else_is_touched(data: bytes, lines: list[bytes]) -> None:
    assert _split([data]) == lines


@given(st.lists(st.binary(max_size=20) | st.sampled_from([b"\n", b"\r\n", b"\r"])), st.integers(0, 30))
def test_how_the_input_is_cut_into_pieces_changes_nothing(pieces: list[bytes], longest: int) -> None:
    assert _split(pieces, longest) == _split([b"".join(pieces)], longest)


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"12345\n", [b"12345"]),
        (b"123456\n1\n", [None, b"1"]),
        (b"1\n1234567890", [b"1", None]),
        (b"12345\r\n", [b"12345"]),
    ],
)
def test_a_line_beyond_the_limit_is_given_up_and_the_next_is_read(data: bytes, lines: list[bytes | None]) -> None:
    assert _split([data], longest=5) == lines


@pytest.mark.parametrize(("data", "value"), [(b"a\nb\r\n", b"a\nb\r\n"), (b"", b""), (b"12345678", None)])
def test_a_whole_file_is_one_value(data: bytes, value: bytes | None) -> None:
    whole = WholeFile(longest=7)

    assert [v for piece in (data[:3], data[3:]) for v in whole.feed(piece)] == []
    assert list(whole.finish()) == [value]
