"""Headers of a dead letter, to Kafka and back."""

from typing import Any

import pytest

from schemas.dead_letter import DeadLetterHeaders

REQUIRED: dict[str, Any] = {
    "reason": "decode.json",
    "stage": "decode",
    "error": "JSONDecodeError: é at byte 7",
    "topic": "raw-logs",
    "partition": 3,
    "offset": 2**62,
    "timestamp_ms": 1_772_366_400_250,
    "attempts": 1,
    "version": "0.1.0",
    "pipeline": "5d1c0b6e9f2a4c77",
}
OPTIONAL: dict[str, Any] = {
    "index": 0,
    "event_id": "raw-logs-3-17",
    "sink": "postgres",
    "count": 40,
    "sha256": "ab" * 32,
    "headers_b64": "//4=:aGk=",
}


def test_every_field_becomes_a_header_of_text() -> None:
    headers = dict(DeadLetterHeaders(**REQUIRED).to_kafka())

    assert headers == {f"weft.dead.{name}": str(value).encode() for name, value in REQUIRED.items()}


@pytest.mark.parametrize("extra", [{}, OPTIONAL, *({name: value} for name, value in OPTIONAL.items())])
def test_headers_come_back_from_kafka(extra: dict[str, Any]) -> None:
    letter = DeadLetterHeaders(**REQUIRED, **extra)

    assert DeadLetterHeaders.from_kafka(letter.to_kafka()) == letter


def test_what_is_none_has_no_header() -> None:
    nothing: dict[str, Any] = dict.fromkeys(OPTIONAL)
    letter = DeadLetterHeaders(**REQUIRED, **nothing)

    assert letter.to_kafka() == DeadLetterHeaders(**REQUIRED).to_kafka()


def test_a_message_that_is_no_text_does_not_lose_the_dead_letter() -> None:
    headers = DeadLetterHeaders(**{**REQUIRED, "error": "lone \ud800"}).to_kafka()

    assert dict(headers)["weft.dead.error"] == b"lone \\ud800"


@pytest.mark.parametrize("timestamp_ms", [-(2**63), -1, 0, 2**63 - 1])
def test_takes_whatever_timestamp_a_producer_chose(timestamp_ms: int) -> None:
    headers = DeadLetterHeaders(**{**REQUIRED, "timestamp_ms": timestamp_ms}).to_kafka()

    assert dict(headers)["weft.dead.timestamp_ms"] == str(timestamp_ms).encode()


def test_other_headers_are_ignored_and_the_last_of_duplicates_wins() -> None:
    headers = DeadLetterHeaders(**REQUIRED).to_kafka()

    read = DeadLetterHeaders.from_kafka(
        [
            ("weft.dead.stage", b"first"),
            *headers,
            ("weft.dead.stage", b"last"),
            ("content-type", b"\xff"),
            ("weft.untrusted.dead.stage", b"forged"),
            ("weft.dead.brand_new", b"kept by its writer"),
        ]
    )

    assert read == DeadLetterHeaders(**{**REQUIRED, "stage": "last"})


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_a_missing_header_is_named(name: str) -> None:
    headers = [header for header in DeadLetterHeaders(**REQUIRED).to_kafka() if header[0] != f"weft.dead.{name}"]

    with pytest.raises(ValueError, match=f"weft.dead.{name}"):
        DeadLetterHeaders.from_kafka(headers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stage", b"Not a word"),
        ("partition", b"-1"),
        ("offset", b"7.5"),
        ("timestamp_ms", b"noon"),
        ("attempts", b"0"),
        ("pipeline", b"xyz"),
        ("sha256", b"ab"),
        ("count", b"0"),
        ("event_id", b"17"),
        ("error", b"\xff"),
        ("reason", None),
    ],
)
def test_a_malformed_header_is_refused(name: str, value: bytes | None) -> None:
    headers = dict(DeadLetterHeaders(**REQUIRED).to_kafka())
    headers[f"weft.dead.{name}"] = value

    with pytest.raises(ValueError):  # noqa: PT011 - text that is not UTF-8 and a broken rule have different messages
        DeadLetterHeaders.from_kafka([*headers.items()])


def test_an_unknown_reason_is_kept_by_readers_and_refused_for_writers() -> None:
    letter = DeadLetterHeaders(**{**REQUIRED, "reason": "brand.new"})

    with pytest.raises(ValueError, match="vocabulary"):
        letter.to_kafka()


@pytest.mark.parametrize("reason", ["decode.kafka", "internal.encode"])
def test_a_writer_may_give_every_reason_of_the_vocabulary(reason: str) -> None:
    headers = DeadLetterHeaders(**{**REQUIRED, "reason": reason}).to_kafka()

    assert dict(headers)["weft.dead.reason"] == reason.encode()
