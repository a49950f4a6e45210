"""What of a partition a store has already, as far as its sink needs to be told."""

from __future__ import annotations

from collections.abc import Sequence

from streams.resilience.deduplication import Deduplication, batch_of
from streams.sinks.base import Batch, Item, Marks


class Everything:
    """For sinks that know each record by its event id, or take it however often it comes: all is new to them."""

    def __init__(self, topic: str, partition: int) -> None:
        self._topic = topic
        self._partition = partition

    def is_new(self, item: Item) -> bool:
        """Tell whether a record is to be stored."""
        return True

    def batch(self, items: Sequence[Item]) -> Batch:
        """Make a batch of new records."""
        return Batch(self._topic, self._partition, items)


class Marked(Everything):
    """For sinks that only append: replays are known by the marks that were stored with the records."""

    def __init__(self, topic: str, partition: int, marks: Marks) -> None:
        super().__init__(topic, partition)
        self._deduplication = Deduplication(marks)
        self._marks = marks

    def is_new(self, item: Item) -> bool:
        """Tell whether a record is not stored yet; the next time it is."""
        return self._deduplication.is_new(item)

    def batch(self, items: Sequence[Item]) -> Batch:
        """Make a batch of new records, behind all those before it."""
        batch = batch_of(self._topic, self._partition, items, self._marks)
        self._marks = batch.marks
        return batch
