"""Takes records out of one file, with everything that was derived from them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import Final

import orjson

from schemas.upcast import upcast
from streams.sinks.sqlite.layout import transaction
from streams.sinks.sqlite.rows import MILLISECONDS_A_MINUTE, exemplars_of, milliseconds
from streams.sinks.words import words_of

_CHOSEN: Final = """
select record.id, record.time, record.service, record.signal, record.severity, value.value
from record join value using (id) where record.id = ?
"""
_UNCOUNT: Final = """
update minute set records = records - ? where minute = ? and service = ? and signal = ? and severity = ?
"""


_ALL: Final = ("delete from value", "delete from record", "delete from exemplar", "delete from minute")


def held(connection: sqlite3.Connection) -> int:
    """Give how many records a file holds, without those that were erased."""
    found: int = connection.execute("select coalesce(sum(records), 0) from minute").fetchone()[0]
    return found


def clear(connection: sqlite3.Connection) -> int:
    """Take everything out of a file, and give its room back; gives how many records went.

    Raises:
        sqlite3.Error: it could not be done now; nothing is gone, or only the room is still taken.
    """
    with transaction(connection):
        records = held(connection)
        for statement in _ALL:
            connection.execute(statement)
        connection.execute("insert into words (words) values ('rebuild')")
    connection.execute("vacuum")
    return records


def remove(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Take records out, inside the caller's transaction.

    The full-text index is told the very words that it was given: a row that came under the same id would inherit
    what was left.
    """
    counts: Counter[tuple[int, str, str, int]] = Counter()
    for chosen in ids:
        for id_, time, service, signal, severity, value in connection.execute(_CHOSEN, (chosen,)).fetchall():
            record = upcast(orjson.loads(value))
            observed = milliseconds(record["observed_timestamp"])
            connection.execute(
                "insert into words (words, rowid, text) values ('delete', ?, ?)", (id_, words_of(record))
            )
            connection.executemany(
                "delete from exemplar where trace_id = ? and time = ? and id = ?",
                [(trace, time, id_) for trace in exemplars_of(record)],
            )
            connection.execute("delete from value where id = ?", (id_,))
            connection.execute("delete from record where id = ?", (id_,))
            counts[observed // MILLISECONDS_A_MINUTE, service, signal, severity] += 1
    connection.executemany(_UNCOUNT, [(records, *bucket) for bucket, records in counts.items()])
    connection.execute("delete from minute where records = 0")
