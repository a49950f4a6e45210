"""One try at writing to a sink, which knows what an earlier try without an answer has stored after all."""

from __future__ import annotations

from collections.abc import Sequence

from streams.resilience.deduplication import Deduplication, part_of
from streams.sinks.base import OK, Batch, DeduplicatedSink, Refused, Result, Sink


class Writer:
    """Writes batches, of each partition one at a time.

    A deduplicating sink is asked for its marks again when nothing is known of a write, because it timed out or the
    connection was cut: what turns out to be stored is not written a second time.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._unknown: set[tuple[str, int]] = set()

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
        if place not in self._unknown or not isinstance(self._sink, DeduplicatedSink) or not batch.marks:
            return ()
        known = Deduplication(await self._sink.take(*place))
        self._unknown.discard(place)
        return [not known.is_new(item) for item in batch.items]

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
