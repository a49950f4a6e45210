"""Which outputs were seen for the offsets of one raw partition, kept small: twelve bytes an offset."""

from __future__ import annotations

from array import array
from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray

_NOTHING = 0
_COVERED = 1
_LEAST_PRINT = 2
_PRINT_BITS = 0xFFFF_FFFF_FFFF_FFFF
_EXAMPLES = 10


class Outcomes:
    """Outputs by event id, for offsets from `base` up to `end`.

    `replays` counts outputs seen again, `reprocessed` those with other bytes under another provenance, which is
    meant to be, `altered` those with other bytes under the same one, which must not be. Bytes are compared by a
    64-bit hash. Inner records of a batch cost about 200 bytes each, everything else twelve.
    """

    def __init__(self, base: int, end: int) -> None:
        self.base = base
        self.replays = 0
        self.reprocessed = 0
        self.altered = 0
        self.altered_examples: list[str] = []
        size = max(0, end - base)
        self._prints = array("Q", bytes(8 * size))
        self._provenances = array("I", bytes(4 * size))
        self._inner: dict[tuple[int, int], tuple[int, int]] = {}

    def note(self, offset: int, inner: int | None, content: Hashable, provenance: int) -> bool:
        """Take note of an output; False when its offset is outside of what is looked at."""
        index = offset - self.base
        if not 0 <= index < len(self._prints):
            return False
        fingerprint = max(hash(content) & _PRINT_BITS, _LEAST_PRINT)
        if inner is None:
            before = (self._prints[index], self._provenances[index])
            self._prints[index], self._provenances[index] = fingerprint, provenance
        else:
            before = self._inner.get((index, inner), (_NOTHING, 0))
            self._inner[index, inner] = (fingerprint, provenance)
            self.cover(offset, 1)
        if before[0] >= _LEAST_PRINT:
            self._compare(before, (fingerprint, provenance), f"{offset}" if inner is None else f"{offset}.{inner}")
        return True

    def cover(self, offset: int, count: int) -> None:
        """Mark offsets that have their outcome elsewhere: in an inner record, or in one for a whole batch."""
        start = max(0, offset - self.base)
        for index in range(start, min(offset + count - self.base, len(self._prints))):
            self._prints[index] = self._prints[index] or _COVERED

    def _compare(self, before: tuple[int, int], now: tuple[int, int], identity: str) -> None:
        self.replays += 1
        if before[0] == now[0]:
            return
        if before[1] != now[1]:
            self.reprocessed += 1
            return
        self.altered += 1
        if len(self.altered_examples) < _EXAMPLES:
            self.altered_examples.append(identity)

    def missing(self, committed: int) -> NDArray[np.int64]:
        """Give the offsets below `committed` of which no output was seen, ascending."""
        prints = np.frombuffer(self._prints, dtype=np.uint64)[: max(0, committed - self.base)]
        return np.flatnonzero(prints == _NOTHING) + self.base

    def distinct(self, committed: int) -> int:
        """Count the different outputs of offsets below `committed`."""
        length = max(0, committed - self.base)
        prints = np.frombuffer(self._prints, dtype=np.uint64)[:length]
        return int(np.count_nonzero(prints >= _LEAST_PRINT)) + sum(index < length for index, _ in self._inner)
