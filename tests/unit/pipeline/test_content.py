"""What a value is taken for: hints, compression, encodings, batches, and why it may be refused."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence

import pytest

from streams.testing import FakeRecord
from tests.through import dead_of, outcome_of, record_of, records_of, with_policy

JSON = b'{"message":"hello","severity":"info"}'
DEEP = "[" * 70 + "]" * 70


def hinted(value: bytes | None, *headers: tuple[str, bytes | None]) -> FakeRecord:
    return FakeRecord(value, headers=headers)


def content_type(value: bytes | None, name: bytes) -> FakeRecord:
    return hinted(value, ("content-type", name))


@pytest.mark.parametrize(
    ("value", "reason"),
    [(None, "decode.tombstone"), (b"", "decode.empty"), (b" \r\n\t ", "decode.empty"), (b"[]", "decode.empty"),
     (b" [ ] ", "decode.empty"), (b"\xef\xbb\xbf", "decode.empty"), (gzip.compress(b"\n"), "decode.empty")],
)  # fmt: skip
def test_a_value_without_a_record_is_named(value: bytes | None, reason: str) -> None:
    letter = dead_of(value)
    assert (letter.reason, letter.stage, letter.inner, letter.value) == (reason, "decode", None, None)


@pytest.mark.parametrize(
    ("value", "dialect", "body"),
    [
        (b"just text\n", "text", "just text"),
        (b"{broken json", "text", "{broken json"),
        (b'{"a":1}}', "text", '{"a":1}}'),
        (b'{"a":1} and more', "text", '{"a":1} and more'),
        (b"[NaN]", "text", "[NaN]"),
        (b'"a string"', "text", '"a string"'),
        (b"42", "text", "42"),
        (b"\x00\x01\x02\x03", "raw", "AAECAw=="),
        (b'{"nothing":"known"}', "json", '{"nothing":"known"}'),
        (b'{"message":null}', "json", '{"message":null}'),
        (b'{"message":{"an":"object"}}', "json", {"an": "object"}),
        (b"{}", "json", "{}"),
    ],
)
def test_any_value_keeps_its_body(value: bytes, dialect: str, body: object) -> None:
    record = record_of(value)
    assert (record["dialect"], record["body"]) == (dialect, body)


def test_compressed_values_are_read_like_plain_ones() -> None:
    plain, compressed = record_of(JSON), record_of(gzip.compress(JSON))
    assert compressed == plain


@pytest.mark.parametrize(
    ("value", "flags"),
    [
        (b"\xef\xbb\xbf" + JSON, ["encoding.bom", "timestamp.missing"]),
        (b'{"message":"caf\xe9 au lait"}', ["encoding.replaced", "timestamp.missing"]),
        (b'{"message":"\\ud800"}', ["encoding.replaced", "timestamp.missing"]),
        (b'{"message":"x","message":"y"}', ["json.duplicate_keys", "timestamp.missing"]),
        (b'{"message":"x","n":NaN}', ["json.non_finite", "timestamp.missing"]),
        (b"\xef\xbb\xbfcaf\xe9 au lait", ["encoding.bom", "encoding.replaced", "timestamp.missing"]),
    ],
)
def test_what_was_repaired_is_flagged(value: bytes, flags: list[str]) -> None:
    assert record_of(value)["flags"] == flags


# --- hints


@pytest.mark.parametrize("name", ["content-type", "Content-Type", "CONTENT-TYPE"])
def test_json_that_is_declared_and_broken_is_a_dead_letter(name: str) -> None:
    letter = dead_of(hinted(b'{"a":', (name, b"application/json")))
    assert (letter.reason, letter.stage) == ("decode.json", "decode")


@pytest.mark.parametrize(
    "headers",
    [
        [("content-type", b"text/plain"), ("Content-Type", b"application/json")],
        [("content-type", b"Application/JSON; charset=utf-8")],
        [("content-type", b"application/cloudevents+json")],
        [("content-type", b"application/json"), ("content-type", None)],
    ],
)
def test_the_last_hint_counts_without_case_and_parameters(headers: Sequence[tuple[str, bytes | None]]) -> None:
    assert dead_of(FakeRecord(b"not json", headers=headers)).reason == "decode.json"


def test_text_that_is_declared_is_not_searched_for_json() -> None:
    record = record_of(content_type(JSON, b"text/plain"))
    assert (record["dialect"], record["body"]) == ("text", JSON.decode())


def test_binary_that_is_declared_as_text_is_a_dead_letter() -> None:
    assert dead_of(content_type(b"\xff\x00\xfe", b"text/plain")).reason == "decode.encoding"


def test_a_json_value_of_any_kind_is_what_its_hint_says() -> None:
    record = record_of(content_type(b'"a string"', b"application/json"))
    assert (record["dialect"], record["body"]) == ("json", "a string")


@pytest.mark.parametrize("value", [b"broken {", b"\xff\x00"])
def test_a_topic_may_fall_back_where_the_hint_is_not_true(value: bytes) -> None:
    record = record_of(content_type(value, b"application/json"), through=with_policy(hint_mismatch="fallback"))
    assert record["dialect"] == ("raw" if b"\0" in value else "text")
    assert "dialect.fallback" in record["flags"]


@pytest.mark.parametrize("header", [("content-type", b"application/pdf"), ("weft-dialect", b"klingon")])
def test_an_unknown_hint_is_ignored_and_flagged(header: tuple[str, bytes]) -> None:
    record = record_of(hinted(JSON, header))
    assert record["dialect"] == "json"
    assert "hint.unknown" in record["flags"]


def test_a_dialect_that_is_named_is_taken() -> None:
    line = b'level=info msg="a b"'
    assert record_of(hinted(line, ("Weft-Dialect", b"Text")))["dialect"] == "text"
    assert record_of(hinted(line, ("weft-dialect", b"logfmt")))["dialect"] == "logfmt"
    assert record_of(hinted(JSON, ("weft-dialect", b"text")))["dialect"] == "text"
    assert record_of(hinted(b"\xff\x00", ("weft-dialect", b"raw")))["dialect"] == "raw"


@pytest.mark.parametrize("name", [b"logfmt", b"otlp-json", b"raw"])
def test_a_named_dialect_that_does_not_match_is_a_dead_letter_or_falls_back(name: bytes) -> None:
    raw = hinted(b'{"message":"hello"}', ("weft-dialect", name))
    assert dead_of(raw).reason == "decode.dialect"
    record = record_of(raw, through=with_policy(hint_mismatch="fallback"))
    assert "dialect.fallback" in record["flags"]


# --- several records in one value


@pytest.mark.parametrize(
    ("value", "bodies"),
    [
        (b'[{"msg":"a"},{"msg":"b"}]', ["a", "b"]),
        (b' [ {"msg":"a"} , "b" , 3, null ] \n', ["a", "b", 3, "null"]),
        (b'{"msg":"a"}\n{"msg":"b"}\n', ["a", "b"]),
        (b'{"msg":"a"}{"msg":"b"} {"msg":"c"}', ["a", "b", "c"]),
    ],
)
def test_several_records_have_their_number_in_the_identity(value: bytes, bodies: list[object]) -> None:
    records = records_of(value)
    assert [record["body"] for record in records] == bodies
    assert [record["event_id"] for record in records] == [f"raw-logs-0-0.{index}" for index in range(len(bodies))]


def test_one_document_on_a_line_of_its_own_is_one_record() -> None:
    assert record_of(content_type(JSON + b"\n", b"application/x-ndjson"))["event_id"] == "raw-logs-0-0"


def test_remarks_belong_to_the_inner_record_that_earned_them() -> None:
    records = records_of(b'[{"msg":"a","x":1,"x":2},{"msg":"b"}]')
    assert ["json.duplicate_keys" in record["flags"] for record in records] == [True, False]


def test_an_inner_record_without_a_message_keeps_its_own_text() -> None:
    assert [record["body"] for record in records_of(b'[{"a": 1}, {"b": 2}]')] == ['{"a": 1}', '{"b": 2}']


def test_a_bad_inner_record_of_an_array_dies_alone_and_can_be_replayed_alone() -> None:
    outcome = outcome_of(f'[{{"msg":"a"}},{{"deep":{DEEP}}},{{"msg":"c"}}]')
    assert [json.loads(value)["event_id"] for value in outcome.values] == ["raw-logs-0-0.0", "raw-logs-0-0.2"]
    (letter,) = outcome.dead
    assert (letter.reason, letter.inner, letter.value) == ("limit.depth", 1, f'[{{"deep":{DEEP}}}]'.encode())
    again = outcome_of(letter.value)
    assert (again.dead[0].reason, again.dead[0].inner, again.dead[0].value) == ("limit.depth", 0, letter.value)


def test_a_bad_line_dies_alone_where_lines_are_declared() -> None:
    outcome = outcome_of(content_type(b'{"msg":"a"}\n\nbroken\n{"msg":"c"}', b"application/x-ndjson"))
    assert [json.loads(value)["body"] for value in outcome.values] == ["a", "c"]
    (letter,) = outcome.dead
    assert (letter.reason, letter.inner, letter.value) == ("decode.json", 1, b"broken")


def test_an_array_that_does_not_parse_is_text_as_a_whole() -> None:
    assert record_of(b'[{"msg":"a"},{broken}]')["body"] == '[{"msg":"a"},{broken}]'
    assert dead_of(content_type(b'[{"msg":"a"},{broken}]', b"application/json")).reason == "decode.json"
