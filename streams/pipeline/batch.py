"""Records that go through the chain together: each step goes over all of them before the next one does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from streams.pipeline.inquiry import Asked
from streams.types import Record


class Batch:
    """A few records and how far they came, in columns by their places.

    `alive` are the places of those that go on. `acted` has a bit for each step that changed the record, and `failed`
    the labels of those that could not. `ended` says why a record goes no further: the error that is its death, or None
    when it was sampled out. `asked` is what each look-up wants to know, by event id.
    """

    __slots__ = ("acted", "alive", "asked", "ended", "failed", "records")

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self.alive: Sequence[int] = range(len(records))
        self.acted = [0] * len(records)
        self.failed: dict[int, tuple[str, ...]] = {}
        self.ended: dict[int, Exception | None] = {}
        self.asked: Sequence[Mapping[str, Asked]] = ()

    def end(self, place: int, error: Exception | None) -> None:
        """Let a record go no further."""
        self.ended[place] = error
        self.alive = [one for one in self.alive if one != place]

    def pick(self, places: Sequence[int]) -> Sequence[Record]:
        """Give the records at some places."""
        return self.records if len(places) == len(self.records) else [self.records[place] for place in places]
