"""Which files hold records of a trace, so that a look-up opens one or two of them and not every day's.

An entry is a file's number and the checksum of a trace id. Entries are stored before the records that they lead to, so
there may be some too many, after a crash for example, and never one too few.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final
from zlib import crc32

import orjson

from streams.sinks.sqlite.connections import open_reader, open_writer
from streams.sinks.sqlite.layout import transaction
from streams.sinks.sqlite.rows import Row

FILE: Final = "traces.db"
_DRAFT: Final = "traces.new"
_TABLES: Final = (
    "create table trace (file integer not null, key integer not null, primary key (file, key)) without rowid;",
)
_ADD: Final = "insert or ignore into trace (file, key) values (?, ?)"
_PRUNE: Final = "delete from trace where file not in (select value from json_each(?))"
_STORED: Final = "select trace_id from record where trace_id is not null union select trace_id from exemplar"
_HOLDING: Final = """
select asked.value from json_each(?) as asked
where exists (select 1 from trace where file = asked.value and key = ?)
"""


class TraceIndex:
    """The index as the writer of a folder has it: `begin`, then `fill` for each file if it is new, then `finish`."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE
        self._draft = directory / _DRAFT
        self._connection: sqlite3.Connection | None = None
        self.is_new = False

    def begin(self) -> None:
        """Open the index, or begin a draft where there is none.

        Raises:
            ConfigurationError: a newer program has written it.
            sqlite3.Error: it cannot be opened now.
        """
        self.close()
        self.is_new = not self._path.exists()
        if self.is_new:
            self._draft.unlink(missing_ok=True)
        self._connection = open_writer(self._draft if self.is_new else self._path, _TABLES)

    def fill(self, number: int, file: sqlite3.Connection) -> None:
        """Enter all traces of a file."""
        self._enter((number, crc32(trace)) for (trace,) in file.execute(_STORED))

    def finish(self, numbers: Iterable[int]) -> None:
        """Let a draft be the index, as it has the traces of all files now, and drop those of files that are gone."""
        if self.is_new:
            self.close()
            self._draft.rename(self._path)
        with transaction(self._opened()):
            self._opened().execute(_PRUNE, (orjson.dumps([*numbers]),))

    def add(self, number: int, rows: Iterable[Row]) -> None:
        """Enter the traces of records that are about to be written to a file.

        Raises:
            sqlite3.Error: nothing is stored.
        """
        traces = {row.trace for row in rows if row.trace}.union(*(row.exemplars for row in rows if row.exemplars))
        self._enter(sorted((number, crc32(trace)) for trace in traces))

    def close(self) -> None:
        """Close it; harmless when it is not open."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _enter(self, entries: Iterable[tuple[int, int]]) -> None:
        with transaction(self._opened()):
            self._opened().executemany(_ADD, entries)

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = open_writer(self._path, _TABLES)
        return self._connection


def holding(directory: Path, trace: bytes, numbers: Sequence[int]) -> set[int]:
    """Give those of the files that may hold records of a trace; all of them where there is no index.

    Raises:
        ConfigurationError: the index is of another version than this program's.
        sqlite3.Error: it cannot be opened now.
    """
    connection = open_reader(directory / FILE, len(_TABLES))
    if connection is None:
        return {*numbers}
    with closing(connection):
        return {number for (number,) in connection.execute(_HOLDING, (orjson.dumps(numbers), crc32(trace)))}
