"""What became of the records of a chunk, in columns, and back in order where they were read in another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from streams.types import DeadLetter, RawRecord


@dataclass(slots=True)
class Drained:
    """Columns as in `Outcome`; `next` is the first record that was left, and `split` counts further inner records."""

    keys: list[bytes | None] = field(default_factory=list)
    values: list[bytes] = field(default_factory=list)
    origins: list[RawRecord] = field(default_factory=list)
    dialects: list[str] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    sampled: list[RawRecord] = field(default_factory=list)
    split: int = 0
    next: RawRecord | None = None

    def in_order(self) -> Drained:
        """Give the same by offset; what came of one record stays as it is."""
        offsets = [raw.offset for raw in self.origins]
        dead = sorted(self.dead, key=lambda letter: letter.raw.offset)
        sampled = sorted(self.sampled, key=lambda raw: raw.offset)
        return self._pick(sorted(range(len(offsets)), key=offsets.__getitem__), dead, sampled)

    def cut(self, end: int) -> tuple[Drained, Drained]:
        """Give what comes of records before an offset, and what comes of those behind it."""
        before = [place for place, raw in enumerate(self.origins) if raw.offset < end]
        behind = [place for place, raw in enumerate(self.origins) if raw.offset >= end]
        first = self._pick(
            before,
            [letter for letter in self.dead if letter.raw.offset < end],
            [raw for raw in self.sampled if raw.offset < end],
        )
        rest = self._pick(
            behind,
            [letter for letter in self.dead if letter.raw.offset >= end],
            [raw for raw in self.sampled if raw.offset >= end],
        )
        rest.split, rest.next = 0, None  # inner records are never behind the one that was left
        return first, rest

    def _pick(self, places: Sequence[int], dead: list[DeadLetter], sampled: list[RawRecord]) -> Drained:
        keys, values, origins, dialects = self.keys, self.values, self.origins, self.dialects
        return Drained(
            [keys[place] for place in places],
            [values[place] for place in places],
            [origins[place] for place in places],
            [dialects[place] for place in places],
            dead,
            sampled,
            self.split,
            self.next,
        )
