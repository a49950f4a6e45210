"""What an old function may do to a record, the same in this process and in one of its own."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.conform import NonconformingRecord
from streams.processors.legacy import failures, server
from streams.processors.legacy.processor import Legacy
from streams.processors.legacy.writes import Writes
from tests.legacy import attributes_after, legacy, odd
from tests.processors import record_with

MODES = ("in_process", "subprocess")


@pytest.fixture(scope="module", params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def made(mode: str) -> Iterator[Any]:
    """Makes processors of one mode and closes them."""
    processors: list[Legacy] = []

    def make(function: str, **options: Any) -> Legacy:
        processors.append(odd(function, mode=mode, **options))
        return processors[-1]

    yield make
    for processor in processors:
        processor.close()


@pytest.mark.parametrize(
    ("function", "failure"),
    [
        pytest.param("mutates_and_returns_another", failures.UndeclaredWrite, id="gives a part of a record only"),
        pytest.param("returns_nothing", server.NotARecord, id="returns None"),
        pytest.param("returns_a_list", server.NotARecord, id="returns a list"),
        pytest.param("exits", (failures.FunctionExited, failures.FunctionRaised), id="calls sys.exit"),
        pytest.param("mutates_and_raises", (KeyError, failures.FunctionRaised), id="raises"),
        pytest.param("recurses", (RecursionError, failures.FunctionRaised), id="recurses without end"),
        pytest.param("returns_itself", server.NotJson, id="returns what holds itself"),
        pytest.param("returns_a_set", server.NotJson, id="returns a set"),
        pytest.param("returns_a_time", server.NotJson, id="returns a datetime"),
        pytest.param("returns_not_a_number", server.NotJson, id="returns NaN"),
        pytest.param("returns_a_large_integer", server.NotJson, id="returns an integer beyond int64"),
        pytest.param("returns_a_surrogate", server.NotJson, id="returns a lone surrogate"),
        pytest.param("returns_a_number_as_key", server.NotJson, id="returns a key that is no string"),
        pytest.param("writes_the_envelope", failures.UndeclaredWrite, id="writes the envelope"),
        pytest.param("writes_another_attribute", failures.UndeclaredWrite, id="writes another attribute"),
        pytest.param("adds_a_field", failures.UndeclaredWrite, id="adds a field that records do not have"),
        pytest.param("removes_a_field", failures.UndeclaredWrite, id="removes a field"),
        pytest.param("breaks_the_schema", NonconformingRecord, id="breaks the schema"),
    ],
)
def test_what_no_function_should_do_is_a_failure_and_changes_nothing(made: Any, function: str, failure: Any) -> None:
    record = record_with(attributes={"there": 1}, body="said")
    before = deepcopy(record)
    processor = made(function, writes=("attributes.team", "body", "severity_number"))

    with pytest.raises(failure) as caught:
        processor.process(record)

    assert record == before
    assert "said" not in str(caught.value)


@pytest.mark.parametrize(
    ("function", "attributes"),
    [
        pytest.param("prints", {"team": "x"}, id="prints"),
        pytest.param("keeps", {"team": "x"}, id="changes its input"),
        pytest.param("tuples", {"team": ["a", 1]}, id="a tuple is a list"),
    ],
)
def test_what_a_function_may_do(made: Any, function: str, attributes: dict[str, Any]) -> None:
    assert attributes_after(made(function)) == attributes


def test_what_a_function_keeps_of_a_record_it_cannot_change_later(made: Any) -> None:
    first = record_with()
    processor = made("keeps")
    processor.process(first)
    processor.process(record_with())
    assert first["attributes"] == {"team": "x"}


def test_another_order_of_fields_is_no_change(made: Any) -> None:
    record = record_with(attributes={"b": {"c": 1, "d": [2.0]}}, body=None)
    assert made("reorders").process(record) is False


@pytest.mark.parametrize("number", [1, 1.0])
def test_true_is_another_value_than_one(made: Any, number: float) -> None:
    record = record_with(attributes={"number": number})
    assert made("changes_a_kind").process(record) is True
    assert record["attributes"]["number"] is True


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}),
        ({"a": None}, {}),
        ([1], [1, 2]),
        ([1, 2], [1]),
        ([[1]], [{"a": 1}]),
        ("1", 1),
        (None, ""),
    ],
)
def test_any_other_value_is_a_change(before: Any, after: Any) -> None:
    record = record_with(body=before)
    assert Writes(["body"]).take(record, {**record_with(), "body": after}) is True
    assert record["body"] == after
    with pytest.raises(failures.UndeclaredWrite, match="body"):
        Writes([]).take(record_with(body=before), {**record_with(), "body": after})


@pytest.mark.parametrize(
    ("writes", "allowed"),
    [
        ((), False),
        (("attributes.number",), True),
        (("attributes.*",), True),
        (("attributes.num.*",), False),
        (("attributes.numbers",), False),
        (("resource.*", "body"), False),
    ],
)
def test_a_function_writes_only_what_the_settings_declare(writes: tuple[str, ...], allowed: bool) -> None:
    processor = odd("changes_a_kind", writes=writes)
    assert processor.writes == processor.overwrites == set(writes)
    if allowed:
        assert processor.process(record_with(attributes={"number": 1}))
    else:
        with pytest.raises(failures.UndeclaredWrite, match=r"^attributes$"):
            processor.process(record_with(attributes={"number": 1}))


def test_a_declared_field_may_be_removed(tmp_path: Any) -> None:
    (tmp_path / "old.py").write_text("def normalize(record):\n    del record['attributes']['x']\n    return record\n")
    assert attributes_after(legacy(tmp_path, "old"), attributes={"x": 1, "y": 2}) == {"y": 2}


def test_all_fields_that_can_be_declared_can_be_written(tmp_path: Any) -> None:
    fields = {"body": 1, "severity_number": 9, "severity_text": "x", "event_name": "y", "timestamp": None}
    (tmp_path / "old.py").write_text(f"def normalize(record):\n    return {{**record, **{fields}}}\n")
    record = record_with(severity_number=1)
    assert legacy(tmp_path, "old", writes=tuple(fields)).process(record)
    assert {name: record[name] for name in fields} == fields  # type: ignore[literal-required]


def test_what_it_prints_in_this_process_goes_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    odd("prints").process(record_with())
    assert capfd.readouterr() == ("", "")


def test_without_a_module_it_does_nothing() -> None:
    processor = Legacy(Legacy.Options())
    assert (processor.process(record_with()), processor.snapshot(), processor.writes) == (False, "", frozenset())


def test_a_label_tells_several_apart() -> None:
    assert odd("prints", label="odd").name == "legacy.odd"
    assert odd("prints").name == "legacy"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"path": "x"}, "path and module belong together"),
        ({"module": "x"}, "path and module belong together"),
        ({"path": "x", "module": "x.y-z"}, "module"),
        ({"path": "x", "module": "x", "function": "a.b"}, "function"),
        ({"path": "x", "module": "x", "timeout_seconds": 2}, "timeout_seconds: only with mode: subprocess"),
        ({"path": "x", "module": "x", "interpreter": "python"}, "interpreter: only with mode: subprocess"),
        ({"label": "Ä"}, "label"),
        ({"writes": ["event_id"]}, "'event_id' is none of body"),
        ({"writes": ["trace_id"]}, "'trace_id' is none of body"),
        ({"writes": ["attributes"]}, "'attributes' is none of body"),
        ({"writes": ["flags"]}, "'flags' is none of body"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Legacy.Options(**options)


@pytest.mark.parametrize("value", [None, True, 0, -(2**63), 1.5, "é", [1, [None]], {"a": {"b": ["c"]}}])
def test_json_is_copied_as_it_is(value: object) -> None:
    assert server.as_json(value) == value
    assert type(server.as_json(value)) is type(value)


@pytest.mark.parametrize("kind", [lambda inner: {"a": inner}, lambda inner: [inner]])
def test_the_deepest_values_pass(made: Any, kind: Any) -> None:
    body: Any = "x"
    for _ in range(200):
        body = kind(body)
    record = record_with(body=body)
    assert made("prints").process(record) is True
    assert record["body"] == body


def test_subclasses_become_plain() -> None:
    class Word(str):
        __slots__ = ()

    class Bag(dict[str, object]):
        pass

    made = server.as_json(Bag(a=Word("x")))
    assert (type(made), type(made["a"])) == (dict, str)
