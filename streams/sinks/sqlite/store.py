"""Reads what the sink `sqlite` has stored, while it writes or while none does."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from heapq import merge, nlargest
from itertools import chain, islice
from operator import attrgetter
from pathlib import Path
from typing import Final, TypeVar

import orjson

from schemas.upcast import UnknownVersion, upcast
from streams.errors import ConfigurationError
from streams.sinks.base import Unavailable
from streams.sinks.sqlite import traces
from streams.sinks.sqlite.connections import is_closed_to_us, is_damage, open_reader, reason_of
from streams.sinks.sqlite.days import OVERFLOW, days_in, file_number
from streams.sinks.sqlite.lock import FILE as LOCK_FILE
from streams.sinks.sqlite.rows import MILLISECONDS_A_DAY
from streams.sinks.sqlite.search import Asked, Found
from streams.sinks.stores import Bucket, Query, Store, Stored

_Given = TypeVar("_Given")
_SECONDS_A_MINUTE: Final = 60
_MARKS: Final = "Reading needs the right to write into the folder, too: readers leave marks there for the writer."


class SqliteStore(Store):
    """Reads the files of one folder; each question opens those it needs and closes them again."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def search(self, query: Query) -> Sequence[Stored]:
        """Give at most `limit` records, newest first; of a trace the first ones, in the order of what happened.

        Raises:
            ConfigurationError: nothing was ever stored here, a file is damaged or of another version.
            ValueError: trace or times are not as records write them.
            Unavailable: a file cannot be opened now.
        """
        return await asyncio.to_thread(self._search, Asked.of(query))

    async def counts(self, query: Query, bucket_seconds: int) -> Sequence[Bucket]:
        """Count by time, service, signal and severity, in that order.

        Raises:
            ConfigurationError, Unavailable: as `search` does.
            ValueError: times are not as records write them, or a bucket is not whole minutes.
        """
        minutes, rest = divmod(bucket_seconds, _SECONDS_A_MINUTE)
        if minutes < 1 or rest:
            raise ValueError("a bucket is whole minutes")
        return await asyncio.to_thread(self._counts, Asked.of(query), minutes)

    async def stop(self) -> None:
        """Nothing stays open between two questions."""

    def _search(self, asked: Asked) -> Sequence[Stored]:
        found = self._newest(asked) if asked.query.trace is None else self._trace(asked)
        return [_decoded(one.value) for one in found]

    def _newest(self, asked: Asked) -> Sequence[Found]:
        limit = asked.query.limit
        overflow, days = self._files(asked)
        of_days = chain.from_iterable(_ask(path, asked.newest) for path in days)
        found = chain(islice(of_days, limit), *(_ask(path, asked.newest) for path in overflow))
        return nlargest(limit, found, key=attrgetter("id"))

    def _trace(self, asked: Asked) -> Sequence[Found]:
        files = {file_number(path): path for path in chain(*self._files(asked))}
        with _asking(traces.FILE):
            numbers = traces.holding(self._directory, asked.trace_id, [*files])
        found = (_ask(files[number], asked.trace) for number in numbers)
        return [*islice(merge(*found, key=attrgetter("time", "id")), asked.query.limit)]

    def _counts(self, asked: Asked, minutes: int) -> Sequence[Bucket]:
        totals: Counter[tuple[int, str, str, int]] = Counter()
        for path in chain(*self._files(asked)):
            for *bucket, records in _ask(path, lambda connection: asked.counts(connection, minutes)):
                totals[tuple(bucket)] += records  # type: ignore[index]
        return [
            Bucket(_time(number * minutes), service, signal, severity, records)
            for (number, service, signal, severity), records in sorted(totals.items())
        ]

    def _files(self, asked: Asked) -> tuple[Sequence[Path], Sequence[Path]]:
        """Give the overflow, if there is one, and the files of the days that are asked for, the newest first."""
        if not (self._directory / LOCK_FILE).exists():
            raise ConfigurationError(
                f"there is no SQLite store in {self._directory}",
                cure="`weft sink sqlite` makes one, and so does `weft up`.",
            )
        first = 0 if asked.since is None else asked.since // MILLISECONDS_A_DAY
        days = [
            path
            for day, path in days_in(self._directory).items()
            if first <= day and (asked.until is None or day * MILLISECONDS_A_DAY < asked.until)
        ]
        overflow = self._directory / OVERFLOW
        return [overflow] if overflow.exists() else [], days


def _ask(path: Path, question: Callable[[sqlite3.Connection], Iterator[_Given]]) -> list[_Given]:
    """Open a file, ask, and give all of the answer."""
    with _asking(path.name):
        connection = open_reader(path)
        if connection is None:
            return []
        with closing(connection):
            return list(question(connection))


@contextmanager
def _asking(file: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        reason = reason_of(error, file)
        if is_damage(error):
            raise ConfigurationError(reason) from None
        if is_closed_to_us(error):
            raise ConfigurationError(reason, cure=_MARKS) from None
        raise Unavailable(reason) from None


def _decoded(value: bytes) -> Stored:
    try:
        return upcast(orjson.loads(value))
    except UnknownVersion as error:
        raise ConfigurationError(f"a stored record cannot be read: {error}") from None


def _time(minute: int) -> str:
    return datetime.fromtimestamp(minute * _SECONDS_A_MINUTE, UTC).strftime("%Y-%m-%dT%H:%M:%S.000000000Z")
