"""The writer's check: stricter than the reader's, and silent about contents."""

import json
import math
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.conform import NonconformingRecord, conform
from schemas.examples import example
from schemas.flags import FLAGS
from schemas.record import EnrichedRecord

PRIVATE = "hunter2"

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
OBJECT = st.dictionaries(st.text(), JSON, max_size=5)
SURE = st.fixed_dictionaries(
    {"body": JSON, "attributes": OBJECT, "severity_number": st.integers(0, 24), "severity_text": st.none() | st.text()},
    optional={
        "flags": st.sets(st.sampled_from(sorted(FLAGS))).map(sorted),
        "trace_flags": st.integers(0, 255),
        "original": st.text(),
    },
)


@settings(deadline=None)
@given(SURE)
def test_what_a_writer_may_send_a_reader_gets_unchanged(changes: dict[str, Any]) -> None:
    record = example(**changes)
    conform(record)

    read = EnrichedRecord.model_validate_json(orjson.dumps(record))

    assert read.model_dump(exclude_unset=True) == record


def at(*path: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Find a nested object of a record."""

    def find(record: dict[str, Any]) -> dict[str, Any]:
        for key in path:
            record = record[key]
        return record

    return find


@pytest.mark.parametrize(
    ("name", "place", "reported"),
    [
        ("log", at(), "record: extra_forbidden"),
        ("log", at("source"), "source: extra_forbidden"),
        ("log", at("scope"), "scope: extra_forbidden"),
        ("log", at("provenance"), "provenance: extra_forbidden"),
        ("metric_gauge", at("metric"), "metric.gauge: extra_forbidden"),
        ("span", at("span", "status"), "span.status: extra_forbidden"),
    ],
)
def test_a_key_that_is_not_in_the_schema_is_refused(
    name: str, place: Callable[[dict[str, Any]], dict[str, Any]], reported: str
) -> None:
    record = example(name)
    place(record)[PRIVATE] = 1

    with pytest.raises(NonconformingRecord) as caught:
        conform(record)
    assert str(caught.value) == reported


@pytest.mark.parametrize("place", [at("attributes"), at("resource"), at("scope")])
def test_free_form_keys_are_welcome(place: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    record = example("log")
    record["scope"]["attributes"] = {}
    (place(record) if place(record) is not record["scope"] else record["scope"]["attributes"])[PRIVATE] = 1

    conform(record)


def test_an_unknown_flag_is_refused() -> None:
    with pytest.raises(NonconformingRecord, match=r"^flags\.0: vocabulary$"):
        conform(example(flags=["brand.new"]))


@pytest.mark.parametrize(
    "changes",
    [
        {"trace_id": PRIVATE},
        {"timestamp": PRIVATE},
        {"signal": PRIVATE},
        {"dialect": f"{PRIVATE} {PRIVATE}"},
        {"flags": [PRIVATE]},
        {"attributes": {PRIVATE: math.nan}},
        {"attributes": {PRIVATE: {PRIVATE: b"x"}}},
        {"body": {PRIVATE: [math.inf]}},
        {"resource": {PRIVATE: 1}},
        {"scope": {"attributes": {PRIVATE: math.nan}}},
        {PRIVATE: 1},
        {"provenance": {PRIVATE: 1}},
    ],
)
def test_the_message_never_repeats_contents(changes: dict[str, Any]) -> None:
    with pytest.raises(NonconformingRecord) as caught:
        conform(example(**changes))

    assert PRIVATE not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_the_message_stays_short_however_much_is_wrong() -> None:
    with pytest.raises(NonconformingRecord, match=r"^flags.0: vocabulary; flags.1: .*; and 997 more$"):
        conform(example(flags=[f"brand.new.{n:04}" for n in range(1000)]))


def test_a_fault_in_many_free_form_keys_is_told_once() -> None:
    with pytest.raises(NonconformingRecord, match=r"^attributes: finite_number$"):
        conform(example(attributes={f"key-{n}": math.nan for n in range(1000)}))


def test_nesting_beyond_any_limit_is_refused_not_fatal() -> None:
    body: Any = "core"
    for _ in range(5_000):
        body = [body]

    with pytest.raises(NonconformingRecord, match=r"^body: recursion_"):
        conform(example(body=body))


def test_accepts_the_depth_that_the_limits_allow() -> None:
    conform(example(attributes={"deep": json.loads("[" * 64 + "]" * 64)}))
