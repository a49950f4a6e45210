"""Single OTLP log records in JSON: OTLP's own rules, and per-record rejection."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.through import dead_of, outcome_of, record_of

TRACE, SPAN = "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"


def log(**fields: Any) -> bytes:
    return orjson.dumps({"timeUnixNano": "1544712660300000000", "body": {"stringValue": "x"}, **fields})


@pytest.mark.parametrize("time", ["1544712660300000001", 1544712660300000001])
def test_nanoseconds_are_numbers_or_strings_and_exact(time: Any) -> None:
    assert record_of(log(timeUnixNano=time))["timestamp"] == "2018-12-13T14:51:00.300000001Z"


@pytest.mark.parametrize("time", ["0", 0, None])
def test_zero_is_an_unknown_time(time: Any) -> None:
    record = record_of(log(timeUnixNano=time))
    assert (record["timestamp"], record["flags"]) == (None, ["timestamp.missing"])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"stringValue": "s"}, "s"),
        ({"boolValue": False}, False),
        ({"intValue": "-9223372036854775808"}, -(2**63)),
        ({"intValue": 7}, 7),
        ({"intValue": "9223372036854775808"}, "9223372036854775808"),
        ({"doubleValue": 1.5}, 1.5),
        ({"doubleValue": "NaN"}, "NaN"),
        ({"bytesValue": "AAE="}, "AAE="),
        ({"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "a"}]}}, [1, "a"]),
        ({"arrayValue": {}}, []),
        ({"kvlistValue": {"values": [{"key": "k", "value": {"kvlistValue": {"values": []}}}]}}, {"k": {}}),
        ({}, None),
    ],
)
def test_values_of_every_kind_are_read(value: dict[str, Any], expected: Any) -> None:
    record = record_of(log(attributes=[{"key": "a", "value": value}]))
    assert record["attributes"] == {"a": expected}
    assert record["dialect"] == "otlp-json"


@pytest.mark.parametrize("time", ["1", -3, "92233720368547758079"])
def test_a_time_out_of_range_stays_an_attribute_with_the_others(time: Any) -> None:
    record = record_of(log(timeUnixNano=time, attributes=[{"key": "a", "value": {"intValue": 1}}]))
    assert (record["timestamp"], record["flags"]) == (None, ["timestamp.out_of_range"])
    assert record["attributes"] == {"a": 1, "timeUnixNano": str(time)}


def test_an_observed_time_of_the_source_stays_an_attribute() -> None:
    record = record_of(log(observedTimeUnixNano="1544712660300000005"))
    assert record["attributes"] == {"otel.observed_timestamp": "1544712660300000005"}


@pytest.mark.parametrize("empty", ["", "0" * 32, None])
def test_empty_ids_are_skipped(empty: Any) -> None:
    record = record_of(log(traceId=empty, spanId=""))
    assert (record["trace_id"], record["span_id"]) == (None, None)


def test_only_the_low_byte_of_the_flags_is_ours() -> None:
    assert record_of(log(traceId=TRACE.upper(), spanId=SPAN, flags=257))["trace_flags"] == 1


def test_keys_that_otlp_does_not_have_stay_attributes() -> None:
    record = record_of(log(extra=1, attributes=[{"key": "a", "value": {"intValue": 1}}]))
    assert record["attributes"] == {"extra": 1, "a": 1}


@pytest.mark.parametrize(
    "fields",
    [
        {"traceId": "W47/95gDgQPSabYzgT/GDA=="},
        {"traceId": TRACE[:-1]},
        {"traceId": 5},
        {"spanId": "xyz"},
        {"severityNumber": "SEVERITY_NUMBER_INFO"},
        {"severityNumber": 25},
        {"severityText": 1},
        {"timeUnixNano": "yesterday"},
        {"timeUnixNano": 1.5},
        {"body": "bare string"},
        {"body": {"intValue": "ten"}},
        {"body": {"boolValue": "true"}},
        {"body": {"arrayValue": {"values": {}}}},
        {"attributes": {"a": 1}},
        {"attributes": [{"key": 1}]},
        {"attributes": ["a"]},
        {"droppedAttributesCount": -1},
        {"resource": []},
        {"scope": "s"},
    ],
)
def test_what_breaks_the_schema_is_a_dead_letter_of_its_own(fields: dict[str, Any]) -> None:
    assert dead_of(log(**fields)).reason == "decode.otlp"
    outcome = outcome_of(b"[" + log() + b"," + log(**fields) + b"," + log() + b"]")
    assert [letter.inner for letter in outcome.dead] == [1]


@pytest.mark.parametrize("flags", [False, True, "", [], {}, -1, "x"])
def test_flags_that_are_no_number_break_the_record(flags: object) -> None:
    assert dead_of(log(flags=flags)).reason == "decode.otlp"
