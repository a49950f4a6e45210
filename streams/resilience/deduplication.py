"""Drops what a store already has: one mark a raw partition, the highest position of it that is stored.

Records of one raw partition reach a partition of `enriched` in the order of their positions, and a replay goes back
and comes the same way again, so whatever is at or below the mark was there before. Positions are compared as numbers:
as text, `raw-logs-0-10` would be below `raw-logs-0-9`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from streams.errors import RejectedRecord
from streams.sinks.base import Batch, Item, Marks, Position, SourcePartition
from streams.sinks.positions import position_of


class Deduplication:
    """Tells new records of one partition of `enriched` from replays, beginning with the marks that are stored."""

    def __init__(self, marks: Marks) -> None:
        self._passed = dict(marks)

    def is_new(self, item: Item) -> bool:
        """Tell whether a record was not here before; the next time it was.

        Raises:
            RejectedRecord: its event id does not say where it comes from, so nobody can tell.
        """
        source, position = _position(item)
        mark = self._passed.get(source)
        if mark is not None and position <= mark:
            return False
        self._passed[source] = position
        return True


def batch_of(topic: str, partition: int, items: Sequence[Item], marks: Marks) -> Batch:
    """Make the batch that a deduplicating sink is given: new records, and the marks before them."""
    return Batch(topic, partition, items, marks=advanced(marks, items), before=marks)


def part_of(batch: Batch, items: Sequence[Item], end: int) -> Batch:
    """Give some records of a batch, the last of which stands before `end`, with the marks that hold at `end`."""
    whole = end == len(batch.items) or not batch.marks
    marks = batch.marks if whole else advanced(batch.before, batch.items[:end])
    return Batch(batch.topic, batch.partition, items, marks=marks, before=batch.before)


def advanced(marks: Marks, items: Iterable[Item]) -> Marks:
    """Give the marks after some records, whether a store took them or they are dead letters."""
    return {**marks, **dict(map(_position, items))}


def _position(item: Item) -> tuple[SourcePartition, Position]:
    try:
        return position_of(item.event_id)
    except ValueError:
        raise RejectedRecord("sink.rejected", "the event id names no topic, partition and offset") from None
