"""Hostile input has a named outcome: JSONTestSuite (github.com/nst/JSONTestSuite), and samples of our own."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.shared_data import ROOT, files, needs_shared_data
from tests.through import outcome_of

SUITE = [path for path in files("json_test_suite") if path.suffix == ".json"]
MUST_ACCEPT = [path for path in SUITE if path.name.startswith("y_")]
MUST_REJECT = [path for path in SUITE if path.name.startswith("n_")]

OWN: dict[str, bytes] = {
    "100,000 open arrays": b"[" * 100_000,
    "100,000 closed arrays": b"[" * 100_000 + b"]" * 100_000,
    "100,000 open objects": b'{"a":' * 100_000,
    "deep inside a string that never ends": b'{"a":"' + b"[" * 100_000,
    "a million digits": b'{"n":' + b"9" * 1_000_000 + b"}",
    "a number beyond double": b'{"n":1e400,"m":-1e400,"k":1e-400}',
    "not a number": b'{"a":NaN,"b":Infinity,"c":-Infinity}',
    "a thousand duplicate keys": b"{" + b",".join(b'"k":%d' % number for number in range(1_000)) + b"}",
    "20,000 keys": orjson.dumps({str(number): number for number in range(20_000)}),
    "an empty key": b'{"":"","message":""}',
    "byte order marks": b'\xef\xbb\xbf\xef\xbb\xbf{"a":1}',
    "lone surrogates": b'{"\\ud800":"\\udfff","message":"\\udc00\\ud800"}',
    "invalid UTF-8": b'{"message":"\xc3\x28\xf0\x9f\xff"}',
    "overlong UTF-8": b'{"message":"\xc0\x80\xe0\x80\xaf"}',
    "UTF-16": '{"message":"x"}'.encode("utf-16"),
    "nul bytes": b'{"message":"a\x00b"}',
    "escaped nul": b'{"message":"a\\u0000b","\\u0000":1}',
    "a line of a mebibyte": b"x" * 1_048_576,
    "a mebibyte of quotes": b'"' * 1_048_576,
    "a mebibyte of backslashes": b'{"a":"' + b"\\" * 1_048_000,
    "a mebibyte of colons": b'{"a":1,"b":"' + b'\\":' * 300_000 + b'"}',
    "a mebibyte of pairs": b"a=1 " * 262_144,
    "a mebibyte of open quotes in pairs": b'a="' * 349_525,
    "a mebibyte of brackets in text": b"INFO " + b"[a," * 300_000,
    "a gzip bomb": gzip.compress(b"\0" * 100_000_000),
    "a gzip bomb of arrays": gzip.compress(b"[" * 8_000_000),
    "a broken gzip": gzip.compress(b"x" * 1_000)[:-9],
    "a date from nowhere": b'{"timestamp":"9999999999999999999999999999-99-99T99:99:99Z","message":"x"}',
    "a time of a thousand digits": b'{"timestamp":' + b"1" * 1_000 + b',"message":"x"}',
    "roles of a wrong type": b'{"timestamp":[],"level":{},"message":[],"trace_id":[],"span_id":{},"service":[]}',
    "terminal control": b"\x1b]0;title\x07\x1b[2J INFO hello",
}


@needs_shared_data
def test_the_suite_is_whole() -> None:
    assert (len(MUST_ACCEPT), len(MUST_REJECT)) == (95, 188)


@needs_shared_data
@pytest.mark.parametrize("path", MUST_ACCEPT, ids=lambda path: path.stem)
def test_json_that_must_be_accepted_loses_nothing(path: Path) -> None:
    value = path.read_bytes()
    document = json.loads(value)
    if document == []:
        assert [letter.reason for letter in outcome_of(value).dead] == ["decode.empty"]
        return
    records = [orjson.loads(encoded) for encoded in outcome_of(value).values]
    assert {record["dialect"] for record in records} <= {"json", "text"}
    assert len(records) == (len(document) if isinstance(document, list) else 1)


@needs_shared_data
@pytest.mark.parametrize("path", MUST_REJECT, ids=lambda path: path.stem)
def test_what_is_not_json_is_text_bytes_or_a_dead_letter(path: Path) -> None:
    value = path.read_bytes()
    outcome = outcome_of(value)
    assert {orjson.loads(encoded)["dialect"] for encoded in outcome.values} <= {"text", "raw"}
    assert {letter.reason for letter in outcome.dead} <= {"decode.empty", "limit.depth"}


@needs_shared_data
@pytest.mark.parametrize("path", SUITE, ids=lambda path: path.stem)
def test_every_file_of_the_suite_has_an_outcome_that_is_no_bug(path: Path) -> None:
    outcome = outcome_of(path.read_bytes())
    assert outcome.values or outcome.dead
    assert not [letter for letter in outcome.dead if letter.reason.startswith(("internal.", "schema."))]


REPLACED = "\N{REPLACEMENT CHARACTER}"

TRANSFORMED: dict[str, Any] = {
    "number_-9223372036854775808": -9223372036854775808,
    "number_-9223372036854775809": "-9223372036854775809",
    "number_1.0": 1.0,
    "number_1.000000000000000005": "1.000000000000000005",
    "number_1000000000000000": 1000000000000000,
    "number_10000000000000000999": "10000000000000000999",
    "number_1e-999": "1E-999",
    "number_1e6": 1000000.0,
    "number_9223372036854775807": 9223372036854775807,
    "number_9223372036854775808": "9223372036854775808",
    "object_key_nfc_nfd": {"\u00e9": "NFC", "e\u0301": "NFD"},
    "object_key_nfd_nfc": {"e\u0301": "NFD", "\u00e9": "NFC"},
    "object_same_key_different_values": {"a": 2},
    "object_same_key_same_value": {"a": 1},
    "object_same_key_unclear_values": {"a": 0},
    "string_1_escaped_invalid_codepoint": REPLACED,
    "string_2_escaped_invalid_codepoints": REPLACED * 2,
    "string_3_escaped_invalid_codepoints": REPLACED * 3,
    "string_with_escaped_NULL": "A\0B",
}
"""Files of `test_transform` and what comes out: the body for values, the attributes for objects."""


@needs_shared_data
@pytest.mark.parametrize("name", TRANSFORMED)
def test_what_other_parsers_transform_does_not_change_without_a_word(name: str) -> None:
    (encoded,) = outcome_of((ROOT / "json_test_suite" / "test_transform" / f"{name}.json").read_bytes()).values
    record = orjson.loads(encoded)
    expected = TRANSFORMED[name]
    assert (record["attributes"] if isinstance(expected, dict) else record["body"]) == expected
    flags = set(record["flags"]) - {"timestamp.missing"}
    assert flags == (
        {"json.duplicate_keys"} if "same_key" in name else {"encoding.replaced"} if "escaped_invalid" in name else set()
    )


@pytest.mark.parametrize("name", OWN)
def test_our_own_hostile_samples_have_an_outcome_that_is_no_bug(name: str) -> None:
    outcome = outcome_of(OWN[name])
    assert outcome.values or outcome.dead
    assert not [letter for letter in outcome.dead if letter.reason.startswith(("internal.", "schema."))]
    assert all(len(value) <= 900_000 for value in outcome.values)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("100,000 open objects", "limit.depth"),
        ("100,000 closed arrays", "limit.depth"),
        ("a gzip bomb", "limit.decoded"),
        ("a broken gzip", "decode.compression"),
    ],
)
def test_the_bound_that_was_met_is_named(name: str, reason: str) -> None:
    assert [letter.reason for letter in outcome_of(OWN[name]).dead] == [reason]
