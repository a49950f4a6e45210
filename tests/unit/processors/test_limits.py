"""`limits`: what is too long is cut, what is too many is dropped, and the record says so."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.examples import example
from streams.processors.limits import Limits
from tests.processors import record_with


def limited(attributes: dict[str, Any] | None = None, body: Any = None, **options: int) -> Any:
    record = record_with(attributes, body=body)
    Limits(Limits.Options(**options)).process(record)
    return record


def test_what_is_within_the_limits_stays_as_it_is() -> None:
    record = record_with({"a": "x" * 5, "b": {"c": [1]}, "d": None}, body={"e": "f"})
    assert not Limits(Limits.Options(attributes=3, value_characters=5, depth=2, body_bytes=16)).process(record)


def test_the_first_attributes_stay_and_dropped_ones_are_counted() -> None:
    record = record_with({"a": 1, "b": 2, "c": 3}, dropped_attributes_count=4)
    assert Limits(Limits.Options(attributes=1)).process(record)
    assert (record["attributes"], record["dropped_attributes_count"]) == ({"a": 1}, 6)
    assert record["flags"] == ["attributes.dropped"]


def test_a_count_stays_within_its_32_bits() -> None:
    record = record_with({"a": 1, "b": 2}, dropped_attributes_count=2**32 - 1)
    Limits(Limits.Options(attributes=1)).process(record)
    assert record["dropped_attributes_count"] == 2**32 - 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("abcd", "abc"),
        ("äöüß", "äöü"),
        ("\N{PILE OF POO}" * 4, "\N{PILE OF POO}" * 3),
        (["abcd", 12345], ["abc", 12345]),
        ({"abcd": "abcd"}, {"abcd": "abc"}),
    ],
)
def test_texts_in_attributes_are_cut_by_characters(value: Any, expected: Any) -> None:
    record = limited({"a": value}, value_characters=3)
    assert (record["attributes"], record["flags"]) == ({"a": expected}, ["truncated"])


@pytest.mark.parametrize(
    ("value", "depth", "expected"),
    [
        ({"b": {"c": 1}}, 1, {"b": '{"c":1}'}),
        ([[1, [2]]], 2, [[1, "[2]"]]),
        ({"b": []}, 1, {"b": "[]"}),
    ],
)
def test_what_is_too_deep_becomes_its_json(value: Any, depth: int, expected: Any) -> None:
    record = limited({"a": value}, body=value, depth=depth)
    assert (record["attributes"]["a"], record["body"]) == (expected, expected)
    assert record["flags"] == ["truncated"]


def test_a_body_that_is_no_text_becomes_the_start_of_its_json() -> None:
    record = limited(body={"a": "x" * 30}, body_bytes=16)
    assert (record["body"], record["flags"]) == ('{"a":"xxxxxxxxxx', ["truncated"])


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.integers(16, 40))
def test_a_body_is_cut_between_characters_and_as_late_as_possible(body: str, most: int) -> None:
    cut = limited(body=body, body_bytes=most)["body"]
    assert body.startswith(cut)
    assert len(cut.encode()) <= most
    rest = body[len(cut) :]
    assert not rest or len(cut.encode()) + len(rest[0].encode()) > most


def test_attributes_of_a_metrics_point_stay_because_they_name_its_series() -> None:
    point: Any = example("metric_sum", attributes={"a": "x" * 10, "b": 1})
    assert not Limits(Limits.Options(attributes=1, value_characters=2)).process(point)


def test_a_record_that_was_limited_can_be_encoded() -> None:
    deep: Any = 1
    for _ in range(150):
        deep = [deep]
    orjson.dumps(limited({"a": deep}, body=deep, depth=3))
