"""Syslog in the form of RFC 5424, as strict as it is written and as loose as it is met.

Structured data that breaks the grammar (blanks around `=`, an SD-ID twice) is read as far as it can be; Heroku leaves
the field out. A count in front of a message (RFC 6587) is framing and is dropped; `frames` takes several apart.
"""

from __future__ import annotations

import re
from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, TextReader, add_flags, new_record
from streams.dialects.lines.clock import Clock
from streams.dialects.lines.frames import split_frames
from streams.dialects.lines.grammar import number_of, take_trace
from streams.dialects.lines.priority import PATTERN, set_priority
from streams.dialects.lines.traces import set_exception
from streams.types import Record, Source

NAME = "rfc5424"
_NIL = "-"
_BOM = "\ufeff"
_COUNT = r"(?:\d{1,7} )?"
_TIME = (
    r"(?:-|(?P<time>(?P<second>\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d{1,9}))?"
    r"(?P<zone>[Zz]|[+-]\d\d:?\d\d)?))"
)
_HEAD = re.compile(
    rf"{_COUNT}{PATTERN}(?P<version>[1-9]\d?) {_TIME} (?P<host>\S{{1,255}}) (?P<app>\S{{1,128}})"
    r" (?P<procid>\S{1,128}) (?P<msgid>\S{1,128})(?: |$)",
    re.ASCII,
)
_QUOTED = r'"(?>(?:[^"\\]++|\\.)*)"'
_ELEMENT = re.compile(rf'\[(?P<id>[^\s=\]"\[]{{1,128}})(?P<parameters>(?>(?:[^\]"\\]++|\\.|{_QUOTED})*))\]', re.DOTALL)
_PARAMETER = re.compile(
    r'\s*+(?:([^\s=\]"]{1,256}+)\s*+=\s*+(?:"((?>(?:[^"\\]++|\\.)*))"|([^\s"]++))|(\S++))',
    re.DOTALL,
)
"""The last group is what is no parameter; it is there so that no blank is looked at twice."""
_ESCAPE = re.compile(r'\\(["\\\]])')
_TRACE_KEYS = frozenset({"trace_id", "span_id", "trace_flags"})


def _compile_text(zone: tzinfo) -> TextReader:
    clock = Clock(zone)

    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        match = _HEAD.match(text)
        if match is None:
            return None
        record = new_record(NAME, event_id, observed, source)
        _set_time(record, match, clock)
        set_priority(record, match["priority"])
        _set_origin(record, match)
        at = _set_data(record, text, match.end())
        message = text[at:].removeprefix(_BOM)
        if message:
            record["body"] = message
            if "\n" in message:
                set_exception(record, message)
        return record

    return read


def _set_time(record: Record, match: re.Match[str], clock: Clock) -> None:
    if match["time"]:
        clock.set(record, match["second"], match["fraction"], match["zone"], match["time"])
    else:
        add_flags(record, "timestamp.missing")


def _set_origin(record: Record, match: re.Match[str]) -> None:
    attributes, resource = record["attributes"], record["resource"]
    attributes["syslog.version"] = int(match["version"])
    if match["app"] != _NIL:
        resource["service.name"] = match["app"]
    if match["host"] != _NIL:
        resource["host.name"] = match["host"]
    if match["procid"] != _NIL:
        process = number_of(match["procid"])
        attributes["process.pid" if isinstance(process, int) else "syslog.procid"] = process
    if match["msgid"] != _NIL:
        attributes["syslog.msgid"] = match["msgid"]


def _set_data(record: Record, text: str, at: int) -> int:
    """Give a record its structured data; returns where the message begins."""
    if text.startswith(_NIL, at) and text[at + 1 : at + 2] in {"", " "}:
        return at + 2
    start = at
    while element := _ELEMENT.match(text, at):
        at = element.end()
        _set_element(record["attributes"], element["id"], element["parameters"])
    if at == start:
        return at
    take_trace(record)
    return at + 1 if text.startswith(" ", at) else at


def _set_element(attributes: dict[str, Any], identity: str, parameters: str) -> None:
    """Name a parameter `syslog.SD-ID.NAME`; one that is there several times is a list (section 6.3.3)."""
    found = _PARAMETER.findall(parameters.strip())
    odd = " ".join(rest for *_, rest in found if rest)
    if odd or not found:
        attributes.setdefault(f"syslog.{identity}", odd)
    for name, quoted, bare, _ in found:
        if not name:
            continue
        said = quoted or bare
        value = _ESCAPE.sub(r"\1", said) if "\\" in said else said
        key = name if identity == "opentelemetry" and name in _TRACE_KEYS else f"syslog.{identity}.{name}"
        known = attributes.get(key)
        if isinstance(known, list):
            known.append(value)
        else:
            attributes[key] = value if known is None else [known, value]


DIALECT = Dialect(
    name=NAME,
    summary="syslog as RFC 5424 has it, also counted as over TCP",
    link="https://www.rfc-editor.org/rfc/rfc5424",
    compile_text=_compile_text,
    split_text=split_frames,
    starts="<0123456789",
    head=r"0{1,7} <|<0{1,3}>00? [0\-]",
    is_head=True,
    examples=(
        Example(
            '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3"'
            ' eventSource="App\\]lication"][examplePriority@32473 class="high"] \ufeffAn event log entry...',
            {
                "timestamp": "2003-10-11T22:14:15.003000000Z",
                "severity_number": 10,
                "severity_text": "5",
                "body": "An event log entry...",
                "resource": {"service.name": "evntslog", "host.name": "mymachine.example.com"},
                "attributes": {
                    "syslog.priority": 165,
                    "syslog.facility": "local4",
                    "syslog.version": 1,
                    "syslog.msgid": "ID47",
                    "syslog.exampleSDID@32473.iut": "3",
                    "syslog.exampleSDID@32473.eventSource": "App]lication",
                    "syslog.examplePriority@32473.class": "high",
                },
            },
        ),
        Example(
            "<158>1 2020-01-08T22:33:57.353034+00:00 host heroku router - Process running",
            {
                "timestamp": "2020-01-08T22:33:57.353034000Z",
                "body": "Process running",
                "resource": {"service.name": "heroku", "host.name": "host"},
            },
        ),
    ),
)
