"""The enriched record as readers see it: what it holds, what it refuses, what it ignores."""

import json
import math
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.examples import example
from schemas.record import EnrichedRecord

ALWAYS = {
    "schema_version",
    "event_id",
    "signal",
    "timestamp",
    "observed_timestamp",
    "trace_id",
    "span_id",
    "severity_number",
    "severity_text",
    "body",
    "resource",
    "attributes",
    "source",
    "dialect",
    "provenance",
}
NULLABLE = {"timestamp", "trace_id", "span_id", "severity_text", "body"}
SOMETIMES = {
    "trace_flags",
    "scope",
    "dropped_attributes_count",
    "event_name",
    "metric",
    "span",
    "envelopes",
    "flags",
    "original",
}


def refused_at(record: dict[str, Any]) -> tuple[int | str, ...]:
    with pytest.raises(ValidationError) as caught:
        EnrichedRecord.model_validate(record)
    return caught.value.errors()[0]["loc"]


def test_has_exactly_the_keys_of_the_contract() -> None:
    assert set(EnrichedRecord.model_fields) == ALWAYS | SOMETIMES


@pytest.mark.parametrize("key", sorted(ALWAYS))
def test_refuses_a_record_without_a_key_that_is_always_there(key: str) -> None:
    record = example()
    del record[key]

    assert refused_at(record) == (key,)


@pytest.mark.parametrize("key", sorted(NULLABLE))
def test_accepts_null_where_the_contract_says_so(key: str) -> None:
    assert getattr(EnrichedRecord.model_validate(example("log", **{key: None})), key) is None


@pytest.mark.parametrize("key", sorted((ALWAYS | SOMETIMES) - NULLABLE))
def test_refuses_null_elsewhere(key: str) -> None:
    assert refused_at(example(**{key: None}))[0] == key


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema_version", 2),
        ("schema_version", "1"),
        ("signal", "profile"),
        ("timestamp", "2026-03-01T12:00:00Z"),
        ("timestamp", 1772366400),
        ("trace_id", ""),
        ("span_id", "0" * 16),
        ("trace_flags", 256),
        ("severity_number", 25),
        ("severity_number", -1),
        ("severity_number", True),
        ("severity_number", 9.0),
        ("severity_text", 30),
        ("resource", {}),
        ("resource", {"service.name": ""}),
        ("resource", {"service.name": 7}),
        ("resource", []),
        ("attributes", []),
        ("attributes", {"a": b"bytes"}),
        ("attributes", {1: "a"}),
        ("dropped_attributes_count", -1),
        ("event_name", ""),
        ("dialect", ""),
        ("dialect", "Not A Name"),
        ("envelopes", "cri"),
        ("flags", ["redacted", "partial"]),
        ("flags", ["partial", "partial"]),
        ("original", b"bytes"),
    ],
)
def test_refuses_a_value_of_the_wrong_form(key: str, value: object) -> None:
    assert refused_at(example(**{key: value}))[0] == key


@pytest.mark.parametrize(
    ("group", "key", "value"),
    [
        ("source", "topic", "no spaces"),
        ("source", "partition", -1),
        ("source", "offset", -1),
        ("source", "offset", 2**63),
        ("provenance", "pipeline", "not hex!"),
        ("provenance", "applied", ["redact"]),
        ("provenance", "failed", [1]),
    ],
)
def test_refuses_a_wrong_value_in_a_group(group: str, key: str, value: object) -> None:
    record = example()
    record[group][key] = value

    assert refused_at(record)[:2] == (group, key)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, [math.nan], {"deep": [{"er": math.inf}]}])
@pytest.mark.parametrize("key", ["body", "attributes"])
def test_refuses_numbers_that_json_does_not_have(key: str, value: object) -> None:
    record = example(**{key: {"x": value}})

    assert refused_at(record)[0] == key


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("metric_gauge", {"signal": "log"}),
        ("span", {"signal": "log"}),
        ("log", {"signal": "metric"}),
        ("log", {"signal": "span"}),
        ("metric_gauge", {"span": example("span")["span"]}),
        ("span", {"metric": example("metric_gauge")["metric"]}),
    ],
)
def test_refuses_a_part_that_is_not_the_signals(name: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="signal of their name"):
        EnrichedRecord.model_validate(example(name, **changes))


@pytest.mark.parametrize("body", ["text", "", 7, 2**70, -0.5, True, None, [], {"a": [{"b": None}]}])
def test_keeps_any_json_body_as_it_is(body: object) -> None:
    kept = EnrichedRecord.model_validate_json(json.dumps(example(body=body))).body

    assert kept == body
    assert type(kept) is type(body)


def test_keeps_absent_keys_absent_when_it_is_written_again() -> None:
    record = example("log_minimal")

    assert EnrichedRecord.model_validate(record).model_dump(exclude_unset=True) == record


def test_readers_ignore_keys_they_do_not_know() -> None:
    record = example(tenant="new")
    record["source"]["cluster"] = "new"

    assert EnrichedRecord.model_validate(record) == EnrichedRecord.model_validate(example())


def test_readers_keep_flags_they_do_not_know() -> None:
    assert EnrichedRecord.model_validate(example(flags=["brand.new"])).flags == ["brand.new"]


def test_is_immutable() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        EnrichedRecord.model_validate(example()).severity_number = 9  # type: ignore[misc]
