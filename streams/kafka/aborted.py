"""Which batches belong to aborted transactions, from the list that comes with a read_committed fetch."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from operator import itemgetter

from streams.kafka.record_format import BatchHead


class AbortedTransactions:
    """Follows the batches of one fetch in order, as aiokafka's `PartitionRecords` does.

    `aborted` holds (producer id, first offset) of each aborted transaction; it is empty for read_uncommitted.
    """

    def __init__(self, aborted: Iterable[tuple[int, int]]) -> None:
        self._coming = deque(sorted(aborted, key=itemgetter(1)))
        self._open: set[int] = set()

    def cover(self, head: BatchHead) -> bool:
        """Tell whether the batch, which must not start before the last one asked for, was aborted."""
        while self._coming and self._coming[0][1] <= head.base_offset:
            self._open.add(self._coming.popleft()[0])
        return head.transactional and head.producer_id in self._open

    def end(self, producer_id: int) -> None:
        """Take note of an abort marker: what the producer sends from here belongs to another transaction."""
        self._open.discard(producer_id)
