"""A bounded memory of answers that grow old."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Final, Generic, TypeVar

V = TypeVar("V")

_LONGEST_KEY: Final = 1_024
"""Longer keys are not kept, so that a stranger's cannot fill the memory."""


class Cache(Generic[V]):
    """Keeps at most `entries` values, each for `seconds`; the one that was asked for longest ago makes room."""

    def __init__(self, entries: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.hits = self.misses = 0
        self._entries = entries
        self._seconds = seconds
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, V]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, keys: Iterable[str]) -> tuple[dict[str, V], list[str]]:
        """Give the values that are known and young enough, and the keys that have none."""
        now, kept = self._clock(), self._kept
        found: dict[str, V] = {}
        missing: list[str] = []
        for key in keys:
            entry = kept.get(key)
            if entry is None or entry[0] <= now:
                missing.append(key)
            else:
                kept.move_to_end(key)
                found[key] = entry[1]
        self.hits += len(found)
        self.misses += len(missing)
        return found, missing

    def keep(self, key: str, value: V) -> None:
        """Remember a value from now on."""
        if len(key) > _LONGEST_KEY:
            return
        self._kept[key] = (self._clock() + self._seconds, value)
        self._kept.move_to_end(key)
        while len(self._kept) > self._entries:
            self._kept.popitem(last=False)
