"""What a stranger sends is bounded, and the bound that it met is named."""

from __future__ import annotations

import gzip
import json

import orjson
import pytest

from streams.testing import FakeRecord
from tests.through import dead_of, limited, outcome_of, record_of, records_of


def test_the_biggest_value_is_read_and_a_bigger_one_is_dead() -> None:
    through = limited(value_bytes=100)
    assert record_of(b"x" * 100, through)["body"] == "x" * 100
    for value in (b"x" * 101, b'{"m":"' + b"x" * 95 + b'"}'):
        assert dead_of(value, through).reason == "limit.size"


def test_decoded_values_have_a_limit_of_their_own() -> None:
    through = limited(decoded_bytes=1_000)
    assert record_of(gzip.compress(b"x" * 1_000), through)["body"] == "x" * 1_000
    assert dead_of(gzip.compress(b"x" * 1_001), through).reason == "limit.decoded"


@pytest.mark.parametrize("nest", ['{"a":%s}', '{"a":[%s]}', "[[%s]]", '{"a":1,"b":{"c":%s}}'])
def test_nesting_beyond_the_limit_is_dead_wherever_it_is(nest: str) -> None:
    through = limited(depth=10)
    value = "1"
    while value.count("{") + value.count("[") <= 10:
        value = nest % value
    outcome = outcome_of(value, through=through)
    assert [letter.reason for letter in outcome.dead] == ["limit.depth"]


def test_the_deepest_allowed_value_is_read() -> None:
    value = '{"a":' * 64 + "1" + "}" * 64
    assert record_of(value)["attributes"]["a"] == json.loads(value)["a"]
    assert dead_of('{"a":' * 65 + "1" + "}" * 65).reason == "limit.depth"


def test_attributes_beyond_the_limit_are_dropped_and_counted() -> None:
    value = orjson.dumps({"message": "x", **{f"k{number}": number for number in range(200)}})
    record = record_of(value)
    assert list(record["attributes"].values()) == list(range(128))
    assert record["dropped_attributes_count"] == 72
    assert "attributes.dropped" in record["flags"]


def test_dropped_attributes_add_to_those_that_the_source_dropped() -> None:
    attributes = [{"key": str(number), "value": {"intValue": number}} for number in range(5)]
    value = orjson.dumps(
        {"timeUnixNano": "0", "body": {"stringValue": "x"}, "droppedAttributesCount": 3, "attributes": attributes}
    )
    assert record_of(value, limited(attributes=4))["dropped_attributes_count"] == 4


@pytest.mark.parametrize("letter", ["x", "é", "日", "𝄞", '"', "\x1f", "\\"])
def test_a_body_too_big_is_cut_where_a_character_ends(letter: str) -> None:
    body = letter * 4_000
    through = limited(record_bytes=2_000)
    (value,) = outcome_of(orjson.dumps({"message": body}), through=through).values
    record = orjson.loads(value)
    assert len(value) <= 2_000
    assert len(value) > 1_900
    assert body.startswith(record["body"])
    assert "truncated" in record["flags"]


def test_a_structured_body_too_big_is_cut_as_text() -> None:
    value = orjson.dumps({"message": {"lines": ["x" * 50] * 100}})
    record = record_of(value, limited(record_bytes=2_000))
    assert record["body"].startswith('{"lines":["xxxx')


def test_a_record_too_big_without_its_body_is_dead() -> None:
    letter = dead_of(orjson.dumps({"message": "x", "attribute": "y" * 3_000}), limited(record_bytes=2_000))
    assert (letter.reason, letter.stage) == ("limit.size", "encode")


def test_one_inner_record_too_big_is_dead_alone() -> None:
    value = orjson.dumps([{"message": "a"}, {"big": "y" * 3_000}, {"message": "c"}])
    outcome = outcome_of(value, through=limited(record_bytes=2_000))
    (letter,) = outcome.dead
    assert (letter.inner, letter.value) == (1, orjson.dumps([{"big": "y" * 3_000}]))
    assert len(outcome.values) == 2


@pytest.mark.parametrize("value", [b"[1,2,3,4]", b'{"a":1}' * 4])
def test_more_records_in_a_value_than_allowed_is_dead(value: bytes) -> None:
    assert dead_of(value, limited(records=3)).reason == "limit.size"
    assert len(records_of(value, through=limited(records=4))) == 4


def test_more_lines_than_allowed_is_dead() -> None:
    raw = FakeRecord(b"1\n2\n3\n4", headers=[("content-type", b"application/x-ndjson")])
    assert dead_of(raw, limited(records=3)).reason == "limit.size"
