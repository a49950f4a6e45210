"""Records of one partition that wait to be written, to be taken in batches of bounded size."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from streams.kafka.assignment import FetchedChunk
from streams.types import RawRecord


class Slice(NamedTuple):
    """Consecutive records of one chunk, and the offset behind them and behind what gave no record."""

    chunk: FetchedChunk
    records: Sequence[RawRecord]
    end: int


class Gathered:
    """Chunks in the order of their offsets; a batch may begin and end in the middle of one.

    `records` and `bytes` (of keys and values) are all that wait; `since` is when the first of them came.
    """

    def __init__(self) -> None:
        self.records = self.bytes = 0
        self._chunks: deque[tuple[FetchedChunk, list[int], float]] = deque()
        self._taken = 0

    def __bool__(self) -> bool:
        return bool(self._chunks)

    @property
    def since(self) -> float:
        """When the oldest one came."""
        return self._chunks[0][2]

    def put(self, chunk: FetchedChunk, now: float) -> None:
        """Add a chunk, which may be empty: then only its end matters."""
        sizes = [len(raw.value or b"") + len(raw.key or b"") for raw in chunk.records]
        self._chunks.append((chunk, sizes, now))
        self.records += len(sizes)
        self.bytes += sum(sizes)

    def take(self, most_records: int, most_bytes: int) -> tuple[list[Slice], int]:
        """Take what makes one batch, at least one record if there is any; gives its bytes as well."""
        slices: list[Slice] = []
        records = size = 0
        while self._chunks and records < most_records:
            chunk, sizes, _ = self._chunks[0]
            stop, added = _fitting(sizes, self._taken, most_records - records, most_bytes - size, first=not records)
            if stop == self._taken and stop < len(sizes):
                break
            slices.append(self._slice(chunk, stop, len(sizes)))
            records, size = records + len(slices[-1].records), size + added
            if self._taken:
                break
        self.records -= records
        self.bytes -= size
        return slices, size

    def _slice(self, chunk: FetchedChunk, stop: int, length: int) -> Slice:
        """Take the records of the first chunk up to `stop`, and the chunk with its last."""
        start, self._taken = self._taken, stop % length if length else 0
        if self._taken:
            return Slice(chunk, chunk.records[start:stop], chunk.records[stop].offset)
        self._chunks.popleft()
        return Slice(chunk, chunk.records[start:], chunk.end)


def _fitting(sizes: Sequence[int], start: int, most: int, most_bytes: int, *, first: bool) -> tuple[int, int]:
    """Give where to stop so that records and bytes fit, and the bytes; the first record of a batch always does."""
    stop, total = start, 0
    while stop < len(sizes) and stop - start < most:
        if total + sizes[stop] > most_bytes and not (first and stop == start):
            break
        total += sizes[stop]
        stop += 1
    return stop, total
