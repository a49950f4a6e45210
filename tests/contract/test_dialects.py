"""What holds of every dialect: its examples, its conduct with input that is nearly its own, nothing lost."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.dialects.base import Dialect, Example
from streams.dialects.registry import BY_NAME, DIALECTS
from streams.dialects.roles import KEYS
from streams.dialects.telemetry.jaeger_values import hexadecimal
from streams.dialects.telemetry.spans import nanoseconds
from streams.testing import FakeRecord
from streams.values.text import without_line_end
from streams.values.time import read_time
from streams.values.trace import read_span, read_trace
from tests.through import outcome_of, records_of

COLOURS = re.compile("\x1b\\[[0-9;]*m")
_ZONE = r"(?: ?(?:Z|UTC|GMT|CET|[+-]\d\d:?\d\d|[A-Z][a-z]+/[A-Z][a-z]+))?"
WRITTEN_TIME = re.compile(
    r"(?:[A-Z][a-z]{2} )?(?:\b\d\d?[/ -])?[A-Z][a-z]{2}[/ -] ?\d{1,4}(?:[: ]\d{4})?[: ]\d\d:\d\d:\d\d(?:[.,]\d+)?"
    rf"(?: \d{{4}})?{_ZONE}|\b1\d{{9}}(?:\.\d{{1,9}})?\b"
    rf"|\d{{4}}[/-]\d\d[/-]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?{_ZONE}"
)
OWN_TIME = re.compile(
    r"(?:\d{4}(?:\d\d){0,2}|\d\d[-.]\d\d|\d\d? [A-Z][a-z]{2})[- ] ?\d{1,2}:\d{1,2}:\d{1,2}[.:\d]*|\d\.\d{9,}e\+09"
)
"""Times that one dialect alone writes: digits run together, month and day without a year, a float with exponent."""
MARKS = re.compile(r"^@cee:|^_e\{\d+,\d+\}|(?<=stdout )[FP] |(?<=stderr )[FP] ")
PRIORITY = re.compile(r"^<\d{1,3}>")
EXAMPLES = [(dialect, example) for dialect in DIALECTS for example in dialect.examples]
OBJECTS = [(dialect, example) for dialect, example in EXAMPLES if str(example.value).startswith("{")]
NAMES = [dialect.name for dialect in DIALECTS]

each_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=NAMES)
each_example = pytest.mark.parametrize(("dialect", "example"), EXAMPLES, ids=[dialect.name for dialect, _ in EXAMPLES])
each_object = pytest.mark.parametrize(("dialect", "example"), OBJECTS, ids=[dialect.name for dialect, _ in OBJECTS])


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(DIALECTS)


@each_dialect
def test_a_dialect_says_what_it_is(dialect: Dialect) -> None:
    assert re.fullmatch("[a-z0-9][a-z0-9._-]{0,63}", dialect.name)
    assert dialect.summary
    assert dialect.link.startswith("https://")
    assert dialect.examples


@each_dialect
def test_a_dialect_can_be_recognised(dialect: Dialect) -> None:
    assert bool(dialect.signatures) == bool(dialect.compile_objects or dialect.split)
    readers = (dialect.compile_objects, dialect.compile_text, dialect.split, dialect.split_text, dialect.split_binary)
    assert any(readers) or dialect.name == "raw"


@each_example
def test_an_example_gives_the_facts_that_it_declares(dialect: Dialect, example: Example) -> None:
    assert_facts(dialect, example, example.value)


@each_object
def test_key_order_changes_no_fact(dialect: Dialect, example: Example) -> None:
    assert_facts(dialect, example, json.dumps(dict(reversed(json.loads(example.value).items()))))


def assert_facts(dialect: Dialect, example: Example, value: str | bytes) -> None:
    records = records_of(FakeRecord(value.encode() if isinstance(value, str) else value, headers=example.headers))
    said = [{name: record.get(name) for name in facts} for record, facts in zip(records, example.records, strict=True)]
    assert said == [dict(facts) for facts in example.records]
    assert {dialect.name in (record["dialect"], *record.get("envelopes", ())) for record in records} == {True}


@each_example
def test_an_example_loses_nothing(dialect: Dialect, example: Example) -> None:
    assert_nothing_is_lost(example.value)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.sampled_from(["", "-", "INFO", "2026-11-20T12:00:00Z", "1761019822", "4bf92f3577b34da6a3ce929d0e0e4736"]),
)
VALUES = st.one_of(
    SCALARS,
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), st.integers(), max_size=3),
)


@each_object
@settings(max_examples=25)
@given(data=st.data())
def test_missing_extra_and_mistyped_keys_cost_no_record_and_no_leaf(
    dialect: Dialect, example: Example, data: st.DataObject
) -> None:
    document = json.loads(example.value)
    for key in data.draw(st.lists(st.sampled_from(sorted(document)), unique=True, max_size=3)):
        del document[key]
    # OTLP's own objects have their own keys, and a reader ignores others in them (docs/specification.md).
    values = SCALARS if dialect.name.startswith("otlp") else VALUES
    changed = st.dictionaries(st.sampled_from(sorted(document) or ["x"]), values, max_size=3)
    extra = st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1, max_size=9), VALUES, max_size=3)
    document |= data.draw(changed) | data.draw(extra)
    assert_nothing_is_lost(json.dumps(document))


@each_example
@settings(max_examples=25)
@given(data=st.data())
def test_any_damage_to_an_example_has_an_outcome(dialect: Dialect, example: Example, data: st.DataObject) -> None:
    value = bytearray(example.encoded)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(value) - 1))
        value[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
        value = value or bytearray(b"x")
    outcome = outcome_of(bytes(value))
    assert len(outcome.values) + len(outcome.dead) >= 1


def assert_nothing_is_lost(value: str | bytes) -> None:
    """Every leaf of the input is somewhere in the record, unless the record is dead and kept whole."""
    outcome = outcome_of(value)
    if outcome.dead:
        return
    records = [orjson.loads(encoded) for encoded in outcome.values]
    text = json.dumps(records, ensure_ascii=False)
    try:
        leaves = list(_leaves(json.loads(value)))
    except ValueError:
        leaves = list(_leaves_of_text(value))
    lost = [
        leaf
        for leaf in leaves
        if _token(leaf[1]) not in text and not any(_is_said_otherwise(*leaf, record) for record in records)
    ]
    assert lost == []


def _is_said_otherwise(key: str, leaf: Any, record: dict[str, Any]) -> bool:
    """Whether the contract gives a leaf another form, and the record has it in that form."""
    if leaf is None or leaf in ({}, []):
        return True
    if key in {"flags", "trace_flags"}:
        return "trace_flags" in record
    if key in KEYS.time or key.endswith("UnixNano"):
        return record["timestamp"] is not None or not leaf or leaf == "0" or _is_time_in(record, str(leaf))
    plain = COLOURS.sub("", str(leaf)).strip()
    return (
        plain in {"", str(record["severity_text"])}
        or plain.lower() in {record["trace_id"], record["span_id"]}
        or plain.lower() in record["dialect"]
        or not plain.removeprefix("0x").strip("0-")
        or key.startswith("timezone")  # PHP writes a time as an object with its zone
        or _is_time_in(record, plain)
        or _is_trace_in(record, key, leaf)
        or (key == "data" and _decoded(plain) in json.dumps(record))
        or (key.lower().endswith(("seconds", "second")) and _is_second_of(record, leaf))
        or (key in {"nanos", "nanoOfSecond"} and plain.zfill(9) in str(record["timestamp"]))
        or (key.isupper() and leaf in range(256))  # journald writes bytes as numbers
        or ("span" in record and _is_of_span(record, key, leaf))
        or (plain in {"true", "false"} and record.get("metric", {}).get("value") in (0, 1))  # points are numbers
    )


def _is_of_span(record: dict[str, Any], key: str, leaf: Any) -> bool:
    """Whether a span says a leaf otherwise: words in lower case, ids whole and hexadecimal, tags of known names."""
    said = json.dumps(record).lower()
    forms = (str(leaf), str(leaf).rjust(16, "0"), str(hexadecimal(leaf)), str(nanoseconds(leaf)))
    return (
        any(form.lower() in said for form in forms)
        or key in {"type", "vType", "processID"}
        or (leaf == "CHILD_OF" and record["span"]["parent_span_id"] is not None)
        or (key == "key" and leaf in {"span.kind", "error", "event", "otel.scope.name", "hostname"})
        or (leaf in (True, "true") and record["severity_number"] == 17)
    )


def _decoded(text: str) -> str:
    """What a text says in base64; the text where it is none."""
    try:
        return b64decode(text, validate=True).decode()
    except ValueError:
        return text


def _is_second_of(record: dict[str, Any], leaf: Any) -> bool:
    found = read_time(leaf, UTC, record["observed_timestamp"]).text
    return found is not None and found[:19] == str(record["timestamp"])[:19]


def _is_trace_in(record: dict[str, Any], key: str, leaf: Any) -> bool:
    """Whether a leaf names the record's trace, span or sampling in another form, as Google, Datadog and X-Ray do."""
    if "sampled" in key.lower():
        return "trace_flags" in record
    traces = (read_trace(leaf, decimal=decimal).trace_id for decimal in (False, True))
    spans = (read_span(leaf, decimal=decimal).span_id for decimal in (False, True))
    return record["trace_id"] in filter(None, traces) or record["span_id"] in filter(None, spans)


def _is_time_in(record: dict[str, Any], text: str) -> bool:
    found = read_time(text, UTC, record["observed_timestamp"]).text
    return found is not None and found[:19] in json.dumps(record)


def _leaves(node: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that holds no other, with the nearest key above it."""
    if isinstance(node, dict) and node:
        for name, leaf in node.items():
            yield from _leaves(leaf, name)
    elif isinstance(node, list) and node:
        for leaf in node:
            yield from _leaves(leaf, key)
    elif isinstance(node, str) and (inner := _object_in(node)):
        yield from _leaves(inner, key)
    else:
        yield key, node


def _leaves_of_text(value: str | bytes) -> Iterator[tuple[str, Any]]:
    """The words of a text, and the leaves of an object in JSON that ends it."""
    head, brace, rest = value.partition("{") if isinstance(value, str) else (value, "", "")
    inner = _object_in(brace + rest)
    yield from (("", word) for word in _words(head if inner else value))
    yield from _leaves(inner or {})


def _object_in(text: str) -> Any:
    """The JSON object that a text is; None for any other text."""
    try:
        return json.loads(text) if text.startswith("{") else None
    except ValueError:
        return None


def _token(leaf: Any) -> str:
    """A leaf as JSON has it, without the line end that is the writer's."""
    return json.dumps(without_line_end(leaf) if isinstance(leaf, str) else leaf, ensure_ascii=False).strip('"')


def _words(value: str | bytes) -> list[str]:
    """The times, words and numbers of a text but for the keys of pairs; of binary values their base64."""
    if isinstance(value, bytes):
        return [b64encode(value).decode()]
    rest = OWN_TIME.sub("", WRITTEN_TIME.sub("", PRIORITY.sub("", MARKS.sub("", value))))
    rest = re.sub(r"[\w.]+=", "", rest)
    return [*WRITTEN_TIME.findall(value), *re.findall("[A-Za-z]+|[0-9]+", rest)]
