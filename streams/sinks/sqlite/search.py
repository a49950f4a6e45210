"""Asks one file: which records, newest first or of one trace, and how many a bucket of time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from schemas.severity import ERROR
from streams.sinks.sqlite.layout import ID_BITS
from streams.sinks.sqlite.rows import MILLISECONDS_A_MINUTE, trace_bytes
from streams.sinks.stores import Query
from streams.sinks.times import nanoseconds

_NANOSECONDS_A_MILLISECOND: Final = 1_000_000
_WORDS_FIRST: Final = "words cross join record on record.id = words.rowid"
_MOST_WORDS: Final = 50
_OF_TRACE: Final = """(
    select id from record where trace_id = :trace union select id from exemplar where trace_id = :trace
) as hit cross join record on record.id = hit.id"""
_HITS: Final = """(
    select id, time from record where trace_id = :trace union select id, time from exemplar where trace_id = :trace
) as record"""
"""All that is asked of a record is in the indexes then: the table itself, read from all over, is left alone."""
_SAYS: Final = "exists (select 1 from words where words match :words and words.rowid = record.id)"


class Found(NamedTuple):
    """A record that fits; `time` is when it happened, in nanoseconds, and ids grow with the observed time."""

    id: int
    time: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """A query in the terms of the tables: observed milliseconds, from `since` on and before `until`."""

    query: Query
    since: int | None
    until: int | None

    @classmethod
    def of(cls, query: Query) -> Asked:
        """Read the times of a query.

        Raises:
            ValueError: one is no time as records write it, or the text has no words or too many.
        """
        if query.text is not None and not 0 < len(query.text.split()) <= _MOST_WORDS:
            raise ValueError(f"the text is not 1 to {_MOST_WORDS} words")
        return cls(query, _milliseconds(query.since), _milliseconds(query.until))

    @property
    def trace_id(self) -> bytes:
        """The trace that is asked for.

        Raises:
            ValueError: it is none.
        """
        return trace_bytes(self.query.trace or "")

    def newest(self, connection: sqlite3.Connection) -> Iterator[Found]:
        """Give the records of one file that fit, the newest first."""
        if self.query.text is None:
            conditions = [*self._columns(), *self._times("record.id")]
            return self._found(connection, "record", conditions, "record.id desc")
        said = ["words match :words", *self._columns(), *self._times("words.rowid")]
        return self._found(connection, _WORDS_FIRST, said, "words.rowid desc")

    def trace(self, connection: sqlite3.Connection) -> Iterator[Found]:
        """Give the records of one file that are of the trace or whose exemplars name it, the earliest first."""
        columns = [*self._columns()]
        conditions = [*columns, *self._times("record.id")]
        if self.query.text is not None:
            conditions.append(_SAYS)
        return self._found(connection, _OF_TRACE if columns else _HITS, conditions, "record.time, record.id")

    def counts(self, connection: sqlite3.Connection, bucket_minutes: int) -> Iterator[tuple[int, str, str, int, int]]:
        """Give bucket (its number since 1970), service, signal, severity and records."""
        conditions = list(self._columns())
        if self.since is not None:
            conditions.append("minute >= :since / :minute")
        if self.until is not None:
            conditions.append("minute < (:until + :minute - 1) / :minute")
        columns = "minute / :bucket, service, signal, severity, sum(records)"
        sql = f"select {columns} from minute {_where(conditions)} group by 1, 2, 3, 4"  # noqa: S608 - no values in it
        return connection.execute(sql, self._values() | {"bucket": bucket_minutes})

    def _found(
        self, connection: sqlite3.Connection, source: str, conditions: Sequence[str], order: str
    ) -> Iterator[Found]:
        joined = f"{source} cross join value on value.id = record.id {_where(conditions)}"
        sql = f"select record.id, record.time, value.value from {joined} order by {order} limit :limit"  # noqa: S608
        return map(Found._make, connection.execute(sql, self._values()))

    def _times(self, key: str) -> Iterator[str]:
        if self.since is not None:
            yield f"{key} >= :since << {ID_BITS}"
        if self.until is not None:
            yield f"{key} < :until << {ID_BITS}"

    def _columns(self) -> Iterator[str]:
        if self.query.service is not None:
            yield "service = :service"
        if self.query.signal is not None:
            yield "signal = :signal"
        if self.query.severity is not None:
            yield "severity >= :severity"
            if self.query.severity >= ERROR:
                yield f"severity >= {ERROR}"  # said as a constant, so that the index of errors serves

    def _values(self) -> dict[str, Any]:
        query = self.query
        return {
            "since": self.since,
            "until": self.until,
            "minute": MILLISECONDS_A_MINUTE,
            "service": query.service,
            "signal": query.signal,
            "severity": query.severity,
            "trace": None if query.trace is None else self.trace_id,
            "words": None if query.text is None else phrases(query.text),
            "limit": query.limit,
        }


def phrases(text: str) -> str:
    """Write words as FTS5 asks for all of them; what stands together in one word must stand together when found.

    Quoted, nothing in them is an operator (FTS5 documentation, "Full-text Query Syntax").
    """
    return " ".join('"' + word.replace('"', '""') + '"' for word in text.replace("\0", " ").split())


def _milliseconds(timestamp: str | None) -> int | None:
    """Round up: records are observed in whole milliseconds."""
    return None if timestamp is None else -(-nanoseconds(timestamp) // _NANOSECONDS_A_MILLISECOND)


def _where(conditions: Sequence[str]) -> str:
    return f"where {' and '.join(conditions)}" if conditions else ""
