"""The Kafka form of a dead letter: the original, and headers that say why."""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import version

import pytest

from schemas.dead_letter import DeadLetterHeaders
from streams.errors import RejectedRecord
from streams.pipeline.reject import KafkaForm, kafka_form, rejected
from streams.testing import NOON, FakeRecord
from streams.types import DeadLetter
from tests.through import outcome_of

PIPELINE = "0123456789abcdef"
RAW = FakeRecord(b"original \xff", offset=7, key=b"k", headers=[("a", b"1"), ("a", None)], partition=2)
REFUSED = RejectedRecord("decode.json", "the value is declared as JSON and is none")


def in_kafka(letter: DeadLetter, *, by_reference: bool = False) -> KafkaForm:
    return kafka_form(letter._replace(pipeline=PIPELINE), by_reference=by_reference)


def test_key_value_and_headers_stay_and_the_reason_is_added() -> None:
    key, value, headers = in_kafka(rejected(RAW, "decode", REFUSED))
    assert (key, value) == (b"k", b"original \xff")
    assert headers == [
        ("a", b"1"),
        ("a", None),
        ("weft.dead.reason", b"decode.json"),
        ("weft.dead.stage", b"decode"),
        ("weft.dead.error", b"RejectedRecord: the value is declared as JSON and is none"),
        ("weft.dead.topic", b"raw-logs"),
        ("weft.dead.partition", b"2"),
        ("weft.dead.offset", b"7"),
        ("weft.dead.timestamp_ms", str(NOON).encode()),
        ("weft.dead.attempts", b"1"),
        ("weft.dead.version", version("weft").encode()),
        ("weft.dead.pipeline", PIPELINE.encode()),
    ]


def test_an_inner_record_is_wrapped_and_numbered() -> None:
    _, value, headers = in_kafka(rejected(RAW, "decode", REFUSED, 3, b"[{}]"))
    assert (value, dict(headers)["weft.dead.index"]) == (b"[{}]", b"3")


def test_a_null_value_stays_null() -> None:
    letter = rejected(FakeRecord(None), "decode", RejectedRecord("decode.tombstone", "the value is null"))
    assert in_kafka(letter)[1] is None


def test_by_reference_there_is_a_hash_and_no_value() -> None:
    _, value, headers = in_kafka(rejected(RAW, "decode", REFUSED), by_reference=True)
    assert (value, dict(headers)["weft.dead.sha256"]) == (None, sha256(b"original \xff").hexdigest().encode())


def test_a_strangers_headers_are_kept_and_not_believed() -> None:
    raw = FakeRecord(b"x", headers=[("weft.dead.reason", b"forged"), ("Weft.Anything", b"1")])
    _, _, headers = in_kafka(rejected(raw, "decode", REFUSED))
    assert headers[:2] == [("weft.untrusted.dead.reason", b"forged"), ("weft.untrusted.Anything", b"1")]
    assert DeadLetterHeaders.from_kafka(headers).reason == "decode.json"


def test_earlier_deaths_are_counted() -> None:
    raw = FakeRecord(b"x", headers=[("weft.redrive.attempts", b"2"), ("weft.redrive.first", b"raw-logs-0-1")])
    _, _, headers = in_kafka(rejected(raw, "decode", REFUSED))
    assert DeadLetterHeaders.from_kafka(headers).attempts == 3


@pytest.mark.parametrize("error", [KeyError("input text"), RecursionError("input text"), ValueError("input text")])
def test_of_an_unexpected_error_class_and_place_are_told_and_never_its_text(error: Exception) -> None:
    try:
        raise error
    except type(error) as caught:
        letter = rejected(RAW, "decode", caught)
    assert letter.reason == "internal.decode"
    assert letter.error.startswith(f"{type(error).__name__} at ")
    assert "input text" not in letter.error


def test_every_dead_letter_of_the_pipeline_has_a_kafka_form() -> None:
    deep = "[" * 70 + "]" * 70
    for letter in outcome_of(None, "", deep, f"[{deep},1]").dead:
        _, _, headers = in_kafka(letter)
        assert DeadLetterHeaders.from_kafka(headers).reason == letter.reason
