"""zap's console encoder: time, level, logger, caller and message between tabs, fields as JSON, then the stack.

Source: uber-go/zap, zapcore/console_encoder.go. Each of time, logger and caller may be absent; a caller ends in
`.go:LINE`. What stands behind the level is told by its tabs, so that needs no regular expression.
"""

from __future__ import annotations

import re
from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, TextReader, add_flags, new_record
from streams.dialects.lines.clock import Clock
from streams.dialects.lines.grammar import number_of, take_trace
from streams.dialects.lines.traces import set_exception
from streams.errors import RejectedRecord
from streams.types import Record, Source
from streams.values.json import parse
from streams.values.severities import ZAP

NAME = "zap-console"
_DEPTH = 64
_LEVEL = r"debug|info|warn|error|dpanic|panic|fatal|DEBUG|INFO|WARN|ERROR|DPANIC|PANIC|FATAL"
_CALENDAR = r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d{1,9}))?(?P<zone>Z| ?[+-]\d\d:?\d\d)?"
_EPOCH = r"\d{1,19}(?:\.\d{1,19})?(?:e[+-]?\d{1,3})?"
_HEAD = re.compile(
    rf"(?:(?P<time>(?P<second>{_CALENDAR}|(?P<epoch>{_EPOCH}))\t)?(?:\x1b\[\d{{1,3}}m)?(?P<level>{_LEVEL})(?:\x1b\[0m)?\t",
    re.ASCII,
)
_CALLER = re.compile(r"(?P<file>\S{1,300}\.(?:go|s)):(?P<line>\d{1,7})", re.ASCII)


def _compile_text(zone: tzinfo) -> TextReader:
    clock = Clock(zone)

    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        match = _HEAD.match(text)
        if match is None:
            return None
        record = new_record(NAME, event_id, observed, source)
        _set_time(record, match, clock)
        record["severity_number"], record["severity_text"] = ZAP[match["level"]], match["level"]
        line, _, stack = text[match.end() :].partition("\n")
        _set_columns(record, line.rstrip("\r").split("\t"))
        if stack:
            _set_stack(record, stack)
        take_trace(record)
        return record

    return read


def _set_time(record: Record, match: re.Match[str], clock: Clock) -> None:
    written = match["time"]
    if written is None:
        add_flags(record, "timestamp.missing")
    elif match["epoch"]:
        clock.set(record, written, None, None, written)
    else:
        clock.set(record, match["second"], match["fraction"], match["zone"], written)


def _set_columns(record: Record, columns: list[str]) -> None:
    """Of the columns the last is the fields if it is a JSON object; before it message, caller and logger.

    A message may hold tabs of its own.
    """
    fields = _fields(columns[-1]) if len(columns) > 1 else None
    if fields is not None:
        record["attributes"] |= fields
        columns = columns[:-1]
    at = next((index for index, column in enumerate(columns[:2]) if _CALLER.fullmatch(column)), -1)
    if at == 1 or (at < 0 and len(columns) > 1 and " " not in columns[0]):
        record["scope"] = {"name": columns[0]}
        columns = columns[1:]
    caller = _CALLER.fullmatch(columns[0]) if at >= 0 else None
    if caller:
        record["attributes"] |= {"code.file.path": caller["file"], "code.line.number": number_of(caller["line"])}
        columns = columns[1:]
    record["body"] = "\t".join(columns)


def _fields(column: str) -> dict[str, Any] | None:
    if not (column.startswith("{") and column.endswith("}")):
        return None
    try:
        document = parse(column.encode(), _DEPTH).document
    except (ValueError, RejectedRecord):
        return None
    return document if isinstance(document, dict) else None


def _set_stack(record: Record, stack: str) -> None:
    """The stack is that of the logging goroutine; only a message with an error's own trace names an exception."""
    if set_exception(record, stack) is None:
        record["attributes"]["code.stacktrace"] = stack


DIALECT = Dialect(
    name=NAME,
    summary="zap's console encoder: columns between tabs, fields as JSON",
    link="https://pkg.go.dev/go.uber.org/zap/zapcore#NewConsoleEncoder",
    compile_text=_compile_text,
    starts="0123456789diwepfDIWEPF\x1b",
    head=r"[0\x1b]|[A-Za-z]+\t",
    holds=("\t",),
    examples=(
        Example(
            "2020-06-07T16:48:29.966+0800\tINFO\tcontroller.metrics\tserver.go:185\tlistening\t"
            '{"addr": ":8080", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}',
            {
                "timestamp": "2020-06-07T08:48:29.966000000Z",
                "severity_number": 9,
                "severity_text": "INFO",
                "body": "listening",
                "scope": {"name": "controller.metrics"},
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "attributes": {"addr": ":8080", "code.file.path": "server.go", "code.line.number": 185},
            },
        ),
        Example(
            "1.6707336924300556e+09\tDPANIC\tno more disks\nmain.main\n\t/app/main.go:12",
            {
                "timestamp": "2022-12-11T04:41:32.430055600Z",
                "severity_number": 18,
                "body": "no more disks",
                "attributes": {"code.stacktrace": "main.main\n\t/app/main.go:12"},
            },
        ),
    ),
)
