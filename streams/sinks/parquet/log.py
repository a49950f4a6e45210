"""The log of a dataset: the commit point of everything that is written to it, by any number of programs.

The next number is created exclusively, so one of several writers gets it and the others read what it wrote (as in
Delta Lake's protocol, "Delta Log Entries"). Entries are deleted once two snapshots stand for them, and a writer that
slept meanwhile could create such a number again: after it created one it therefore looks for two such snapshots.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Final

from streams.sinks.base import Unavailable
from streams.sinks.parquet.files import Files
from streams.sinks.parquet.manifest import (
    NOBODY,
    Entry,
    Owner,
    Standing,
    State,
    decode_entry,
    decode_snapshot,
    encode_entry,
    encode_snapshot,
)

SNAPSHOT_EVERY: Final = 100
"""Entries; of those before the last snapshot but one, nothing is kept."""

_FOLDER: Final = "_weft/log"
_ENTRY: Final = ".json"
_SNAPSHOT: Final = ".snapshot.json.gz"


class Fenced(Exception):
    """Another writer took over from this one."""


class Log:
    """One program's view of the log; threads may share it."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._lock = Lock()
        self._state = State()

    def follow(self) -> None:
        """Read what others have committed.

        Raises:
            Unavailable: the store does not answer.
            UnexpectedState: what it holds is no such log.
        """
        with self._lock:
            self._follow()

    def standing(self, owner: Owner) -> Standing:
        """Tell where an owner stood when the log was last read."""
        return self._state.owners.get(owner, NOBODY)

    def holds(self, path: str) -> bool:
        """Tell whether a file was part of the dataset when the log was last read."""
        return path in self._state.files

    def snapshot(self) -> State:
        """Give a copy of what the log added up to when it was last read."""
        with self._lock:
            return State(self._state.seq, dict(self._state.owners), dict(self._state.files))

    def append(self, entry: Entry) -> int:
        """Commit an entry; gives its number, or a later one if it was committed before.

        Raises:
            Fenced: another writer took over from its owner's epoch.
            Unavailable: it may be committed or not.
        """
        with self._lock:
            while not self._is_there(entry) and not self._create(entry):
                pass
            if self._state.seq % SNAPSHOT_EVERY == 0:
                self._shorten()
            return self._state.seq

    def _is_there(self, entry: Entry) -> bool:
        """Whether it is committed: a file system that tries again by itself says that a file exists when it made it."""
        self._follow()
        standing = self.standing(entry.owner)
        if entry.epoch not in (0, standing.epoch):
            raise Fenced
        return bool(entry.id) and standing.last == entry.id

    def _create(self, entry: Entry) -> bool:
        path = _entry_path(self._state.seq + 1)
        try:
            self._files.create(path, encode_entry(entry))
        except FileExistsError:
            return False
        if min(self._snapshots()[-2:]) > self._state.seq:
            self._files.delete(path)
            return False
        self._state.apply(entry)
        return True

    def _follow(self) -> None:
        latest = self._snapshots()[-1]
        if latest > self._state.seq:
            self._state = self._load(latest)
        while (entry := self._read(self._state.seq + 1)) is not None:
            self._state.apply(entry)

    def _load(self, seq: int) -> State:
        try:
            return decode_snapshot(self._files.read(_snapshot_path(seq)))
        except FileNotFoundError:
            raise Unavailable("the dataset's log moved on while it was read") from None

    def _read(self, seq: int) -> Entry | None:
        try:
            return decode_entry(self._files.read(_entry_path(seq)))
        except FileNotFoundError:
            return None

    def _snapshots(self) -> list[int]:
        """Give their numbers in order; number 0, before the first entry, needs no file."""
        return [0, *sorted(_numbers(self._files.names(_FOLDER), _SNAPSHOT))]

    def _shorten(self) -> None:
        """Write a snapshot and delete what the one before it stands for; the entry is committed whatever happens."""
        try:
            before = max(seq for seq in self._snapshots() if seq < self._state.seq)
            self._files.write(_snapshot_path(self._state.seq), encode_snapshot(self._state))
            names = self._files.names(_FOLDER)
            old = [_entry_path(seq) for seq in _numbers(names, _ENTRY) if seq <= before]
            old += [_snapshot_path(seq) for seq in _numbers(names, _SNAPSHOT) if seq < before]
            for path in old:
                self._files.delete(path)
        except Unavailable:
            return


def _entry_path(seq: int) -> str:
    return f"{_FOLDER}/{seq:020}{_ENTRY}"


def _snapshot_path(seq: int) -> str:
    return f"{_FOLDER}/{seq:020}{_SNAPSHOT}"


def _numbers(names: Iterable[str], suffix: str) -> list[int]:
    return [int(number) for name in names if name.endswith(suffix) and (number := name.removesuffix(suffix)).isdigit()]
