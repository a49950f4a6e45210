"""Erases a subject's records from one file, so that none of their bytes are left in it or beside it."""

from __future__ import annotations

import mmap
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import orjson

from streams.sinks.base import Unavailable
from streams.sinks.governed import Erased, Subject
from streams.sinks.sqlite.days import date_of
from streams.sinks.sqlite.layout import ID_BITS, transaction
from streams.sinks.sqlite.removal import remove
from streams.sinks.sqlite.rows import MILLISECONDS_A_DAY

_PAGE: Final = 1_000
_PATIENCE_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.1

_SUSPECTS: Final = "select id, value from value where id > ? and instr(value, ?) order by id limit ?"
_EVENT: Final = "select event_id from record where id = ?"
_TOMBSTONE: Final = """
insert into record (id, event_id, time, trace_id, service, signal, severity) values (?, ?, 0, null, '', '', 0)
"""
"""Nothing is left but the event id, in the place where a replay looks whether it is stored already."""


def erase(connection: sqlite3.Connection, path: Path, subject: Subject) -> list[Erased]:
    """Erase from the file at `path`, which the connection has open for writing; gives what went, by day.

    Raises:
        sqlite3.Error: it could not be done now.
        Unavailable: somebody reads an old state of the file for too long.
    """
    gone: Counter[date] = Counter()
    for ids in _pages(connection, subject):
        with transaction(connection):
            _bury(connection, ids)
        gone.update(date_of((id_ >> ID_BITS) // MILLISECONDS_A_DAY) for id_ in ids)
    if gone or _is_in(path, subject):
        _scrub(connection)
    return [Erased(day, records) for day, records in sorted(gone.items())]


def _pages(connection: sqlite3.Connection, subject: Subject) -> Iterator[list[int]]:
    """Give the ids of the subject's records, some at a time, so that the sink's own writes find gaps."""
    last = -1
    while suspects := connection.execute(_SUSPECTS, (last, subject.needles[0], _PAGE)).fetchall():
        ids = [id_ for id_, value in suspects if subject.owns(value, orjson.loads(value))]
        if ids:
            yield ids
        last = suspects[-1][0]


def _bury(connection: sqlite3.Connection, ids: list[int]) -> None:
    events = [(id_, *connection.execute(_EVENT, (id_,)).fetchone()) for id_ in ids]
    remove(connection, ids)
    connection.executemany(_TOMBSTONE, events)


def _scrub(connection: sqlite3.Connection) -> None:
    """Rewrite the file: indexes without what was deleted from them, no free pages, and an empty write-ahead log."""
    with transaction(connection):
        connection.execute("insert into words (words) values ('optimize')")
    connection.execute("vacuum")
    ends = time.monotonic() + _PATIENCE_SECONDS
    while connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0]:
        if time.monotonic() > ends:
            raise Unavailable("a reader holds an old state of the file; ask again when it is done")
        time.sleep(_PAUSE_SECONDS)


def _is_in(path: Path, subject: Subject) -> bool:
    """Whether bytes of the subject lie in the file or its log, also where nothing refers to them any more."""
    return any(_contains(file, needle) for file in (path, Path(f"{path}-wal")) for needle in subject.needles)


def _contains(path: Path, needle: bytes) -> bool:
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(needle) >= 0
    except (FileNotFoundError, ValueError):  # not there, or empty
        return False
