"""The parts of a record that metrics and spans have."""

import math
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.conform import NonconformingRecord, conform
from schemas.examples import example
from schemas.record import EnrichedRecord

ABSENT: Any = object()

METRICS = ["gauge", "sum", "histogram", "exponential_histogram", "summary"]


def with_part(name: str, /, **changes: Any) -> dict[str, Any]:
    """Give an example with some keys of its metric or span replaced; ABSENT takes a key away."""
    record = example(name)
    part = {**record[record["signal"]], **changes}
    return {**record, record["signal"]: {key: value for key, value in part.items() if value is not ABSENT}}


@pytest.mark.parametrize("kind", METRICS)
@pytest.mark.parametrize("key", ["name", "type", "temporality", "monotonic", "start_timestamp"])
def test_the_head_of_a_metric_is_always_there(kind: str, key: str) -> None:
    with pytest.raises(ValidationError):
        EnrichedRecord.model_validate(with_part(f"metric_{kind}", **{key: ABSENT}))


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("histogram", "count"),
        ("histogram", "bounds"),
        ("histogram", "bucket_counts"),
        ("exponential_histogram", "scale"),
        ("exponential_histogram", "zero_count"),
        ("summary", "quantiles"),
    ],
)
def test_a_distribution_has_its_buckets(kind: str, key: str) -> None:
    with pytest.raises(ValidationError):
        EnrichedRecord.model_validate(with_part(f"metric_{kind}", **{key: ABSENT}))


@pytest.mark.parametrize("value", [0, 2**63 - 1, -(2**63), 1.5, "NaN", "-Infinity", str(2**63)])
@pytest.mark.parametrize("kind", ["gauge", "sum"])
def test_a_value_is_kept_as_given(kind: str, value: object) -> None:
    metric = EnrichedRecord.model_validate(with_part(f"metric_{kind}", value=value)).metric

    assert metric is not None
    kept = metric.model_dump()["value"]
    assert kept == value
    assert type(kept) is type(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**63, -(2**63) - 1, True, "12", "nan", None])
def test_a_value_that_json_would_alter_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        EnrichedRecord.model_validate(with_part("metric_gauge", value=value))


@pytest.mark.parametrize("kind", ["gauge", "sum"])
def test_only_a_point_that_says_so_has_no_value(kind: str) -> None:
    with pytest.raises(ValidationError, match="no_recorded_value"):
        EnrichedRecord.model_validate(with_part(f"metric_{kind}", value=ABSENT))


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("metric_gauge", {"type": "timer"}),
        ("metric_gauge", {"temporality": "delta"}),
        ("metric_gauge", {"monotonic": True}),
        ("metric_sum", {"monotonic": None}),
        ("metric_sum", {"temporality": "sometimes"}),
        ("metric_histogram", {"bucket_counts": [-1]}),
        ("metric_histogram", {"count": 2**64}),
        ("metric_exponential_histogram", {"scale": 2**31}),
        ("metric_exponential_histogram", {"positive": {"offset": 0}}),
        ("metric_summary", {"exemplars": None}),
        ("span", {"kind": None}),
        ("span", {"status": {}}),
        ("span", {"parent_span_id": "0" * 16}),
        ("span", {"duration_ns": 1.5}),
        ("span", {"links": [{"trace_id": None, "span_id": None}]}),
        ("span", {"events": [{"name": "exception"}]}),
    ],
)
def test_other_forms_are_refused(name: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EnrichedRecord.model_validate(with_part(name, **changes))


@pytest.mark.parametrize("changes", [{"kind": "relay"}, {"status": {"code": "cancelled"}}])
def test_a_new_word_is_kept_by_readers_and_refused_for_writers(changes: dict[str, Any]) -> None:
    record = with_part("span", **changes)
    EnrichedRecord.model_validate(record)

    with pytest.raises(NonconformingRecord, match="vocabulary"):
        conform(record)
