"""Kafka's record format v2 read by hand, for batches that the client library gives up on.

Source: the Kafka protocol guide, sections "Record Batch" and "Record". Every length is checked against the
bytes that are there; a varint has at most 64 bits.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

MAX_ITEMS: Final = 100_000
"""Records and headers that one batch may hold in memory."""

_HEAD: Final = struct.Struct(">qiibIhiqqqhii")
_BASE_OFFSET: Final = struct.Struct(">q")
_BEFORE_LENGTH_COUNTS: Final = 12
_VARINT_BYTES: Final = 10
_INT64: Final = 1 << 64

RawHeaders = list[tuple[bytes, bytes | None]]
"""Record headers as they are on the wire: names are bytes."""


class MalformedBatch(Exception):
    """A batch that breaks the format; the message says how and never repeats its text."""


class BatchHead(NamedTuple):
    """The 61 bytes before a batch's records; times are milliseconds since 1970."""

    base_offset: int
    length: int
    leader_epoch: int
    magic: int
    crc: int
    attributes: int
    last_offset_delta: int
    first_timestamp: int
    max_timestamp: int
    producer_id: int
    producer_epoch: int
    base_sequence: int
    record_count: int

    @property
    def codec(self) -> int:
        """How the records are compressed: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd."""
        return self.attributes & 0x07

    @property
    def append_time(self) -> bool:
        """Whether all records have the broker's time, which is `max_timestamp`."""
        return bool(self.attributes & 0x08)

    @property
    def transactional(self) -> bool:
        """Whether the batch belongs to a transaction."""
        return bool(self.attributes & 0x10)

    @property
    def control(self) -> bool:
        """Whether the batch holds a transaction's end marker and no data."""
        return bool(self.attributes & 0x20)

    @property
    def next_offset(self) -> int:
        """The offset behind the batch."""
        return self.base_offset + self.last_offset_delta + 1


class Batch(NamedTuple):
    """One whole batch; `following` is the base offset of the batch behind it, None when that was not fetched."""

    head: BatchHead
    data: bytes
    following: int | None

    @property
    def payload(self) -> bytes:
        """The records, compressed as `head.codec` says."""
        return self.data[_HEAD.size :]


class WireRecord(NamedTuple):
    """One record with the names of its headers as bytes."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: RawHeaders


def split_batches(data: bytes) -> Iterator[Batch]:
    """Give the whole batches of a fetch; a fetch may end within a batch, which is left out.

    Raises:
        MalformedBatch: a length that is too short for a batch, or a format before v2.
    """
    start = 0
    while len(data) - start >= _HEAD.size:
        head = BatchHead._make(_HEAD.unpack_from(data, start))
        if head.magic != 2:
            raise MalformedBatch(f"format v{head.magic} at offset {head.base_offset}, only v2 can be taken apart")
        end = start + _BEFORE_LENGTH_COUNTS + head.length
        if end < start + _HEAD.size:
            raise MalformedBatch(f"batch length {head.length} at offset {head.base_offset}")
        if end > len(data):
            return
        following = _BASE_OFFSET.unpack_from(data, end)[0] if end + _BASE_OFFSET.size <= len(data) else None
        yield Batch(head, data[start:end], following)
        start = end


def walk_records(head: BatchHead, payload: bytes) -> Iterator[WireRecord]:
    """Give the records of a batch's decompressed payload, in order.

    Raises:
        MalformedBatch: the payload is not exactly `head.record_count` records with rising offsets inside the batch.
    """
    if not 0 <= head.record_count <= MAX_ITEMS:
        raise MalformedBatch(f"{head.record_count} records in a batch")
    cursor = _Cursor(payload, MAX_ITEMS - head.record_count)
    lowest = head.base_offset
    for _ in range(head.record_count):
        record = _read_record(cursor, head)
        if not lowest <= record.offset < head.next_offset:
            raise MalformedBatch("a record's offset is out of order or outside its batch")
        lowest = record.offset + 1
        yield record
    if cursor.position != len(payload):
        raise MalformedBatch("bytes behind the last record")


class _Cursor:
    """A position in the payload that cannot leave it; `headers_left` bounds the headers of all records."""

    def __init__(self, data: bytes, headers_left: int) -> None:
        self.position = 0
        self._data = data
        self._headers_left = headers_left

    def take(self, length: int) -> bytes:
        start = self.position
        if not 0 <= length <= len(self._data) - start:
            raise MalformedBatch("a length that leads out of the batch")
        self.position = start + length
        return self._data[start : self.position]

    def varint(self) -> int:
        """Read a zigzag varint (Protocol Buffers encoding); most have one byte, so that is tried first."""
        first = self._data[self.position : self.position + 1]
        if first and first[0] < 0x80:
            self.position += 1
            return (first[0] >> 1) ^ -(first[0] & 1)
        return self._long_varint()

    def _long_varint(self) -> int:
        value = 0
        for index, byte in enumerate(self._data[self.position : self.position + _VARINT_BYTES]):
            value |= (byte & 0x7F) << 7 * index
            if byte < 0x80:
                break
        else:
            raise MalformedBatch("a varint without an end")
        if value >= _INT64:
            raise MalformedBatch("a varint beyond 64 bits")
        self.position += index + 1
        return (value >> 1) ^ -(value & 1)

    def nullable(self) -> bytes | None:
        length = self.varint()
        return None if length < 0 else self.take(length)

    def headers(self) -> RawHeaders:
        count = self.varint()
        if not 0 <= count <= self._headers_left:
            raise MalformedBatch(f"{count} headers in a record")
        self._headers_left -= count
        return [(self.take(self.varint()), self.nullable()) for _ in range(count)]


def _read_record(cursor: _Cursor, head: BatchHead) -> WireRecord:
    length = cursor.varint()
    start = cursor.position
    cursor.take(1)  # attributes, of which none is in use
    timestamp = _wrap(head.first_timestamp + cursor.varint())
    offset = head.base_offset + cursor.varint()
    record = WireRecord(
        offset,
        head.max_timestamp if head.append_time else timestamp,
        cursor.nullable(),
        cursor.nullable(),
        cursor.headers(),
    )
    if cursor.position - start != length:
        raise MalformedBatch("a record whose fields do not fill its length")
    return record


def _wrap(number: int) -> int:
    """Overflow as a signed 64-bit integer does, which is how brokers and clients add timestamps."""
    return (number + _INT64 // 2) % _INT64 - _INT64 // 2
