"""What is read as an enriched record, and what becomes a dead letter instead."""

from __future__ import annotations

import pytest

from streams.agents.items import read_item
from streams.sinks.base import Item
from streams.testing import FakeRecord
from streams.testing.items import make_items
from streams.types import DeadLetter

NO_RECORD = "the value is no enriched record"


def test_a_record_is_given_with_its_bytes_and_its_place() -> None:
    (item,) = make_items(1)
    raw = FakeRecord(item.value, 17, key=item.key)

    assert read_item(raw) == Item(17, item.key, item.value, item.event_id, item.record)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        pytest.param(None, NO_RECORD, id="tombstone"),
        pytest.param(b"", NO_RECORD, id="empty"),
        pytest.param(b"\xff", NO_RECORD, id="bytes"),
        pytest.param(b"[" * 100_000, NO_RECORD, id="depth"),
        pytest.param(b"[]", NO_RECORD, id="list"),
        pytest.param(b"1", NO_RECORD, id="number"),
        pytest.param(b'{"schema_version":1}', NO_RECORD, id="no event id"),
        pytest.param(b'{"event_id":"a-0-0"}', "the record has no schema_version", id="no version"),
        pytest.param(b'{"schema_version":99,"event_id":"a-0-0"}', "up to 1: upgrade it", id="a later version"),
        pytest.param(b'{"schema_version":1,"event_id":7}', "the event id names no topic", id="event id is no text"),
        pytest.param(b'{"schema_version":1,"event_id":"x"}', "the event id names no topic", id="no coordinates"),
        pytest.param(b'{"schema_version":1,"event_id":"a-0-0\\n"}', "the event id names no topic", id="line end"),
    ],
)
def test_what_is_no_record_is_a_dead_letter_that_repeats_nothing_of_it(value: bytes | None, error: str) -> None:
    raw = FakeRecord(value)
    letter = read_item(raw)

    assert isinstance(letter, DeadLetter)
    assert (letter.raw, letter.reason, letter.stage) == (raw, "schema.invalid", "sink")
    assert letter.error.startswith("RejectedRecord: ")
    assert error in letter.error


def test_what_the_client_could_not_read_is_a_dead_letter_with_its_reason() -> None:
    letter = read_item(FakeRecord(b"{}"), "the header is cut")

    assert isinstance(letter, DeadLetter)
    assert (letter.reason, letter.stage, letter.error) == ("decode.kafka", "fetch", "the header is cut")
