"""Sinks that write to memory, one for each effect, and a store that a test breaks and mends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from streams.sinks.base import (
    OK,
    Batch,
    DeduplicatedSink,
    Effect,
    Item,
    Marks,
    Outcome,
    Place,
    Refused,
    Result,
    Sink,
    SinkOptions,
    Unavailable,
)

_LATER: Final = Result(Outcome.RETRY, "beside one that is refused")
_REFUSED: Final = Result(Outcome.REJECTED, "the store refused it")

StoreMood = Literal["well", "unreachable", "full", "silent"]


class MemoryStore:
    """What memory sinks write to; it outlives them.

    `rows` are the stored items in stored order. While it is `unreachable` or `full`, writes fail at once; while it is
    `silent`, they wait until it becomes something else. A record of which `refuses` is true is refused: by name, or
    without telling which one if `tells` is false. It cuts connections itself: an answer is one byte.
    """

    def __init__(self) -> None:
        self.rows: list[Item] = []
        self.marks: dict[tuple[str, int], Marks] = {}
        self.mood: StoreMood = "well"
        self.refuses: Callable[[Item], bool] = lambda item: False
        self.tells = True
        self.cuts = self.answered = 0
        self._answers_left: int | None = None
        self._changed = asyncio.Event()

    def become(self, mood: StoreMood) -> None:
        """Break or mend it."""
        self.mood = mood
        self._changed.set()
        self._changed = asyncio.Event()

    def cut_after(self, answered: int) -> None:
        """Lose the answer that comes after so many further ones."""
        self._answers_left = answered

    async def answer(self) -> None:
        """Wait until it has an answer.

        Raises:
            Unavailable: it has none now.
        """
        await asyncio.sleep(0)
        while self.mood == "silent":
            await self._changed.wait()
        if self.mood != "well":
            raise Unavailable(f"the store is {self.mood}")

    def store(self, batch: Batch, put: Callable[[Sequence[Item]], None]) -> list[Result]:
        """Put what it does not refuse; with marks, in one step with these, a batch as a whole.

        Raises:
            Refused: something is wrong, and it does not tell what.
            Unavailable: the answer is lost.
        """
        refused = [self.refuses(item) for item in batch.items]
        if any(refused) and not self.tells:
            raise Refused("the store refused the batch")
        if any(refused) and batch.marks:
            return [_REFUSED if bad else _LATER for bad in refused]
        put([item for item, bad in zip(batch.items, refused, strict=True) if not bad])
        self.marks[batch.topic, batch.partition] = batch.marks
        self._pass_answer()
        return [_REFUSED if bad else OK for bad in refused]

    def _pass_answer(self) -> None:
        if self._answers_left == 0:
            self._answers_left = None
            self.cuts += 1
            raise Unavailable("the connection was cut")
        if self._answers_left is not None:
            self._answers_left -= 1
        self.answered += 1


class AppendingMemorySink(Sink):
    """Appends every record to a `MemoryStore`."""

    name = "memory-appending"
    effect = Effect.AT_LEAST_ONCE

    def __init__(self, options: Any = None, place: Place | None = None, store: MemoryStore | None = None) -> None:
        super().__init__(options or SinkOptions(), place or Place(name=self.name, directory=Path()))
        self.memory = store or MemoryStore()

    async def start(self) -> None:
        """Find the store.

        Raises:
            Unavailable: it does not answer.
        """
        await self.memory.answer()

    async def write(self, batch: Batch) -> Sequence[Result]:
        """Append the records.

        Raises:
            Unavailable: the store does not answer.
            Refused: it refuses one of them and does not tell which.
        """
        await self.memory.answer()
        return self.memory.store(batch, self.memory.rows.extend)


class DeduplicatedMemorySink(AppendingMemorySink, DeduplicatedSink):
    """Appends records to a `MemoryStore`, and keeps the marks there."""

    name = "memory-deduplicated"
    effect = Effect.DEDUPLICATED

    async def take(self, topic: str, partition: int) -> Marks:
        """Give the marks of a partition.

        Raises:
            Unavailable: the store does not answer.
        """
        await self.memory.answer()
        return self.memory.marks.get((topic, partition), {})


class KeyedMemorySink(AppendingMemorySink):
    """Keeps one version of each event id in a `MemoryStore`."""

    name = "memory-keyed"
    effect = Effect.KEYED

    async def write(self, batch: Batch) -> Sequence[Result]:
        """Add the records that are new, and replace the others if that is wanted.

        Raises:
            Unavailable: the store does not answer.
            Refused: it refuses one of them and does not tell which.
        """
        await self.memory.answer()
        return self.memory.store(batch, self._upsert)

    def _upsert(self, items: Sequence[Item]) -> None:
        rows: Mapping[str, Item] = {item.event_id: item for item in self.memory.rows}
        found = {item.event_id: item for item in items}
        kept = {**rows, **found} if self.place.rewrite else {**found, **rows}
        order = dict.fromkeys((*rows, *found))
        self.memory.rows[:] = [kept[event_id] for event_id in order]
