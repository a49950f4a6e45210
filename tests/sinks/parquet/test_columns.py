"""What goes into columns comes out the same, byte for byte as canonical JSON; what does not fit is no record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.examples import example, example_names
from schemas.upcast import UnknownVersion
from streams.errors import UnexpectedState
from streams.sinks.base import Item
from streams.sinks.parquet.columns import Misfit, to_table
from streams.sinks.parquet.parquet import from_parquet, to_parquet
from streams.sinks.parquet.records import to_records

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(TEXTS, JSON, max_size=5)
FIRST, LAST = datetime(1990, 1, 1), datetime(2261, 12, 31, 23, 59, 59)  # noqa: DTZ001 - hypothesis wants them so
TIMES = st.tuples(st.datetimes(FIRST, LAST), st.integers(0, 999))
TIMESTAMPS = TIMES.map(lambda found: f"{found[0].isoformat(timespec='microseconds')}{found[1]:03}Z")


def items_of(*records: dict[str, Any]) -> list[Item]:
    return [Item(offset, None, b"", record.get("event_id", ""), record) for offset, record in enumerate(records)]


def through_a_file(*records: dict[str, Any]) -> list[dict[str, Any]]:
    """Give records of one signal after a way through a file."""
    table = from_parquet(to_parquet(to_table(items_of(*records), "enriched", 3)))
    return list(to_records(table, records[0]["signal"]))


def canonical(record: dict[str, Any]) -> bytes:
    return orjson.dumps(record, option=orjson.OPT_SORT_KEYS)


@pytest.mark.parametrize("name", example_names())
def test_every_example_comes_back_as_it_was(name: str) -> None:
    record = example(name)

    assert canonical(through_a_file(record)[0]) == canonical(record)


@given(body=JSON, attributes=OBJECTS, resource=OBJECTS, times=st.tuples(TIMESTAMPS, TIMESTAMPS | st.none()))
def test_any_business_content_and_any_nanosecond_comes_back(
    body: Any, attributes: dict[str, Any], resource: dict[str, Any], times: tuple[str, str | None]
) -> None:
    record = example(
        "log_minimal",
        body=body,
        attributes=attributes,
        resource={**resource, "service.name": "shop"},
        observed_timestamp=times[0],
        timestamp=times[1],
    )

    assert canonical(through_a_file(record, example("log_minimal"))[0]) == canonical(record)


@given(added=st.dictionaries(TEXTS.filter(lambda key: key not in example("span")), JSON, min_size=1, max_size=3))
def test_what_a_later_version_of_weft_adds_comes_back(added: dict[str, Any]) -> None:
    record = example("log_minimal")
    changed = {
        **added,
        **record,
        "source": {**added, **record["source"]},
        "provenance": {**added, **record["provenance"]},
    }

    assert canonical(through_a_file(changed, record)[0]) == canonical(changed)


def test_one_file_holds_records_with_and_without_each_optional_key() -> None:
    records = [example(name) for name in example_names() if example(name)["signal"] == "log"]

    assert [canonical(record) for record in through_a_file(*records)] == list(map(canonical, records))


def test_a_large_batch_keeps_its_order() -> None:
    records = [example("log_minimal", event_id=f"raw-0-{number}", body=number) for number in range(2_500)]

    assert through_a_file(*records) == records


@pytest.mark.parametrize(
    "changes",
    [
        {"severity_number": 9.5},
        {"severity_number": "9"},
        {"severity_number": True},
        {"severity_number": 300},
        {"trace_flags": 1.0},
        {"observed_timestamp": "2026-03-01T12:00:00Z"},
        {"observed_timestamp": "2026-02-30T12:00:00.000000000Z"},
        {"observed_timestamp": "2262-12-31T23:59:59.999999999Z"},
        {"timestamp": "2026-03-01 12:00:00.000000000Z"},
        {"timestamp": 5},
        {"resource": {}},
        {"resource": {"service.name": None, "x": 2**70}},
        {"resource": []},
        {"source": {"topic": "raw", "partition": 0}},
        {"source": {"topic": "raw", "partition": 0, "offset": 2**63}},
        {"provenance": None},
        {"flags": [1]},
        {"flags": "redacted"},
        {"event_id": 7},
        {"dialect": {"a": "b"}},
    ],
    ids=str,
)
def test_a_value_that_its_column_would_alter_is_a_misfit(changes: dict[str, Any]) -> None:
    with pytest.raises(Misfit):
        to_table(items_of(example("log_minimal"), example("log_minimal", **changes)), "enriched", 0)


@pytest.mark.parametrize("missing", ["event_id", "body", "attributes", "provenance", "schema_version", "timestamp"])
def test_a_record_without_a_key_that_is_always_there_is_a_misfit(missing: str) -> None:
    record = example("log_minimal")
    del record[missing]

    with pytest.raises(Misfit):
        to_table(items_of(record), "enriched", 0)


def test_a_misfit_does_not_repeat_the_value() -> None:
    with pytest.raises(Misfit) as caught:
        to_table(items_of(example("log_minimal", severity_text=["a secret"])), "enriched", 0)

    assert "secret" not in str(caught.value)


def test_files_of_other_columns_are_not_read() -> None:
    table = to_table(items_of(example("log_minimal")), "enriched", 0)

    with pytest.raises(UnexpectedState):
        list(to_records(table.replace_schema_metadata({b"weft.columns": b"2"}), "log"))


def test_records_of_a_later_schema_are_not_read() -> None:
    table = to_table(items_of(example("log_minimal", schema_version=2)), "enriched", 0)

    with pytest.raises(UnknownVersion):
        list(to_records(table, "log"))


def test_columns_have_the_types_that_readers_expect() -> None:
    found = from_parquet(to_parquet(to_table(items_of(example("log_minimal")), "enriched", 0))).schema

    assert found.field("timestamp").type == pa.timestamp("us", "UTC")
    assert found.field("severity_number").type == pa.int8()
    assert found.field("attributes").type == pa.string()
    assert found.field("flags").type.value_type == pa.string()
