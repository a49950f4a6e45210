"""Memory sinks that settings can name, as `use: tests.stores:Keyed`; each sink's store is found by its name."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from streams.sinks.base import Place
from streams.testing.memory_sink import AppendingMemorySink, DeduplicatedMemorySink, KeyedMemorySink, MemoryStore

STORES: defaultdict[str, MemoryStore] = defaultdict(MemoryStore)


class Keyed(KeyedMemorySink):
    """Keeps one version of each record."""

    def __init__(self, options: Any, place: Place) -> None:
        super().__init__(options, place, STORES[place.name])


class Appending(AppendingMemorySink):
    """Keeps whatever comes."""

    def __init__(self, options: Any, place: Place) -> None:
        super().__init__(options, place, STORES[place.name])


class Deduplicated(DeduplicatedMemorySink):
    """Keeps whatever comes, and its marks."""

    def __init__(self, options: Any, place: Place) -> None:
        super().__init__(options, place, STORES[place.name])
