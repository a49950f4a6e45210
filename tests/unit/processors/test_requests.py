"""Reading requests by the shape of what holds them gives what reading every key gives."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streams.processors import requests
from streams.processors.requests import Requests

NAMES = ("method", "status", "path", "url", "http.method", "http.request.method", "http_status", "url.path", "other")
OBJECTS = ("http", "req", "res", "request", "response")

scalars = st.sampled_from(["GET", "/a/1", 200, "404", None, ""])
flat = st.dictionaries(st.sampled_from(NAMES), scalars, max_size=4)
inner = flat | st.dictionaries(st.sampled_from((*NAMES, *OBJECTS)), scalars | flat, max_size=3)
attributes = flat | st.dictionaries(st.sampled_from((*NAMES, *OBJECTS)), scalars | inner, max_size=4)


@given(st.lists(attributes, max_size=6))
def test_what_is_remembered_of_shapes_changes_nothing(several: list[dict[str, Any]]) -> None:
    read = Requests().read
    for one in several:
        said = read(one)
        thorough = requests._read(one)
        assert thorough == [None, None, None] if said is None else [*said] == thorough


def test_no_more_shapes_are_remembered_than_fit() -> None:
    reader = Requests()
    for number in range(requests._MOST_SHAPES + 1):
        reader.read({f"name{number}": 1})
    reader.read({"x" * 3_000: 1})

    assert [*reader._shapes] == [(f"name{requests._MOST_SHAPES}",)]
