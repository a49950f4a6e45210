"""Plain text of no known grammar: the body is the text, and what can be found in it is used.

A severity is a word in capitals, or any spelling that stands at the start or in brackets, near the beginning;
a time is one that the text starts with; ids are those written as `trace_id=HEX` and the like.
"""

from __future__ import annotations

import re
from datetime import tzinfo
from itertools import chain

from streams.dialects.base import Dialect, Example, TextReader, new_record
from streams.types import Record, Source
from streams.values.severity import GENERAL
from streams.values.text import without_ansi
from streams.values.time import read_time

NAME = "text"
_NEAR = 256
_CAPITALS = re.compile(r"(?<![A-Za-z0-9_])[A-Z]{4,13}(?![A-Za-z0-9_])")
_SET_APART = re.compile(r"(?:^\W{0,4}|\[ {0,8})([A-Za-z]{3,13}) {0,8}[\]:|]")
_LEADING_TIME = re.compile(
    r"\[?((?:\d{4}[-/.]\d\d?[-/.]\d\d?[T ] ?|\d{1,2}[/ -][A-Z][a-z]{2}[/ -]\d{4}[: ]"
    r"|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} {1,2}\d{1,2} (?:\d{4} )?)"
    r"\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d|UTC|GMT)\b)?)",
    re.ASCII,
)


def _compile_text(zone: tzinfo) -> TextReader:
    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        record = new_record(NAME, event_id, observed, source)
        record["body"] = text
        head = without_ansi(text[:_NEAR])
        _find_severity(record, head)
        _find_time(record, head, zone)
        return record

    return read


def _find_severity(record: Record, head: str) -> None:
    words = chain(_CAPITALS.findall(head), _SET_APART.findall(head))
    word = next((word for word in words if word.lower() in GENERAL), None)
    if word:
        record["severity_number"], record["severity_text"] = GENERAL[word.lower()], word


def _find_time(record: Record, head: str, zone: tzinfo) -> None:
    match = _LEADING_TIME.match(head)
    found = read_time(match[1] if match else None, zone, record["observed_timestamp"])
    record["timestamp"] = found.text
    record["flags"] = list(found.flags)


DIALECT = Dialect(
    name=NAME,
    summary="text of no known grammar; severity, time and trace id are found in it",
    link="https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-body",
    compile_text=_compile_text,
    opaque=True,
    examples=(
        Example(
            "2024-03-10 14:13:06,719 ERROR [main] payment failed trace_id=4bf92f3577b34da6a3ce929d0e0e4736",
            {
                "timestamp": "2024-03-10T14:13:06.719000000Z",
                "severity_number": 17,
                "severity_text": "ERROR",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "body": "2024-03-10 14:13:06,719 ERROR [main] payment failed trace_id=4bf92f3577b34da6a3ce929d0e0e4736",
                "flags": ["timestamp.no_zone", "trace.from_text"],
            },
        ),
    ),
)
