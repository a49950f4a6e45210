"""Memory sinks under test: the model of what a test can do to a store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from streams.sinks.base import Item, Place, Sink
from streams.sinks.stores import Stored
from streams.testing.items import changed
from streams.testing.memory_sink import AppendingMemorySink, DeduplicatedMemorySink, KeyedMemorySink, MemoryStore
from streams.testing.sink_subject import Cutter, SinkUnderTest


class MemoryUnderTest(SinkUnderTest):
    """Any of the sinks that write to memory; its store refuses what says `spoiled`."""

    kind: type[AppendingMemorySink] = AppendingMemorySink

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.store.refuses = lambda item: "spoiled" in item.record["attributes"]

    def make(self, *, rewrite: bool = False) -> Sink:
        return self.kind(None, Place(name="memory", directory=Path(), rewrite=rewrite), self.store)

    async def read(self) -> Sequence[Stored]:
        return [item.record for item in self.store.rows]

    def spoil(self, item: Item) -> Item:
        return changed(item, attributes={"spoiled": True})

    def cutter(self) -> Cutter:
        return self.store

    async def make_unreachable(self) -> None:
        self.store.become("unreachable")

    async def make_silent(self) -> None:
        self.store.become("silent")

    async def fill(self) -> None:
        self.store.become("full")

    async def mend(self) -> None:
        self.store.become("well")


class DeduplicatedMemoryUnderTest(MemoryUnderTest):
    kind = DeduplicatedMemorySink


class KeyedMemoryUnderTest(MemoryUnderTest):
    kind = KeyedMemorySink


class UntellingMemoryUnderTest(MemoryUnderTest):
    """A store that does not tell which record it refuses."""

    kind = DeduplicatedMemorySink

    def __init__(self) -> None:
        super().__init__()
        self.store.tells = False
