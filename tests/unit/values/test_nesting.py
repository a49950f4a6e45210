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


@given(
    st.lists(st.sampled_from(['{"a":', "[", "]", "}", ',"x[]"', r'"\"{"', '"', "[" * 25]), max_size=30),
    st.integers(0, 60),
)
def test_any_text_is_as_deep_as_brackets_are_open_at_once(pieces: list[str], limit: int) -> None:
    value = "".join(pieces)
    assert deeper_than(value.encode(), limit) == (most_open(value) > limit)


def most_open(text: str) -> int:
    """The same, character by character."""
    most = depth = 0
    inside = escaped = False
    for character in text:
        if inside:
            inside, escaped = escaped or character != '"', not escaped and character == "\\"
        elif character == '"':
            inside = True
        else:
            depth += (character in "[{") - (character in "]}")
            most = max(most, depth)
    return most
