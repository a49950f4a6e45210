"""Commits files to a dataset for one owner, so that neither a crash nor another writer leaves halves or doubles.

The order is: note which files are concerned, write the new ones, commit by the log, delete the old ones. Whoever takes
over finds the note and deletes what it names and the log does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

import orjson

from streams.sinks.base import Marks, Unavailable
from streams.sinks.parquet.files import Files
from streams.sinks.parquet.log import Fenced, Log
from streams.sinks.parquet.manifest import DataFile, Entry, Owner

_NOTES: Final = "_weft/notes"


class Writer:
    """Writes for one owner in one epoch, which ends when somebody takes over.

    A commit that got no answer is the last of its epoch: in the next one it can be told whether it took place.
    """

    def __init__(self, files: Files, log: Log, owner: Owner) -> None:
        """Take over from whoever wrote for this owner before, and delete what it left uncommitted.

        Raises:
            Unavailable: the store does not answer.
        """
        self._files = files
        self._log = log
        self._owner = owner
        self._epoch = log.append(Entry(owner=owner))
        self._numbered = 0
        self._noted: list[str] = []
        self._sweep()

    @property
    def marks(self) -> Marks:
        """The marks that are committed."""
        return self._log.standing(self._owner).marks

    @property
    def last(self) -> str:
        """The id of the last commit, in this epoch or before."""
        return self._log.standing(self._owner).last

    def path_in(self, folder: str) -> str:
        """Give the path of a new file, a name that nobody ever gives again."""
        self._numbered += 1
        return f"{folder}/{self._epoch:012}-{self._numbered:06}.parquet"

    def commit(
        self,
        id: str,  # noqa: A002 - what it is called in the log
        new: Mapping[DataFile, bytes],
        *,
        removed: Sequence[str] = (),
        marks: Marks | None = None,
    ) -> None:
        """Write files and commit them together with the removal of others and the marks.

        Raises:
            Fenced: somebody took over, nothing was committed.
            Unavailable: it may be committed or not.
        """
        added = [*new]
        self._note([*(file.path for file in added), *removed])
        for file, data in new.items():
            self._files.write(file.path, data)
        entry = Entry(owner=self._owner, epoch=self._epoch, id=id, added=added, removed=removed, marks=marks or {})
        try:
            self._log.append(entry)
        except Fenced:
            self._tidy()
            raise
        self._tidy()

    def _note(self, paths: Sequence[str]) -> None:
        self._noted += paths
        self._files.write(f"{_NOTES}/{_note_name(self._owner, self._epoch)}", orjson.dumps(self._noted))

    def _tidy(self) -> None:
        """Delete what is noted and not committed; what cannot be deleted now stays in the notes for the next time."""
        with suppress(Unavailable):
            while self._noted:
                self._delete_uncommitted(self._noted[-1])
                self._noted.pop()

    def _sweep(self) -> None:
        """Do the same for earlier epochs, of which nothing can be committed any more."""
        for name in self._files.names(_NOTES):
            if not _is_earlier(name, self._owner, self._epoch):
                continue
            path = f"{_NOTES}/{name}"
            for noted in orjson.loads(self._files.read(path)):
                self._delete_uncommitted(noted)
            self._files.delete(path)

    def _delete_uncommitted(self, path: str) -> None:
        if not self._log.holds(path):
            self._files.delete(path)


def _note_name(owner: Owner, epoch: int) -> str:
    topic, partition = owner
    return f"{topic}-{partition}-{epoch}.json"


def _is_earlier(name: str, owner: Owner, epoch: int) -> bool:
    """Whether it is a note of the same owner; read from the right, because topics may have dashes."""
    other, _, number = name.removesuffix(".json").rpartition("-")
    return other == "{}-{}".format(*owner) and int(number) < epoch
