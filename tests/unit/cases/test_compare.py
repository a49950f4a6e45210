"""What differs between what was expected and what came, and where."""

from __future__ import annotations

from typing import Any

import pytest

from streams.cases.compare import Difference, compare
from streams.cases.yaml import Absent, Exactly, Present, read_yaml


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        pytest.param({}, {"a": 1}, id="more keys than expected"),
        pytest.param({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}, id="more keys further down"),
        pytest.param([{"a": 1}, 2], [{"a": 1, "b": 2}, 2], id="elements one by one"),
        pytest.param({"a": Absent()}, {}, id="absent"),
        pytest.param({"a": Present()}, {"a": None}, id="any value, null too"),
        pytest.param(Exactly({"a": {"b": 1}}), {"a": {"b": 1, "c": 2}}, id="these keys, each at least"),
        pytest.param(None, None, id="null"),
        pytest.param("x", "x", id="a text"),
    ],
)
def test_nothing_differs(expected: Any, found: Any) -> None:
    assert list(compare(expected, found, "r")) == []


@pytest.mark.parametrize(
    ("expected", "found", "difference"),
    [
        pytest.param({"a": 1}, {}, ("r.a", "1", "nothing"), id="missing"),
        pytest.param({"a": Present()}, {}, ("r.a", "any value", "nothing"), id="any value, and there is none"),
        pytest.param({"a": Absent()}, {"a": None}, ("r.a", "nothing", "null"), id="there although it must not be"),
        pytest.param({"a": None}, {}, ("r.a", "null", "nothing"), id="null is a value"),
        pytest.param({"a": "1"}, {"a": 1}, ("r.a", '"1"', "1"), id="a text is no number"),
        pytest.param(1, True, ("r", "1", "true"), id="a number is no truth"),
        pytest.param(1, 1.0, ("r", "1", "1.0"), id="a whole number is none with a point"),
        pytest.param({"a": {"b": 1}}, {"a": 3}, ("r.a", '{"b": 1}', "3"), id="no object"),
        pytest.param([1], {"a": 1}, ("r", "[1]", '{"a": 1}'), id="no list"),
        pytest.param([1, 2], [1], ("r[1]", "2", "nothing"), id="too few"),
        pytest.param([1], [1, {"a": "ö"}], ("r[1]", "nothing", '{"a": "ö"}'), id="too many"),
        pytest.param(Exactly({"a": 1}), {"a": 1, "b": 2}, ("r.b", "nothing", "2"), id="a key too many"),
        pytest.param(Exactly({}), [], ("r", "{}", "[]"), id="no object at all"),
        pytest.param({"a.b": {"": 1}}, {"a.b": {"": 2}}, ('r["a.b"][""]', "1", "2"), id="odd keys"),
    ],
)  # fmt: skip
def test_a_difference_is_told_with_its_place(expected: Any, found: Any, difference: tuple[str, str, str]) -> None:
    assert list(compare(expected, found, "r")) == [Difference(*difference)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-03-10T14:13:06.719Z", "2024-03-10T14:13:06.719Z"),
        ("2024-03-10", "2024-03-10"),
        ("12:30:45", "12:30:45"),
        ("no", "no"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("010", 10),
        ("-7", -7),
        ("1.50", 1.5),
        ("-1e3", -1000.0),
        (".5", 0.5),
        ("true", True),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ("!absent", Absent()),
        ("!any", Present()),
        ("!exactly {b: [1]}", Exactly({"b": [1]})),
    ],
)
def test_words_are_what_they_are_in_json(text: str, value: Any) -> None:
    read = read_yaml(f"a: {text}\n", "cases").content["a"]
    assert (type(read), read) == (type(value), value)
