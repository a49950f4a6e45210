"""Brackets counted and arrays split without parsing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.values.nesting import deeper_than, elements


@pytest.mark.parametrize(
    ("written", "depth"),
    [
        ("1", 0),
        ("[]", 1),
        ("[[],[]]", 2),
        ('{"a":[{"b":1}]}', 3),
        ('["[[[["]', 1),
        ('["\\"[[[["]', 1),
        ('["\\\\",[["x"]]]', 3),
        ('["unterminated [[[[', 1),
        ("[[[[", 4),
    ],
)
def test_depth_is_that_of_brackets_outside_strings(written: str, depth: int) -> None:
    assert not deeper_than(written.encode(), depth)
    assert depth == 0 or deeper_than(written.encode(), depth - 1)


@pytest.mark.parametrize(
    ("written", "pieces"),
    [
        ("[]", [""]),
        (" [ ] ", [""]),
        ("[1]", ["1"]),
        ('[1, "a,b", [2, 3], {"c": "]"}]', ["1", '"a,b"', "[2, 3]", '{"c": "]"}']),
        ('\n[\n {"a":1} ,\n {"b":2}\n]\n', ['{"a":1}', '{"b":2}']),
        ("[[[1]]]", ["[[1]]"]),
        ("[1,,2]", ["1", "", "2"]),
    ],
)
def test_an_array_is_split_at_its_own_commas(written: str, pieces: list[str]) -> None:
    assert elements(written.encode()) == [piece.encode() for piece in pieces]


@pytest.mark.parametrize("written", ["[", "[1", "[1]]", "[1] x", "[1}", "1", "", '["]', "[1][2]", "]["])
def test_what_is_not_one_array_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="array"):
        elements(written.encode())


JSON = st.recursive(
    st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10
)


@given(st.lists(JSON, min_size=1), st.sampled_from([None, 2]))
def test_the_pieces_of_an_array_are_its_elements(array: list[Any], indent: int | None) -> None:
    written = json.dumps(array, indent=indent).encode()
    assert [json.loads(piece) for piece in elements(written)] == array


@given(st.binary(max_size=200), st.integers(0, 5))
def test_any_bytes_are_measured(value: bytes, limit: int) -> None:
    assert deeper_than(value, limit) in {True, False}
