"""Detection by the shape of an object: found by key, looked at once, bounded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, tzinfo
from typing import Any

import pytest

from streams.dialects.base import Dialect, ObjectReader, Test, new_record
from streams.dialects.detect import MOST_KEY_BYTES, MOST_KEYS, MOST_SHAPES, Detector
from streams.dialects.registry import DIALECTS
from streams.types import Record, Source


def dialect(name: str, *signatures: str, test: Test | None = None, without: str = "") -> Dialect:
    """A dialect of objects that has nothing but a name and a way to be recognised."""

    def compile_objects(shape: tuple[str, ...], zone: tzinfo) -> ObjectReader:
        def read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
            return new_record(name, event_id, observed, source)

        return read

    keys = tuple(frozenset(signature.split()) for signature in signatures)
    return Dialect(name, "", "", (), keys, frozenset(without.split()), test, compile_objects)


def claimed_by(document: dict[str, Any], *dialects: Dialect) -> str:
    detector = Detector(dialects, UTC)
    first = detector.choose(document).dialect
    assert detector.choose(document).dialect is first
    return first.name


ANY = dialect("any", "")
PINO = dialect("pino", "level time pid", "level time hostname")
BUNYAN = dialect("bunyan", "level time pid v")
UPPER = dialect("upper", "time level", test=lambda document: str(document["level"]).isupper())
LOWER = dialect("lower", "time level")


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("message", "any"),
        ("", "any"),
        ("pid time level", "pino"),
        ("time hostname level extra", "pino"),
        ("v pid time level", "bunyan"),
        ("level time", "any"),
    ],
)
def test_the_signature_with_the_most_keys_claims_an_object_in_any_key_order(keys: str, expected: str) -> None:
    document = dict.fromkeys(keys.split(), 1)
    assert claimed_by(document, ANY, PINO, BUNYAN) == expected
    assert claimed_by(document, BUNYAN, PINO, ANY) == expected


@pytest.mark.parametrize(("level", "expected"), [("INFO", "upper"), ("info", "lower"), (30, "lower")])
def test_values_settle_what_keys_cannot(level: object, expected: str) -> None:
    assert claimed_by({"time": 1, "level": level}, UPPER, LOWER, ANY) == expected


@pytest.mark.parametrize(("level", "expected"), [("INFO", "upper"), ("info", "any")])
def test_candidates_that_are_whole_records_are_read_by_one_reader(level: str, expected: str) -> None:
    read = Detector((UPPER, ANY), UTC).learn(("time", "level")).read
    assert read is not None
    assert (
        read({"time": 1, "level": level}, "t-0-0", "", Source(topic="t", partition=0, offset=0))["dialect"] == expected
    )


@pytest.mark.parametrize(("keys", "expected"), [("level message", "winston"), ("ts message level", "any")])
def test_a_dialect_claims_no_object_with_a_key_that_it_never_has(keys: str, expected: str) -> None:
    assert claimed_by(dict.fromkeys(keys.split(), 1), dialect("winston", "level message", without="ts time"), ANY) == (
        expected
    )


def test_of_equals_the_first_registered_is_asked_first() -> None:
    assert claimed_by({"a": 1, "b": 1}, dialect("one", "a"), dialect("two", "b"), ANY) == "one"
    assert claimed_by({"b": 1, "a": 1}, dialect("one", "a"), dialect("two", "b"), ANY) == "one"


def test_a_shape_is_looked_at_once() -> None:
    detector = Detector(DIALECTS, UTC)
    for number in range(3):
        detector.choose({"message": number, "level": "info"})
    assert list(detector.plans) == [("message", "level")]


def test_hostile_shapes_do_not_fill_the_memory() -> None:
    detector = Detector([ANY], UTC)
    for number in range(MOST_SHAPES + 10):
        detector.choose({f"key{number}": 1})
        assert len(detector.plans) <= MOST_SHAPES
    detector.choose({str(number): 1 for number in range(MOST_KEYS + 1)})
    assert max(map(len, detector.plans)) <= MOST_KEYS
    detector.choose({"k" * MOST_KEY_BYTES: 1})
    assert max(len(key) for shape in detector.plans for key in shape) < MOST_KEY_BYTES


def test_the_plan_knows_how_many_bytes_its_keys_take() -> None:
    assert Detector([ANY], UTC).learn(("a", "bcd")).key_bytes == len('"a":,"bcd":,')


def test_what_is_around_a_record_is_peeled_before_the_keys_of_the_record_are_looked_at() -> None:
    around = replace(dialect("around", "inside"), envelope="inside")
    assert claimed_by({"inside": 1, "level": 1, "time": 1, "pid": 1}, PINO, around, ANY) == "around"


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_no_grammar_sees_the_line_end(ending: str) -> None:
    source = Source(topic="t", partition=0, offset=0)
    found, record = Detector(DIALECTS, UTC).read_text(f"level=info msg=hi{ending}", "t-0-0", "", source)
    assert (found.name, record["body"]) == ("logfmt", "hi")
