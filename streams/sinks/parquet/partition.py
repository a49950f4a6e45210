"""One partition's batches as files: which records are still to be stored, and which never can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple
from uuid import uuid4

import pyarrow as pa

from streams.sinks.base import Item, Marks, Outcome, Result
from streams.sinks.parquet.columns import Misfit, to_table
from streams.sinks.parquet.files import Files
from streams.sinks.parquet.layout import Bounds, arrange
from streams.sinks.parquet.log import Log
from streams.sinks.parquet.manifest import DataFile, Owner
from streams.sinks.parquet.parquet import described, to_parquet
from streams.sinks.parquet.writer import Writer

_REFUSED: Final = Result(
    Outcome.REJECTED, "it is no EnrichedRecord: a key is missing, or a value does not fit its column"
)


class _Attempt(NamedTuple):
    """A commit on its way, and the offsets of its records."""

    id: str
    offsets: Sequence[int]


_NONE: Final = _Attempt("", ())


class PartitionFiles:
    """Stores the batches of one partition, by one thread at a time, from its assignment on."""

    def __init__(self, files: Files, log: Log, owner: Owner) -> None:
        """Take over the partition.

        Raises:
            Unavailable: the store does not answer.
        """
        self._take_over = partial(Writer, files, log, owner)
        self._owner = owner
        self._writer = self._take_over()
        self._attempt = _NONE
        self._unreported: set[int] = set()
        """Offsets that are stored although nobody was told: a call that failed or was given up may have committed."""

    @property
    def marks(self) -> Marks:
        """The marks that are committed."""
        return self._writer.marks

    def store(self, items: Sequence[Item], marks: Marks, within: Bounds) -> Mapping[int, Result]:
        """Store what is not stored yet; gives the records that no file can hold, by offset.

        Marks would stand behind these: with them nothing is stored before such records are out of the way.

        Raises:
            Fenced: another program has taken over the partition.
            Unavailable: the store does not answer.
        """
        self._settle()
        refused: dict[int, Result] = {}
        fresh = [item for item in items if item.offset not in self._unreported]
        new = dict(self._encoded(fresh, within, refused))
        if new and not (refused and marks):
            self._attempt = _Attempt(uuid4().hex, [item.offset for item in fresh if item.offset not in refused])
            self._writer.commit(self._attempt.id, new, marks=marks)
            self._conclude()
        return refused

    def _settle(self) -> None:
        """Find out about a commit that got no answer: in a new epoch it is in the log, or never will be."""
        if self._attempt is not _NONE:
            self._writer = self._take_over()
            if self._writer.last == self._attempt.id:
                self._conclude()
            self._attempt = _NONE

    def _conclude(self) -> None:
        self._unreported.update(self._attempt.offsets)
        self._attempt = _NONE

    def reported(self, items: Sequence[Item]) -> None:
        """Forget records that the caller knows to be stored; it does not come with them again."""
        self._unreported.difference_update(item.offset for item in items)

    def _encoded(
        self, items: Sequence[Item], within: Bounds, refused: dict[int, Result]
    ) -> Iterator[tuple[DataFile, bytes]]:
        arranged = arrange(items, within)
        refused.update((item.offset, _REFUSED) for item in arranged.strays)
        for folder, group in arranged.folders.items():
            yield from self._encoded_group(folder, group, refused)

    def _encoded_group(
        self, folder: str, items: Sequence[Item], refused: dict[int, Result]
    ) -> Iterator[tuple[DataFile, bytes]]:
        tables = self._tables(items, refused)
        if tables:
            table = pa.concat_tables(tables)
            data = to_parquet(table)
            yield described(self._writer.path_in(folder), table, data), data

    def _tables(self, items: Sequence[Item], refused: dict[int, Result]) -> list[pa.Table]:
        """Give the columns of a folder's records; where a value does not fit, whose it is is found by halves."""
        try:
            return [to_table(items, *self._owner)]
        except Misfit:
            if len(items) == 1:
                refused[items[0].offset] = _REFUSED
                return []
        half = len(items) // 2
        return self._tables(items[:half], refused) + self._tables(items[half:], refused)
