"""Two steps of aiokafka that every record takes, in half the time.

They reach into what is private there; written for aiokafka 0.14.0, which is pinned.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.producer.message_accumulator import BatchBuilder

from streams.types import DeadLetter, Headers, RawRecord

Filling: TypeAlias = tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]], object]
"""Key, value, headers, and what nobody here looks at."""

OutputRecord: TypeAlias = tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]], RawRecord | DeadLetter]
"""Key, value, headers, and what it was made of; a plain tuple because one is made per record."""


@dataclass(slots=True, eq=False)
class FetchedRecord:
    """What aiokafka's ConsumerRecord says of a record, without what nobody reads."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


def give_fetched_records() -> None:
    """Let all consumers of this process give FetchedRecords from now on.

    `PartitionRecords._consumer_record` (aiokafka/consumer/fetcher.py) makes objects of eleven fields instead.
    """
    PartitionRecords._consumer_record = _fetched_record  # type: ignore[method-assign]  # noqa: SLF001


def _fetched_record(_: PartitionRecords, tp: TopicPartition, record: Any) -> FetchedRecord:
    return FetchedRecord(
        tp.topic, tp.partition, record.offset, record.timestamp, record.key, record.value, tuple(record.headers)
    )


def fill(batch: BatchBuilder, records: Iterable[Filling], timestamp_ms: int) -> int:
    """Put records into a new batch until one does not fit, and close it; gives how many are in it.

    As `BatchBuilder.append` (aiokafka/producer/message_accumulator.py) does for each.
    """
    append, count = batch._builder.append, 0  # noqa: SLF001 - see the module's docstring
    for key, value, headers, _ in records:
        if append(count, timestamp_ms, key, value, headers) is None:
            break
        count += 1
    batch._relative_offset = count  # noqa: SLF001
    batch.close()  # an open batch would let others append to it
    return count
