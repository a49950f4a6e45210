"""What became of the records of a chunk, in columns, and back in order where they were read in another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from streams.types import DeadLetter, RawRecord

_offset = attrgetter("offset")


@dataclass(slots=True)
class Drained:
    """Columns as in `Outcome`; `further` has the raw record of each inner one but the first of its value.

    `next` is the first record that was left.
    """

    keys: list[bytes | None] = field(default_factory=list)
    values: list[bytes] = field(default_factory=list)
    origins: list[RawRecord] = field(default_factory=list)
    dialects: list[str] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    sampled: list[RawRecord] = field(default_factory=list)
    further: list[RawRecord] = field(default_factory=list)
    next: RawRecord | None = None

    def in_order(self) -> Drained:
        """Give the same by offset; what comes of one raw record keeps its order."""
        offsets = list(map(_offset, self.origins))
        return self._pick(
            sorted(range(len(offsets)), key=offsets.__getitem__),
            sorted(self.dead, key=lambda letter: letter.raw.offset),
            sorted(self.sampled, key=_offset),
            self.further,
        )

    def before(self, end: int) -> Drained:
        """Give what comes of the records before an offset."""
        return self._within(range(end))

    def behind(self, end: int) -> Drained:
        """Give what comes of the records from an offset on."""
        rest = self._within(range(end, 2**63))
        rest.next = None
        return rest

    def _within(self, offsets: range) -> Drained:
        return self._pick(
            [place for place, raw in enumerate(self.origins) if raw.offset in offsets],
            [letter for letter in self.dead if letter.raw.offset in offsets],
            [raw for raw in self.sampled if raw.offset in offsets],
            [raw for raw in self.further if raw.offset in offsets],
        )

    def _pick(
        self,
        places: Sequence[int],
        dead: list[DeadLetter],
        sampled: list[RawRecord],
        further: list[RawRecord],
    ) -> Drained:
        return Drained(
            list(map(self.keys.__getitem__, places)),
            list(map(self.values.__getitem__, places)),
            list(map(self.origins.__getitem__, places)),
            list(map(self.dialects.__getitem__, places)),
            dead,
            sampled,
            further,
            self.next,
        )


@dataclass(slots=True)
class Ahead:
    """How far a chunk is whose records are not read in order."""

    full: bool = False
    """Whether a part is full, so that those that are left are read in order."""
    later: frozenset[int] = frozenset()
    """The offsets of these; another part begins with one of them, but not with the chunk's first."""
    kept: Drained | None = None
    """What became of records behind the end of the last part."""
