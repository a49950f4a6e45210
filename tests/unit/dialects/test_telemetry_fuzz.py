"""Telemetry that strangers broke: every outcome has a reason of its own, none is the program's fault."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.dialects.telemetry import DIALECTS
from streams.testing import FakeRecord
from streams.types import Outcome
from tests.otlp_encode import to_otlp
from tests.through import outcome_of, records_of

OBJECTS = [
    (dialect.name, json.loads(example.value))
    for dialect in DIALECTS
    if dialect.signatures
    for example in dialect.examples
]
TEXTS = [
    (dialect.name, example.value)
    for dialect in DIALECTS
    if dialect.compile_text
    for example in dialect.examples
    if isinstance(example.value, str)
]
REQUESTS = [
    (dialect.name, to_otlp(records_of(example.value)[0]).SerializeToString())
    for dialect in DIALECTS
    if dialect.split and dialect.split_binary
    for example in dialect.examples
] + [
    (dialect.name, example.value)
    for dialect in DIALECTS
    for example in dialect.examples
    if isinstance(example.value, bytes)
]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["NaN", "-1", "0" * 40, "9" * 25, "1e999", "é" * 20, "\x00", "="]),
    st.lists(st.integers(), max_size=2),
    st.lists(st.dictionaries(st.sampled_from(["key", "value", "name"]), st.integers(), max_size=2), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where each value of a document stands."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(deeper for key, value in inner for deeper in paths(value, (*path, key)))]


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    copy = json.loads(json.dumps(document))
    node = copy
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return copy


def assert_no_fault_of_ours(outcome: Outcome) -> None:
    assert {letter.reason.partition(".")[0] for letter in outcome.dead} <= {"decode", "limit"}


@pytest.mark.parametrize(("name", "document"), OBJECTS, ids=[name for name, _ in OBJECTS])
@settings(max_examples=100)
@given(data=st.data())
def test_any_value_of_a_document_may_be_odd(name: str, document: Any, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(paths(document)[1:]))
        document = replaced(document, path, data.draw(ODD))
    assert_no_fault_of_ours(outcome_of(json.dumps(document)))
    assert_no_fault_of_ours(
        outcome_of(FakeRecord(json.dumps(document).encode(), headers=[("weft-dialect", name.encode())]))
    )


@pytest.mark.parametrize(("name", "value"), REQUESTS, ids=[name for name, _ in REQUESTS])
@settings(max_examples=150)
@given(data=st.data())
def test_bytes_under_a_hint_may_be_damaged(name: str, value: bytes, data: st.DataObject) -> None:
    damaged = bytearray(value)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged)))
        damaged[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    headers = (("weft-dialect", name.encode()),)
    assert_no_fault_of_ours(outcome_of(FakeRecord(bytes(damaged) or b"x", headers=headers)))


@pytest.mark.parametrize("name", sorted({name for name, _ in REQUESTS}))
@given(value=st.binary(min_size=1, max_size=60))
def test_bytes_under_a_hint_may_be_anything(name: str, value: bytes) -> None:
    assert_no_fault_of_ours(outcome_of(FakeRecord(value, headers=(("weft-dialect", name.encode()),))))


@pytest.mark.parametrize(("name", "text"), TEXTS, ids=[name for name, _ in TEXTS])
@settings(max_examples=100)
@given(data=st.data())
def test_texts_may_be_damaged(name: str, text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        piece = data.draw(st.text(st.sampled_from('\\",= |:#@\n9é'), max_size=3))
        text = text[:at] + piece + text[at + data.draw(st.integers(0, 3)) :]
    assert_no_fault_of_ours(outcome_of(text or "x"))
