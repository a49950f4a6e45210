"""Writes into one file: records, their bytes, words and counts in one transaction, each event id once."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Final, TypeAlias

import orjson

from streams.sinks.sqlite.layout import ID_BITS, transaction
from streams.sinks.sqlite.removal import remove
from streams.sinks.sqlite.rows import MILLISECONDS_A_MINUTE, Row

Numbered: TypeAlias = tuple[int, Row]

_SLOT: Final = 1 << ID_BITS
_OBSERVED: Final = attrgetter("observed")

_INSERT: Final = """
insert into record (id, event_id, time, trace_id, service, signal, severity) values (?, ?, ?, ?, ?, ?, ?)
on conflict (event_id) do nothing
"""
_COUNT: Final = """
insert into minute (minute, service, signal, severity, records) values (?, ?, ?, ?, ?)
on conflict do update set records = records + excluded.records
"""
_LAST_OF_SLOTS: Final = """
select slot.value, (select max(id) from record where id >= slot.value and id < slot.value + ?) from json_each(?) as slot
"""
_AMONG: Final = "select id from record where id in (select value from json_each(?))"
_STORED: Final = """
select record.event_id, record.id, value.value from record join value using (id)
where event_id in (select value from json_each(?))
"""


def write(connection: sqlite3.Connection, rows: Sequence[Row], *, rewrite: bool) -> None:
    """Store what is new for good; of what is stored the first version stays, with `rewrite` the last one given.

    Raises:
        sqlite3.Error: nothing of it is stored, unless it was the commit that failed: then it may be.
    """
    with transaction(connection):
        kept: Mapping[str, int] = {}
        if rewrite:
            rows, kept = _replaceable(connection, rows)
        numbered = _number(connection, rows, kept)
        remove(connection, kept.values())  # not before, or a new record would get the id of an old one
        inserted = connection.executemany(_INSERT, [(id_, *row[:6]) for id_, row in numbered]).rowcount
        if inserted != len(numbered):
            numbered = _those_stored(connection, numbered)
        _fill(connection, numbered)


def _fill(connection: sqlite3.Connection, numbered: Sequence[Numbered]) -> None:
    connection.executemany("insert into value (id, value) values (?, ?)", [(id_, row.value) for id_, row in numbered])
    connection.executemany("insert into words (rowid, text) values (?, ?)", [(id_, row.words) for id_, row in numbered])
    connection.executemany(
        "insert into exemplar (trace_id, time, id) values (?, ?, ?)",
        [(trace, row.time, id_) for id_, row in numbered if row.exemplars for trace in row.exemplars],
    )
    counts = Counter(
        (row.observed // MILLISECONDS_A_MINUTE, row.service, row.signal, row.severity) for _, row in numbered
    )
    connection.executemany(_COUNT, [(*bucket, records) for bucket, records in counts.items()])


def _number(connection: sqlite3.Connection, rows: Iterable[Row], kept: Mapping[str, int]) -> list[Numbered]:
    """Give each row its id, in the order of the ids: the full-text index takes them fastest that way."""
    fresh = sorted((row for row in rows if row.event_id not in kept), key=_OBSERVED)
    numbered = [*zip(_free_ids(connection, fresh), fresh, strict=True)]
    if kept:
        numbered += [(kept[row.event_id], row) for row in rows if row.event_id in kept]
        numbered.sort(key=itemgetter(0))
    return numbered


def _free_ids(connection: sqlite3.Connection, rows: Sequence[Row]) -> Iterator[int]:
    """Give an id for each row, of rows in the order of time; a full millisecond continues in the next."""
    slots = orjson.dumps([observed << ID_BITS for observed in dict.fromkeys(map(_OBSERVED, rows))])
    last: dict[int, int | None] = dict(connection.execute(_LAST_OF_SLOTS, (_SLOT, slots)))
    free, end = 0, 0
    for row in rows:
        free = max(free, row.observed << ID_BITS)
        while free >= end:  # in a slot not looked at yet
            slot = free - free % _SLOT
            end = slot + _SLOT
            highest = last[slot] if slot in last else _last_of(connection, slot)
            free = free if highest is None else max(free, highest + 1)
        yield free
        free += 1


def _last_of(connection: sqlite3.Connection, slot: int) -> int | None:
    found: int | None = connection.execute(
        "select max(id) from record where id >= ? and id < ?", (slot, slot + _SLOT)
    ).fetchone()[0]
    return found


def _those_stored(connection: sqlite3.Connection, numbered: Sequence[Numbered]) -> list[Numbered]:
    """Drop those that were there before: their new ids are not."""
    stored = {id_ for (id_,) in connection.execute(_AMONG, (orjson.dumps([id_ for id_, _ in numbered]),))}
    return [one for one in numbered if one[0] in stored]


def _replaceable(connection: sqlite3.Connection, rows: Sequence[Row]) -> tuple[list[Row], dict[str, int]]:
    """Give the rows that are not stored as they are, and the ids of those that replace an older version."""
    last = {row.event_id: row for row in rows}
    found = connection.execute(_STORED, (orjson.dumps([*last]),)).fetchall()
    kept = {event_id: id_ for event_id, id_, value in found if last[event_id].value != value}
    same = {event_id for event_id, _, _ in found} - kept.keys()
    return [row for event_id, row in last.items() if event_id not in same], kept
