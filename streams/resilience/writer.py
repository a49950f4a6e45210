"""One try at writing to a sink, which knows what an earlier try without an answer has stored after all."""

from __future__ import annotations

from collections.abc import Sequence

from streams.resilience.deduplication import Deduplication, part_of
from streams.sinks.base import OK, Batch, DeduplicatedSink, Marks, Refused, Result, Sink


class Writer:
    """Writes batches, of each partition one at a time.

    A deduplicating sink is asked for its marks again when nothing is known of a write, because it timed out or the
    connection was cut: what turns out to be stored is not written a second time.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._unknown: set[tuple[str, int]] = set()
        self._marks: dict[tuple[str, int], Marks] = {}
        """Of partitions whose records may be stored without anybody having been told, until one comes that is not."""

    async def write(self, batch: Batch) -> Sequence[Result]:
        """Write once; gives a result for each item.

        Raises:
            Unavailable: nothing is known of any of them.
            Refused: something in the batch is wrong, and the store does not tell which.
        """
        stored = await self._stored(batch)
        if not any(stored):
            return await self._write(batch)
        fresh = [item for item, known in zip(batch.items, stored, strict=True) if not known]
        results = iter(await self._write(part_of(batch, fresh, len(batch.items)))) if fresh else iter(())
        return [OK if known else next(results) for known in stored]

    async def _stored(self, batch: Batch) -> Sequence[bool]:
        place = batch.topic, batch.partition
        if not isinstance(self._sink, DeduplicatedSink) or not batch.marks:
            return ()
        if place in self._unknown:
            self._marks[place] = await self._sink.take(*place)
            self._unknown.discard(place)
        if place not in self._marks:
            return ()
        known = Deduplication(self._marks[place])
        stored = [not known.is_new(item) for item in batch.items]
        if not stored[-1]:
            del self._marks[place]
        return stored

    async def _write(self, batch: Batch) -> Sequence[Result]:
        place = batch.topic, batch.partition
        self._unknown.add(place)
        try:
            results = await self._sink.write(batch)
        except Refused:
            self._unknown.discard(place)
            raise
        self._unknown.discard(place)
        return results
