"""The tables of a file, and the steps that brought them there: forward only, one version a step.

`record` is narrow, so that looking through a day reads little; the bytes stand apart in `value`, under the same id.
An id is the observed millisecond, shifted, plus a running number: newest first is the order of the ids, within a file
and over all of them, which is what makes a search for the newest cheap.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import orjson

from schemas.upcast import upcast
from streams.errors import ConfigurationError
from streams.sinks.words import words_of

ID_BITS: Final = 19
"""Bits of an id for the number within a millisecond; 44 more count milliseconds, to the end of 2261 and beyond."""

_FIRST: Final = """
create table record (
    id integer primary key,
    event_id text not null,
    time integer not null,
    trace_id blob,
    service text not null,
    signal text not null,
    severity integer not null
);
create unique index record_event on record (event_id);
create index record_trace on record (trace_id, time) where trace_id is not null;
create index record_service on record (service);
create index record_error on record (id) where severity >= 17;
create table value (id integer primary key, value blob not null);
create table exemplar (
    trace_id blob not null, time integer not null, id integer not null, primary key (trace_id, time, id)
) without rowid;
create table minute (
    minute integer not null,
    service text not null,
    signal text not null,
    severity integer not null,
    records integer not null,
    primary key (minute, service, signal, severity)
) without rowid;
create view content as select id, words_of(value) as text from value;
create virtual table words using fts5 (text, content = 'content', content_rowid = 'id', columnsize = 0);
"""

MIGRATIONS: Final[Sequence[str]] = (_FIRST,)
"""Scripts; the n-th (from 0) makes version n + 1 out of version n. What was released is never edited."""


def version_of(connection: sqlite3.Connection) -> int:
    """Give the version of a file's tables, 0 when it has none yet."""
    found: int = connection.execute("pragma user_version").fetchone()[0]
    return found


def migrate(connection: sqlite3.Connection, file: str, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Bring the tables of a file to the last version, in one transaction.

    Raises:
        ConfigurationError: a newer program has written it.
    """
    connection.create_function("words_of", 1, _words_of, deterministic=True)
    if version_of(connection) == len(migrations):
        return
    with transaction(connection):
        version = version_of(connection)
        refuse_newer(version, file, len(migrations))
        for script in migrations[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"pragma user_version = {len(migrations)}")


def refuse_newer(version: int, file: str, known: int) -> None:
    """Stop at a file of a newer program.

    Raises:
        ConfigurationError: it is one.
    """
    if version > known:
        raise ConfigurationError(
            f"{file} has tables of version {version}, this program knows up to {known}",
            cure="Use the version of Weft that wrote it, or a newer one.",
        )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run what is inside as one transaction: all of it is stored for good at its end, or nothing."""
    connection.execute("begin immediate")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


def _statements(script: str) -> Iterator[str]:
    """Split a script; `executescript` would commit before it begins."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _words_of(value: bytes) -> str:
    return words_of(upcast(orjson.loads(value)))
