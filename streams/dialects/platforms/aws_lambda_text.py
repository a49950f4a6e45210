r"""AWS Lambda's text format: what the runtimes put before a function's line, and the platform's lines around it.

Source: AWS Lambda Developer Guide, "Log formats" of Node.js (`TIME\tREQUEST\tLEVEL\tLINE`) and Python
(`[LEVEL]\tTIME\tREQUEST\tLINE`), "Viewing logs" (START, END, REPORT), "Troubleshoot" (`TIME REQUEST Task timed out`).
"""

from __future__ import annotations

import re
from datetime import tzinfo

from streams.dialects.base import Example, TextReader, add_flags, new_record
from streams.types import Record, Source
from streams.values.severity import read as read_severity
from streams.values.time import read_time
from streams.values.trace import read_sampled, read_span, read_trace

INVOCATION = "faas.invocation_id"
STARTS = "[12SERI"

_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
_REQUEST = r"[0-9a-zA-Z-]{36}"
_NODE = re.compile(
    rf"(?P<time>{_TIME})[\t ](?P<request>{_REQUEST}|undefined)"
    r"(?:\t(?P<level>[A-Z]{4,5})\t| (?=Task timed out after \d))(?P<line>.*)",
    re.DOTALL | re.ASCII,
)
_PYTHON = re.compile(
    rf"\[(?P<level>[A-Z]{{4,8}})\]\t(?P<time>{_TIME})\t(?P<request>{_REQUEST})?\t(?P<line>.*)", re.DOTALL | re.ASCII
)
_PLATFORM = re.compile(
    rf"(?P<event>(?:START|END|REPORT)(?= RequestId: {_REQUEST}(?:[ \t]|$))"
    r"|(?:INIT|RESTORE)_(?:START|REPORT)(?= (?:Runtime Version|Init Duration|Restore Duration): ))"
    rf" (?:RequestId: (?P<request>{_REQUEST}))?(?P<rest>.*)",
    re.DOTALL | re.ASCII,
)
_TRACING = re.compile(r"\tXRAY TraceId: (\S{1,64})(?:\tSegmentId: (\S{1,32}))?(?:\tSampled: (\S{1,8}))?", re.ASCII)
_NO_REQUEST = "undefined"


def compile_text(name: str, zone: tzinfo) -> TextReader:
    """Make the reader of the lines of dialect `name`."""

    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        grammar = _PYTHON if text[0] == "[" else _NODE if text[0] in "12" else _PLATFORM
        match = grammar.fullmatch(text)
        if not match:
            return None
        record = new_record(name, event_id, observed, source)
        if grammar is _PLATFORM:
            _set_platform(record, match)
        else:
            _set_line(record, match, zone)
        return record

    return read


def _set_line(record: Record, match: re.Match[str], zone: tzinfo) -> None:
    found = read_time(match["time"], zone, record["observed_timestamp"])
    record["timestamp"], record["body"] = found.text, match["line"]
    add_flags(record, *found.flags)
    if match["level"]:
        record["severity_number"], record["severity_text"] = read_severity(match["level"])
    if match["request"] and match["request"] != _NO_REQUEST:
        record["attributes"][INVOCATION] = match["request"]


def _set_platform(record: Record, match: re.Match[str]) -> None:
    """A line of the platform says what its event in JSON says; its time is only around it."""
    phase, _, step = match["event"].rpartition("_")
    record["body"], record["event_name"] = (
        match[0],
        f"platform.{phase.lower()}{step.title() if phase else step.lower()}",
    )
    if match["request"]:
        record["attributes"][INVOCATION] = match["request"]
    add_flags(record, "timestamp.missing")
    tracing = _TRACING.search(match["rest"])
    if tracing:
        record["trace_id"] = read_trace(tracing[1]).trace_id
        record["span_id"] = read_span(tracing[2]).span_id
        sampled = read_sampled(tracing[3])
        if sampled is not None:
            record["trace_flags"] = sampled


EXAMPLES = (
    Example(
        "2023-10-27T19:17:45.586Z\t79b4f56e-95b1-4643-9700-2807f4e68189\tWARN\tlow on stock",
        {
            "timestamp": "2023-10-27T19:17:45.586000000Z",
            "severity_number": 13,
            "severity_text": "WARN",
            "body": "low on stock",
            "attributes": {"faas.invocation_id": "79b4f56e-95b1-4643-9700-2807f4e68189"},
        },
    ),
    Example(
        "REPORT RequestId: 79b4f56e-95b1-4643-9700-2807f4e68189\tDuration: 123.45 ms\tMemory Size: 128 MB\t"
        "XRAY TraceId: 1-58337364-23a8c76965a2ef7629b185e3\tSegmentId: 5a8b5c33d0b3a2b1\tSampled: true\t",
        {
            "event_name": "platform.report",
            "trace_id": "5833736423a8c76965a2ef7629b185e3",
            "span_id": "5a8b5c33d0b3a2b1",
            "trace_flags": 1,
            "attributes": {"faas.invocation_id": "79b4f56e-95b1-4643-9700-2807f4e68189"},
        },
    ),
)
