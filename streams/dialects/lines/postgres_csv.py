"""PostgreSQL's log in CSV (`log_destination = csvlog`), one record with its line breaks.

Source: PostgreSQL's documentation, "Using CSV-Format Log Output": 23 columns since version 9.0, `backend_type` since
13, `leader_pid` and `query_id` since 14. Python's own reader of CSV takes a line apart once its beginning is known.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import tzinfo

from streams.dialects.base import TextReader, new_record
from streams.dialects.lines.clock import Clock
from streams.dialects.lines.fields import put_address
from streams.dialects.lines.grammar import number_of
from streams.dialects.roles import words
from streams.types import Record, Source
from streams.values.severities import POSTGRES
from streams.values.severity import read as read_severity

MARK = ",,"
"""No line fills all columns."""

_HEAD = re.compile(
    r"(?P<second>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.(?P<fraction>\d{3,6})(?P<zone> (?:[A-Z]{1,5}|[+-]\d\d(?::?\d\d)?)),",
    re.ASCII,
)
_COLUMNS = words(
    "time user.name db.namespace process.pid client session_id postgresql.session_line command_tag session_start_time"
    " virtual_transaction_id transaction_id level db.response.status_code message detail hint internal_query"
    " internal_query_pos context db.query.text query_pos location postgresql.application_name backend_type leader_pid"
    " query_id"
)
_FEWEST = _COLUMNS.index("postgresql.application_name") + 1
_TIME, _CLIENT, _LEVEL, _MESSAGE = map(_COLUMNS.index, ("time", "client", "level", "message"))
_TAKEN = frozenset({_TIME, _CLIENT, _LEVEL, _MESSAGE})
_NUMBERS = frozenset({"process.pid", "postgresql.session_line"})


def compile_csv(name: str, zone: tzinfo) -> TextReader:
    """Make the reader of the CSV of dialect `name`."""
    clock = Clock(zone)

    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        head = _HEAD.match(text)
        row = _row(text) if head else None
        if head is None or row is None:
            return None
        record = new_record(name, event_id, observed, source)
        clock.set(record, head["second"], head["fraction"], head["zone"], row[_TIME])
        record["severity_number"], record["severity_text"] = read_severity(row[_LEVEL], POSTGRES)
        record["body"] = row[_MESSAGE] or None
        _put_columns(record, row)
        return record

    return read


def _row(text: str) -> list[str] | None:
    """The columns of a text that is one line of this log."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return None
    row = rows[0] if len(rows) == 1 else []
    return row if _FEWEST <= len(row) <= len(_COLUMNS) and row[_LEVEL] in POSTGRES else None


def _put_columns(record: Record, row: list[str]) -> None:
    attributes = record["attributes"]
    for index, value in enumerate(row):
        if value and index not in _TAKEN:
            name = _COLUMNS[index]
            attributes[name] = number_of(value) if name in _NUMBERS else value
    if row[_CLIENT]:
        put_address(attributes, "client", row[_CLIENT])
