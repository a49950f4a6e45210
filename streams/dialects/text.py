"""Plain text of no known grammar: the body is the text, and what can be found in it is used.

A severity is a word in capitals, any spelling that is set apart by brackets, bars or colons, or that stands between a
time and a program, or one that a key names; near the beginning and before any prose. A time is one that the text
starts with, maybe behind its severity; ids are those written as `trace_id=HEX` and the like.
"""

from __future__ import annotations

import re
from datetime import tzinfo

from streams.dialects.base import Dialect, Example, TextReader, add_flags, new_record
from streams.dialects.lines.clock import Clock
from streams.dialects.lines.traces import set_exception
from streams.types import Record, Source
from streams.values.severity import GENERAL
from streams.values.text import without_ansi

NAME = "text"
_NEAR = 256
_ERROR = 17
_MOST_PROSE = 3
_NO_WORDS = frozenset({"fine", "finer", "finest", "config", "verbose", "silly"})
"""Severities that are oftener something else, where no grammar says that a severity stands there."""
_WORDS = frozenset(word for word in GENERAL if len(word) > 2 and word.lower() not in _NO_WORDS)
_LETTERS = frozenset("DIWEF")
_FIRST = re.compile(r"\W{0,4}([A-Za-z]{1,11}) {0,8}[\]:|)>]", re.ASCII)
_APART = re.compile(r"[\[(<|] {0,8}([A-Za-z]{1,11}) {0,8}[\]:|)>]", re.ASCII)
_BEHIND = re.compile(r" (?<=[:\dZ] )([A-Za-z]{3,11})(?=: | [\w.\-]{1,60}\[\d{1,10}\])", re.ASCII)
"""Behind a colon or a time and before a colon or a program. What is looked back for comes second, and so below,
because text is then searched for one character."""
_CAPITALS = re.compile(r"[A-Z](?<![\w./\-=\"'].)[A-Z]{2,10}(?![\w./=\"']|-\w)", re.ASCII | re.DOTALL)
_SAID = re.compile(r"\b(?:level|severity|lvl|loglevel)[\"']? ?[:=] ?[\"']?([A-Za-z]{3,11})\b", re.ASCII | re.IGNORECASE)
_PROSE = re.compile(r"(?<![\w./@:\-])[a-z]{2,}(?= )", re.ASCII)
_DATE = (
    r"\d{4}[-/.]\d\d?[-/.]\d\d?[T ] ?|\d{1,2}[/ -][A-Z][a-z]{2}[/ -]\d{4}[: ]"
    r"|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} {1,2}\d{1,2} (?:\d{4} )?|\d\d/\d\d/\d\d "
)
_LEADING_TIME = re.compile(
    rf"(?:[\[<(]?[A-Z]{{4,8}}[\]>)]?:? {{1,4}})?[\[<(]?(?P<second>(?:{_DATE})\d{{1,2}}:\d\d:\d\d)"
    r"(?:[.,](?P<fraction>\d{1,9}))?(?P<zone> ?(?:Z|[+-]\d\d:?\d\d|UTC|GMT)(?!\w)| \d{4}(?=[\]>)]))?",
    re.ASCII,
)


def _compile_text(zone: tzinfo) -> TextReader:
    clock = Clock(zone)

    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        record = new_record(NAME, event_id, observed, source)
        record["body"] = text
        head = without_ansi(text[:_NEAR])
        _find_severity(record, head)
        match = _LEADING_TIME.match(head)
        if match:
            found = clock.read(match["second"], match["fraction"], match["zone"], observed)
            record["timestamp"], record["flags"] = found.text, list(found.flags)
        else:
            record["flags"] = ["timestamp.missing"]
        if "\n" in text and set_exception(record, text) and record["severity_text"] is None:
            record["severity_number"] = _ERROR
            add_flags(record, "severity.inferred")
        return record

    return read


def _find_severity(record: Record, head: str) -> None:
    found = _first_level(head)
    if found:
        record["severity_number"], record["severity_text"] = GENERAL[found], found


def _first_level(head: str) -> str | None:
    """The word that begins the text, or the first that is set apart or in capitals, or what a key says."""
    first = _FIRST.match(head)
    if first and _is_level(first[1]):
        return first[1]
    apart = next((match for match in _APART.finditer(head) if _is_level(match[1])), None)
    behind = next((match for match in _BEHIND.finditer(head) if _is_level(match[1])), None)
    capitals = next((match for match in _CAPITALS.finditer(head) if match[0] in _WORDS), None)
    match = min(filter(None, (apart, behind, capitals)), key=re.Match.start, default=None)
    if match:
        return match[match.lastindex or 0] if len(_PROSE.findall(head, 0, match.start())) <= _MOST_PROSE else None
    said = _SAID.search(head)
    return said[1] if said and said[1] in _WORDS else None


def _is_level(word: str) -> bool:
    return word in _LETTERS or word in _WORDS


DIALECT = Dialect(
    name=NAME,
    summary="text of no known grammar; severity, time, trace id and stack trace are found in it",
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
