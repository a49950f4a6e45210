"""How much waits behind events that are not over, against its bounds."""

from __future__ import annotations

from collections import deque

from streams.settings import Multiline
from streams.types import RawRecord


class Chain:
    """The records since the last offset that no event has lines on both sides of.

    Each measure can only shrink when records leave at the front. So a replay that begins at such an offset, and has
    not seen what was before, never finds the chain full where the first run did not.
    """

    def __init__(self, bounds: Multiline) -> None:
        self._bounds = bounds
        self._bytes = 0
        self._records: deque[tuple[int, int]] = deque()
        self._earliest: deque[tuple[int, int]] = deque()

    def add(self, raw: RawRecord) -> None:
        """Count a record."""
        size = len(raw.value or b"")
        self._bytes += size
        self._records.append((raw.offset, size))
        # What is later than a record behind it will never be the earliest again (a sliding window's minimum).
        while self._earliest and self._earliest[-1][1] >= raw.timestamp:
            self._earliest.pop()
        self._earliest.append((raw.offset, raw.timestamp))

    def forget(self, before: int) -> None:
        """Leave out the records with offsets below `before`."""
        while self._records and self._records[0][0] < before:
            self._bytes -= self._records.popleft()[1]
        while self._earliest and self._earliest[0][0] < before:
            self._earliest.popleft()

    def is_full(self, timestamp: int) -> bool:
        """Whether a bound is reached with a record of this time."""
        bounds = self._bounds
        return bool(self._records) and (
            len(self._records) >= bounds.chain_records
            or self._bytes >= bounds.chain_bytes
            or timestamp - self._earliest[0][1] > bounds.chain_milliseconds
        )
