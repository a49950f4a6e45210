"""Numbers come out as they went in on every way through: alone, in batches, inside texts and envelopes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from streams.testing import FakeRecord
from tests.through import outcome_of, records_of

Way = Callable[[str], bytes]
"""An object in JSON to a value that holds it."""


def message(document: str) -> bytes:
    return json.dumps({"message": document}).encode()


def docker(document: str) -> bytes:
    return json.dumps({"log": document + "\n", "stream": "stdout", "time": "2026-11-20T12:00:00.5Z"}).encode()


def cloud_event(document: str) -> bytes:
    return f'{{"specversion":"1.0","type":"t","source":"/s","id":"1","data":{document}}}'.encode()


WAYS: dict[str, Way] = {
    "alone": str.encode,
    "with blanks": lambda document: document.replace(":", " : ").encode(),
    "over lines": lambda document: b"\r\n" + document.replace(",", ",\n").encode() + b"\n",
    "compressed": lambda document: gzip.compress(document.encode()),
    "in an array": lambda document: f"[{document}, {document}]".encode(),
    "one of several": lambda document: f"{document}\n{document}".encode(),
    "a text in a message": lambda document: message(document),
    "a text in a text in a message": lambda document: message(message(document).decode()),
    "a line of Docker": docker,
    "the data of a CloudEvent": cloud_event,
}  # fmt: skip

NUMBERS: list[tuple[str, Any, str | None]] = [
    ("0", 0, None),
    ("-0.0", -0.0, None),
    ("0.1", 0.1, None),
    ("1E5", 100000.0, None),
    ("9007199254740993", 9007199254740993, None),
    ("9223372036854775807", 9223372036854775807, None),
    ("-9223372036854775808", -9223372036854775808, None),
    ("9223372036854775808", "9223372036854775808", None),
    ("18446744073709551615", "18446744073709551615", None),
    ("12345678901234567890", "12345678901234567890", None),
    ("123456789012345678901234567890", "123456789012345678901234567890", None),
    ("1761019822.315275712", "1761019822.315275712", None),
    ("1e400", "1e400", "json.non_finite"),
    ("NaN", "NaN", "json.non_finite"),
    ("Infinity", "Infinity", "json.non_finite"),
    ("-Infinity", "-Infinity", "json.non_finite"),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("written", "expected", "flag"), NUMBERS, ids=[case[0] for case in NUMBERS])
def test_a_number_is_exact_on_every_way(way: str, written: str, expected: Any, flag: str | None) -> None:
    document = f'{{"level":"info","message":"x","n":{written},"deep":{{"of":[{written},1]}}}}'
    for record in records_of(WAYS[way](document)):
        attributes = record["attributes"]
        found = attributes["n"], attributes["deep"]["of"][0]
        assert repr(found) == repr((expected, expected))
        assert (flag is None) or flag in record["flags"]


@pytest.mark.parametrize("way", WAYS)
def test_the_digits_of_a_time_are_exact_on_every_way(way: str) -> None:
    document = '{"level":"info","message":"x","time":1761019822.315275712}'
    for record in records_of(WAYS[way](document)):
        assert record["timestamp"] == "2025-10-21T04:10:22.315275712Z"


@pytest.mark.parametrize("way", WAYS)
def test_a_decimal_trace_id_beyond_53_bits_is_exact_on_every_way(way: str) -> None:
    document = '{"level":"info","message":"x","dd.trace_id":17947005427386152706,"dd.span_id":6496753628558916970}'
    for record in records_of(WAYS[way](document)):
        assert (record["trace_id"], record["span_id"]) == ("0000000000000000f9109259515bf702", "5a291b00ff7bfd6a")


@pytest.mark.parametrize("way", ["alone", "in an array", "a text in a message"])
def test_no_way_writes_what_is_not_json(way: str) -> None:
    document = '{"level":"info","message":{"a":NaN,"b":[Infinity,1e999]},"n":-Infinity}'
    for value in outcome_of(FakeRecord(WAYS[way](document))).values:
        assert orjson.loads(value)["attributes"]["n"] == "-Infinity"


def test_pairs_of_a_text_keep_their_digits() -> None:
    (record,) = records_of("level=info msg=x id=12345678901234567890 ratio=0.10000000000000000555 nan=NaN")
    assert record["attributes"] == {"id": "12345678901234567890", "ratio": "0.10000000000000000555", "nan": "NaN"}
