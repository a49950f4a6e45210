"""Take fetched batches apart: aiokafka reads those that it can open, the first that it cannot is read by hand.

Uses aiokafka's record classes as `PartitionRecords` in `aiokafka/consumer/fetcher.py` of 0.14.0 does, which is pinned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple

from aiokafka import TopicPartition
from aiokafka.record.control_record import ABORT_MARKER, ControlRecord
from aiokafka.record.default_records import DefaultRecordBatch

from schemas.headers import DEAD_PREFIX, pack_headers
from streams.kafka.aborted import AbortedTransactions
from streams.kafka.batch_codecs import decompress
from streams.kafka.record_format import Batch, MalformedBatch, RawHeaders, WireRecord, split_batches, walk_records
from streams.kafka.single_fetch import Fetched
from streams.types import Headers, RawRecord

HEADERS_HEADER: Final = f"{DEAD_PREFIX}headers_b64"
COUNT_HEADER: Final = f"{DEAD_PREFIX}count"


@dataclass(frozen=True, slots=True)
class LenientRecord:
    """A record as aiokafka would have given it, or the stand-in for a batch that does not open (null key, value)."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class LenientRead(NamedTuple):
    """What was found from the asked offset on; normal fetching goes on at `next_offset`, which is higher.

    `records` are in order, good and bad. `undecodable` maps the offset of each bad one to class and message of
    its error. The last header of a bad record is ours, whatever a stranger sent before it:

    - `weft.dead.headers_b64`: names of its headers are not UTF-8. The other headers stand before it; this one
      holds all of them, as `schemas.headers.pack_headers` writes them. Key and value are the record's own.
    - `weft.dead.count`: it stands for that many consecutive offsets, a whole batch that does not open.
    """

    records: list[RawRecord]
    undecodable: dict[int, str]
    next_offset: int


def read_batches(tp: TopicPartition, offset: int, fetched: Fetched) -> LenientRead:
    """Read fetched batches up to the end of the first that aiokafka cannot open.

    Raises:
        MalformedBatch: nothing leads on from `offset`.
    """
    reading = _Reading(tp, offset, fetched)
    try:
        for batch in split_batches(fetched.data):
            if not reading.take(batch):
                break
    except MalformedBatch:
        if reading.position == offset:
            raise
    if reading.position == offset:
        raise MalformedBatch("no whole batch leads on")
    return LenientRead(reading.records, reading.undecodable, reading.position)


class _Reading:
    """What was read so far; `position` is the next offset."""

    def __init__(self, tp: TopicPartition, offset: int, fetched: Fetched) -> None:
        self.position = offset
        self.records: list[RawRecord] = []
        self.undecodable: dict[int, str] = {}
        self._new = partial(LenientRecord, tp.topic, tp.partition)
        self._end = fetched.end
        self._aborted = AbortedTransactions(fetched.aborted)

    def take(self, batch: Batch) -> bool:
        """Read one batch; False when aiokafka cannot open it, and it was the last to be read.

        Raises:
            MalformedBatch: nothing in it can be read and its head cannot be believed.
        """
        try:
            found = list(self._open(batch))
        except MalformedBatch as error:
            self._stand_in(batch, error)
            return False
        except Exception:  # noqa: BLE001 - whatever it is, `getmany` raises it too
            self._take_apart(batch)
            return False
        self._advance(found, batch.head.next_offset)
        return True

    def _open(self, batch: Batch) -> Iterator[LenientRecord]:
        """Read a batch by aiokafka's means, in the order of its checks; control and aborted ones give nothing."""
        opened = DefaultRecordBatch(batch.data)
        if not opened.validate_crc():
            raise MalformedBatch("the checksum does not match")
        aborted = self._aborted.cover(batch.head)
        if batch.head.control:
            if _is_abort_marker(opened):
                self._aborted.end(batch.head.producer_id)
        elif not aborted:
            for record in opened:
                yield self._new(record.offset, record.timestamp, record.key, record.value, tuple(record.headers))

    def _take_apart(self, batch: Batch) -> None:
        """Read the records by hand, those with unreadable header names included."""
        try:
            wire = _walk(batch)
        except MalformedBatch as error:
            self._stand_in(batch, error)
            return
        found: list[LenientRecord] = []
        for record in wire:
            headers, problem = _readable(record.headers)
            found.append(self._new(record.offset, record.timestamp, record.key, record.value, headers))
            if problem and record.offset >= self.position:
                self.undecodable[record.offset] = problem
        self._advance(found, batch.head.next_offset)

    def _stand_in(self, batch: Batch, error: MalformedBatch) -> None:
        """Replace a batch that does not open by one record without key and value."""
        offset = max(self.position, batch.head.base_offset)
        next_offset = self._believed_end(batch)
        if next_offset is None or next_offset <= offset:
            raise MalformedBatch(f"{error}, and its head does not say believably where it ends")
        timestamp = max(batch.head.max_timestamp, -1)
        self.undecodable[offset] = f"{type(error).__name__}: {error}"
        self._advance(
            [self._new(offset, timestamp, None, None, [(COUNT_HEADER, b"%d" % (next_offset - offset))])], next_offset
        )

    def _believed_end(self, batch: Batch) -> int | None:
        """Give the offset behind a batch whose checksum may be wrong; None when the head may not be believed.

        It takes two witnesses, so that no record is passed over unseen: what the head claims, and the batch that
        follows, the end of the readable log or the number of records.
        """
        head = batch.head
        claimed = head.next_offset
        if head.last_offset_delta < 0 or claimed > self._end:
            return None
        if batch.following is not None:
            return batch.following if claimed <= batch.following <= self._end else None
        dense = head.record_count == head.last_offset_delta + 1
        return claimed if dense or claimed == self._end else None

    def _advance(self, found: list[LenientRecord], next_offset: int) -> None:
        for record in found:
            if record.offset >= self.position:
                self.records.append(record)
                self.position = record.offset + 1
        self.position = max(self.position, next_offset)


def _walk(batch: Batch) -> list[WireRecord]:
    if batch.head.control:
        raise MalformedBatch("a control batch without a marker")
    return list(walk_records(batch.head, decompress(batch.head.codec, batch.payload)))


def _is_abort_marker(control: Iterable[Any]) -> bool:
    marker = next(iter(control), None)
    return marker is not None and ControlRecord.parse(marker.key) == ABORT_MARKER


def _readable(headers: RawHeaders) -> tuple[Headers, str | None]:
    """Decode the names of headers; with the packed originals and an error when one is not UTF-8."""
    decoded: list[tuple[str, bytes | None]] = []
    for name, value in headers:
        try:
            decoded.append((name.decode(), value))
        except UnicodeDecodeError:
            continue
    unreadable = len(headers) - len(decoded)
    if not unreadable:
        return decoded, None
    decoded.append((HEADERS_HEADER, pack_headers(headers).encode()))
    return decoded, f"UnicodeDecodeError: names of {unreadable} out of {len(headers)} headers are not UTF-8"
