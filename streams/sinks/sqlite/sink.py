"""The sink `sqlite`: everything in files of one folder, without any server."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import Field

from streams.errors import ConfigurationError
from streams.sinks.base import OK, Batch, Effect, Item, Outcome, Place, Refused, Result, Sink, SinkOptions, Unavailable
from streams.sinks.governed import Governed, Keeper
from streams.sinks.order import prefix_only
from streams.sinks.sqlite import connections, traces
from streams.sinks.sqlite.days import Days, file_number
from streams.sinks.sqlite.keeper import SqliteKeeper
from streams.sinks.sqlite.lock import WriterLock
from streams.sinks.sqlite.rows import MILLISECONDS_A_DAY, Row, row_of
from streams.sinks.sqlite.store import SqliteStore
from streams.sinks.sqlite.traces import TraceIndex
from streams.sinks.sqlite.writing import write
from streams.sinks.stores import Readable, Store
from streams.sinks.thread import Thread

_UNREADABLE: Final = (LookupError, TypeError, ValueError, AttributeError)


class SqliteOptions(SinkOptions):
    """Where records go by their time."""

    window_days: int = Field(
        default=30,
        ge=1,
        le=3650,
        description="Days back from today, and tomorrow, that get a file of their own; all others share `overflow.db`.",
    )
    open_files: int = Field(default=4, ge=1, le=100, description="Files that stay open for writing.")


class SqliteSink(Sink, Readable, Governed):
    """Stores each record once, by event id, in SQLite files: one a day of `observed_timestamp`.

    One thread writes, whatever the number of partitions; a batch is one transaction in each file that it touches.
    """

    name = "sqlite"
    effect = Effect.KEYED
    Options = SqliteOptions

    def __init__(self, options: SqliteOptions, place: Place) -> None:
        super().__init__(options, place)
        self._lock = WriterLock(place.directory)
        self._days = Days(place.directory, window_days=options.window_days, open_files=options.open_files)
        self._traces = TraceIndex(place.directory)
        self._thread = Thread("weft-sqlite")

    @classmethod
    def store(cls, options: SqliteOptions, place: Place) -> Store:
        """Give a reader of the folder; it blocks no writer."""
        return SqliteStore(place.directory)

    @classmethod
    def keeper(cls, options: SqliteOptions, place: Place) -> Keeper:
        """Give the keeper of the folder."""
        return SqliteKeeper(place.directory)

    async def start(self) -> None:
        """Become the only writer of the folder and bring its files to the current version.

        Raises:
            ConfigurationError: another process writes there, the folder cannot be used, or a file is damaged or of a
                newer program.
            Unavailable: a file cannot be opened now.
        """
        await self._thread.run(self._start)

    async def write(self, batch: Batch) -> Sequence[Result]:
        """Store a batch, in the order of the files that it touches; what is not committed is `retry`.

        Raises:
            Unavailable: nothing of it could be stored now.
            Refused: SQLite does not take one of the values.
        """
        return await self._thread.run(lambda: self._write(batch.items))

    async def stop(self) -> None:
        """Close the files, behind a write that still runs, and let another process write."""
        await self._thread.run(self._stop)
        self._thread.end()

    def _start(self) -> None:
        try:
            self.place.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock.take()
        except OSError as error:
            raise ConfigurationError(
                f"cannot write into {self.place.directory}: {error.strerror}",
                cure="WEFT_STATE_DIR names a folder that this user may write.",
            ) from None
        file = traces.FILE
        try:
            self._traces.begin()
            numbers = []
            for file in self._days.start():
                numbers.append(file_number(Path(file)))
                if self._traces.is_new:
                    self._traces.fill(numbers[-1], self._days.connection(file))
            file = traces.FILE
            self._traces.finish(numbers)
        except sqlite3.Error as error:
            raise _start_error(error, file) from None
        except OSError as error:
            raise Unavailable(f"{file}: {error.strerror}") from None

    def _write(self, items: Sequence[Item]) -> Sequence[Result]:
        results: list[Result] = [OK] * len(items)
        files: defaultdict[str, list[int]] = defaultdict(list)
        rows: dict[int, Row] = {}
        for index, item in enumerate(items):
            try:
                rows[index] = row = row_of(item)
            except _UNREADABLE as error:
                results[index] = Result(Outcome.REJECTED, f"not an enriched record: {type(error).__name__}")
            else:
                files[self._days.place(row.observed // MILLISECONDS_A_DAY)].append(index)
        for file, indexes in files.items():
            reason = self._write_file(file, [rows[index] for index in indexes])
            if reason:
                if len(indexes) == len(items):
                    raise Unavailable(reason)
                for index in indexes:
                    results[index] = Result(Outcome.RETRY, reason)
        return prefix_only(items, results)

    def _write_file(self, file: str, rows: Sequence[Row]) -> str:
        """Write into one file; gives why nothing could be stored, else nothing."""
        at_fault = traces.FILE
        try:
            self._traces.add(file_number(Path(file)), rows)
            at_fault = file
            write(self._days.connection(file), rows, rewrite=self.place.rewrite)
        except sqlite3.Error as error:
            self._traces.close()
            self._days.close(file)
            if connections.is_refusal(error):
                raise Refused(connections.reason_of(error, at_fault)) from None
            return connections.reason_of(error, at_fault)
        except (UnicodeError, OverflowError) as error:
            raise Refused(f"{at_fault}: {type(error).__name__}") from None
        for day in {row.observed // MILLISECONDS_A_DAY for row in rows}:
            self._days.settle(day)
        return ""

    def _stop(self) -> None:
        self._days.close_all()
        self._traces.close()
        self._lock.drop()


def _start_error(error: sqlite3.Error, file: str) -> Exception:
    reason = connections.reason_of(error, file)
    if connections.is_damage(error):
        return ConfigurationError(reason, cure="What it held is in Kafka for as long as that keeps it.")
    if "fts5" in str(error):
        return ConfigurationError("this Python's SQLite has no full-text index (FTS5)", cure="Use another Python.")
    return Unavailable(reason)
