"""Public fakes: what a test of anything around the pipeline needs, without Kafka."""

from __future__ import annotations

from dataclasses import dataclass

from streams.types import Chunk, Headers, PartitionState

NOON = 1_795_521_600_000
"""2026-11-24T12:00:00Z in milliseconds: the Kafka timestamp of every fake record that names none."""


@dataclass(frozen=True, slots=True)
class FakeRecord:
    """A raw record with every field at a harmless default."""

    value: bytes | None = b"{}"
    offset: int = 0
    key: bytes | None = None
    headers: Headers = ()
    timestamp: int = NOON
    topic: str = "raw-logs"
    partition: int = 0


def chunk_of(*values: bytes | str | FakeRecord | None, start: int = 0, state: PartitionState | None = None) -> Chunk:
    """Build a chunk of consecutive records; values become FakeRecords at the offsets from `start` on."""
    records = [_record(value, start + index) for index, value in enumerate(values)]
    topic, partition = (records[0].topic, records[0].partition) if records else ("raw-logs", 0)
    return Chunk(topic, partition, records, start + len(records), state or PartitionState(topic, partition))


def _record(value: bytes | str | FakeRecord | None, offset: int) -> FakeRecord:
    if isinstance(value, FakeRecord):
        return value
    return FakeRecord(value.encode() if isinstance(value, str) else value, offset)
