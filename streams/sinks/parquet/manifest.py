"""What a dataset consists of: which files, and up to where each partition's records are in them.

It is a log of numbered entries, each created exclusively, and now and then a snapshot of what they add up to.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

from streams.errors import UnexpectedState
from streams.sinks.base import Marks

VERSION: Final = 1

Owner: TypeAlias = tuple[str, int]
"""Who commits: a partition of a topic, or the one who maintains the dataset."""

MAINTENANCE: Final[Owner] = ("maintenance", -1)
"""Compaction and deletion are fenced like a partition's writer; no partition has this number."""


class DataFile(NamedTuple):
    """A committed file: its path in the dataset, and what is in it."""

    path: str
    records: int
    bytes: int
    first: str
    """The earliest `observed_timestamp`."""
    last: str
    """The latest one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One commit. Its epoch is the number of the entry by which its owner last took over; that one has none (0)."""

    owner: Owner
    epoch: int = 0
    id: str = ""
    """Tells one attempt to commit from every other."""
    added: Sequence[DataFile] = ()
    removed: Sequence[str] = ()
    marks: Marks = field(default_factory=dict)


class Standing(NamedTuple):
    """Where an owner stands: in which epoch, the id of its last commit in this one or earlier, and its marks."""

    epoch: int
    last: str
    marks: Marks


NOBODY: Final = Standing(0, "", {})


@dataclass(slots=True)
class State:
    """What all entries up to number `seq` add up to."""

    seq: int = 0
    owners: dict[Owner, Standing] = field(default_factory=dict)
    files: dict[str, DataFile] = field(default_factory=dict)

    def apply(self, entry: Entry) -> None:
        """Take the next entry in.

        Raises:
            UnexpectedState: its owner was not allowed to write it.
        """
        before = self.owners.get(entry.owner, NOBODY)
        if entry.epoch not in (0, before.epoch):
            raise UnexpectedState(f"entry {self.seq + 1} of the dataset's log is of epoch {entry.epoch}, which is over")
        self.seq += 1
        marks = {**before.marks, **{key: max(at, before.marks.get(key, at)) for key, at in entry.marks.items()}}
        self.owners[entry.owner] = Standing(entry.epoch or self.seq, entry.id or before.last, marks)
        for path in entry.removed:
            self.files.pop(path, None)
        self.files.update((file.path, file) for file in entry.added)


def encode_entry(entry: Entry) -> bytes:
    """Write an entry as JSON."""
    return orjson.dumps({
        "version": VERSION,
        "owner": entry.owner,
        "epoch": entry.epoch,
        "id": entry.id,
        "added": [list(file) for file in entry.added],
        "removed": list(entry.removed),
        "marks": _marks_out(entry.marks),
    })  # fmt: skip


def decode_entry(data: bytes) -> Entry:
    """Read an entry.

    Raises:
        UnexpectedState: it is none, or a newer program's.
    """
    found = _decoded(data)
    return Entry(
        owner=_owner(found["owner"]),
        epoch=found["epoch"],
        id=found["id"],
        added=[DataFile(*file) for file in found["added"]],
        removed=found["removed"],
        marks=_marks_in(found["marks"]),
    )


def encode_snapshot(state: State) -> bytes:
    """Write a state as compressed JSON."""
    owners = [[*owner, at.epoch, at.last, _marks_out(at.marks)] for owner, at in state.owners.items()]
    files = [list(file) for file in state.files.values()]
    found = orjson.dumps({"version": VERSION, "seq": state.seq, "owners": owners, "files": files})
    return gzip.compress(found, compresslevel=1)


def decode_snapshot(data: bytes) -> State:
    """Read a state.

    Raises:
        UnexpectedState: it is none, or a newer program's.
    """
    found = _decoded(_decompressed(data))
    return State(
        found["seq"],
        {
            (topic, partition): Standing(epoch, last, _marks_in(marks))
            for topic, partition, epoch, last, marks in found["owners"]
        },
        {path: DataFile(path, *rest) for path, *rest in found["files"]},
    )


def _decompressed(data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return b""


def _decoded(data: bytes) -> dict[str, Any]:
    try:
        found: dict[str, Any] = orjson.loads(data)
        version = found["version"]
    except (ValueError, KeyError, TypeError):
        raise UnexpectedState("the dataset's log is broken: something else wrote into its folder `_weft/log`") from None
    if version != VERSION:
        raise UnexpectedState(
            f"the dataset's log has version {version}, this program reads {VERSION}",
            cure="Use the version of Weft that wrote it, or a later one.",
        )
    return found


def _owner(found: Sequence[Any]) -> Owner:
    topic, partition = found
    return topic, partition


def _marks_out(marks: Marks) -> list[list[Any]]:
    return [[topic, partition, offset, inner] for (topic, partition), (offset, inner) in marks.items()]


def _marks_in(found: Sequence[Sequence[Any]]) -> Mapping[tuple[str, int], tuple[int, int]]:
    return {(topic, partition): (offset, inner) for topic, partition, offset, inner in found}
