"""The header of glog, klog and abseil, and klog's structured messages.

Source: google/glog, "Log Line Prefix" (the year is there with `--log_year_in_prefix`), abseil's log format, klog's
klog.go and serialize.go (pairs stand behind a quoted message, values of several lines between `=<` and ` >`).
"""

from __future__ import annotations

import re

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.clock import month_name
from streams.dialects.lines.grammar import lined, take_trace
from streams.types import Record
from streams.values.go_strings import unescaped
from streams.values.severities import KLOG

_TIME = r"(?P<time>(?P<second>(?:\d{4}|\d{8}) \d\d:\d\d:\d\d)\.(?P<fraction>\d{1,9}))"
_QUOTED = r'"((?>(?:[^"\\]++|\\.)*))"'
_MESSAGE = re.compile(_QUOTED, re.DOTALL)
_BARE = r"\[[^\]\n]*+\]|\{[^}\n]*+\}|[^ \n]*+"
_LINES = r"<\n((?>(?:\t[^\n]*+\n)*)) ?>"
_PAIR = re.compile(rf" ([A-Za-z_][\w./\-]{{0,200}})=(?:{_QUOTED}(?= |$)|{_LINES}|({_BARE}))", re.DOTALL)


def _spell(time: str) -> str:
    """`0102 15:04:05`, or with a year `20060102 15:04:05`."""
    if time[4:5] != " ":
        return f"{time[0:4]}-{time[4:6]}-{time[6:]}"
    return f"{month_name(time[0:2])} {time[2:]}"


def _read_structured(record: Record) -> None:
    """Take a structured message apart: the quoted text is the body, the pairs are attributes; if all of it is that."""
    text = record["body"]
    message = _MESSAGE.match(text) if text.startswith('"') else None
    pairs = _pairs(text, message.end()) if message else None
    if message is None or pairs is None:
        return
    record["body"] = unescaped(message[1])
    logger = pairs.pop("logger", None)
    if logger:
        record["scope"] = {"name": logger}
    record["attributes"] |= pairs
    take_trace(record)


def _pairs(text: str, start: int) -> dict[str, str] | None:
    """Read pairs up to the end of a text; None when something else is between them or a key is there twice."""
    found: dict[str, str] = {}
    for match in _PAIR.finditer(text, start):
        key, quoted, lines, bare = match.groups()
        if match.start() != start or key in found:
            return None
        start = match.end()
        found[key] = unescaped(quoted) if quoted is not None else bare if lines is None else _outdented(lines)
    return None if text[start:].strip() else found


def _outdented(lines: str) -> str:
    return "\n".join(line[1:] for line in lines.splitlines())


DIALECT = Dialect(
    name="klog",
    summary="glog, klog and abseil headers, and klog's structured messages",
    link="https://github.com/kubernetes/klog/blob/main/klog.go",
    compile_text=lined(
        "klog",
        rf"(?P<level>[IWEF]){_TIME} +(?P<tid>\d{{1,20}}) "
        r"(?P<file>[^\s\]:]{1,300}):(?P<line>\d{1,7})\] ?(?P<body>.*)",
        words=KLOG,
        spell=_spell,
        then=_read_structured,
    ),
    starts="IWEF",
    head=r"[IWEF]0000(?:0000)? 00:00:00\.0",
    examples=(
        Example(
            'I1106 15:27:05.628001 3849205 controller.go:116] "Pod status updated" logger="pods" pod="kube-system/dns"'
            ' status="two \\"words\\"" retries=3',
            {
                "timestamp": "2026-11-06T15:27:05.628001000Z",
                "severity_number": 9,
                "severity_text": "I",
                "body": "Pod status updated",
                "scope": {"name": "pods"},
                "attributes": {
                    "thread.id": 3849205,
                    "code.file.path": "controller.go",
                    "code.line.number": 116,
                    "pod": "kube-system/dns",
                    "status": 'two "words"',
                    "retries": "3",
                },
                "flags": ["timestamp.no_zone", "timestamp.year_inferred"],
            },
        ),
        Example(
            "E20210131 14:48:54.411655 15520 main.c++:9] Hello world!",
            {"timestamp": "2021-01-31T14:48:54.411655000Z", "severity_number": 17, "body": "Hello world!"},
        ),
    ),
)
