"""What is taken past aiokafka's own steps comes out as theirs."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from streams.kafka.shortcuts import OutputRecord, fill, give_fetched_records
from streams.testing import chunk_of

NOW = 1_795_521_600_000
RAW = chunk_of("x").records[0]
RECORDS: list[OutputRecord] = [
    (b"key", b"value", [], RAW),
    (None, b"without key", [], RAW),
    (b"dead", None, [("weft.dead.reason", b"decode.json"), ("empty", None)], RAW),
]


def appended(records: Sequence[OutputRecord], size: int) -> BatchBuilder:
    batch = BatchBuilder(size, 0)
    for key, value, headers, _ in records:
        if batch.append(key=key, value=value, timestamp=NOW, headers=headers) is None:
            break
    batch.close()
    return batch


@pytest.mark.parametrize(("size", "number"), [(10_000, 3), (100, 2), (1, 1)])
def test_a_filled_batch_is_the_one_that_its_own_append_makes(size: int, number: int) -> None:
    batch, expected = BatchBuilder(size, 0), appended(RECORDS, size)

    assert fill(batch, RECORDS, NOW) == number
    assert batch.record_count() == expected.record_count() == number
    assert bytes(batch._build()) == bytes(expected._build())


def test_nothing_is_appended_to_a_filled_batch() -> None:
    batch = BatchBuilder(10_000, 0)
    fill(batch, RECORDS, NOW)
    assert batch.append(key=b"late", value=b"late", timestamp=NOW) is None


def fetched() -> list[tuple[object, ...]]:
    """All that the pipeline reads of records as aiokafka's consumer gives them."""
    data = bytes(appended(RECORDS, 10_000)._build())
    records = PartitionRecords(
        TopicPartition("raw-logs", 3), MemoryRecords(data), [], 0, None, None, True, READ_COMMITTED
    )
    return [
        (raw.topic, raw.partition, raw.offset, raw.timestamp, raw.key, raw.value, tuple(raw.headers)) for raw in records
    ]


def test_a_fetched_record_says_the_same_as_aiokafkas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PartitionRecords, "_consumer_record", PartitionRecords._consumer_record)
    expected = fetched()

    give_fetched_records()

    assert fetched() == expected
    assert [offset for _, _, offset, *_ in expected] == [0, 1, 2]
