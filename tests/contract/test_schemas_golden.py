"""What is published stays readable: golden files, reference page and examples agree with the models."""

import base64
from pathlib import Path
from typing import Any

import pytest

from schemas.conform import conform
from schemas.dead_letter import DeadLetterHeaders
from schemas.examples import example, example_names
from schemas.json_schema import PUBLISHED
from schemas.publish import ROOT, generated_files, published_breaks
from schemas.record import EnrichedRecord

RECORDS = example_names()
DEAD_LETTERS = example_names("dead_letter/v1")


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_schema_is_not_broken(name: str) -> None:
    assert published_breaks(ROOT, name) == []


@pytest.mark.parametrize("path", generated_files(), ids=str)
def test_a_generated_file_is_current(path: Path) -> None:
    assert (ROOT / path).read_text() == generated_files()[path], "run: python -m schemas.publish --write"


def test_every_golden_file_and_example_belongs_to_a_published_message() -> None:
    golden = {
        path.relative_to(ROOT / "schemas/golden").as_posix() for path in (ROOT / "schemas/golden").rglob("*.json")
    }
    examples = {
        path.parent.relative_to(ROOT / "schemas/examples").as_posix()
        for path in (ROOT / "schemas/examples").rglob("*.json")
    }

    assert golden == {f"{name}.schema.json" for name in PUBLISHED}
    assert examples == set(PUBLISHED)


@pytest.mark.parametrize("name", RECORDS)
def test_an_example_is_what_a_writer_may_send(name: str) -> None:
    conform(example(name))


@pytest.mark.parametrize("name", RECORDS)
def test_an_example_names_its_identity_by_its_source(name: str) -> None:
    record = example(name)
    source = record["source"]

    topic, partition, offset = record["event_id"].rsplit("-", 2)
    assert (topic.split("@")[0], int(partition)) == (source["topic"], source["partition"])
    assert int(offset.split(".")[0]) == source["offset"]


def test_the_examples_use_every_key_of_the_record() -> None:
    assert {key for name in RECORDS for key in example(name)} == set(EnrichedRecord.model_fields)


def test_the_examples_have_every_signal_and_every_type_of_metric() -> None:
    parts = [(record["signal"], record.get("metric", {}).get("type")) for record in map(example, RECORDS)]

    assert set(parts) == {
        ("log", None),
        ("span", None),
        ("metric", "gauge"),
        ("metric", "sum"),
        ("metric", "histogram"),
        ("metric", "exponential_histogram"),
        ("metric", "summary"),
    }


def kafka_headers(letter: dict[str, Any]) -> list[tuple[str, bytes | None]]:
    return [(name, value.encode()) for name, value in letter["headers"]]


@pytest.mark.parametrize("name", DEAD_LETTERS)
def test_a_dead_letters_own_headers_come_last_and_in_their_order(name: str) -> None:
    letter = example(name, "dead_letter/v1")
    headers = kafka_headers(letter)

    ours = DeadLetterHeaders.from_kafka(headers).to_kafka()

    assert headers[-len(ours) :] == ours


@pytest.mark.parametrize("name", DEAD_LETTERS)
def test_a_dead_letter_has_a_value_unless_it_is_a_tombstone_or_by_reference(name: str) -> None:
    letter = example(name, "dead_letter/v1")
    headers = DeadLetterHeaders.from_kafka(kafka_headers(letter))
    value = letter["value_b64"]

    without = headers.reason == "decode.tombstone" or headers.sha256 is not None or headers.count is not None
    assert (value is None) == without
    assert value is None or base64.b64decode(value, validate=True)


def test_the_examples_use_every_header_of_dead_letters() -> None:
    letters = [example(name, "dead_letter/v1") for name in DEAD_LETTERS]

    names = {name for letter in letters for name, _ in letter["headers"] if name.startswith("weft.dead.")}
    assert names == {f"weft.dead.{field}" for field in DeadLetterHeaders.model_fields}
