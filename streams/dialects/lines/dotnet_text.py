"""Text of .NET's loggers: the simple console, Serilog's and NLog's default layouts.

Source: dotnet/runtime, SimpleConsoleFormatter.cs (the message is indented below its category; scopes begin with `=>`);
Serilog's output templates of the console and file sinks; NLog's default `${longdate}|${level}|${logger}|${message}`.
"""

from __future__ import annotations

import re

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.clock import ISO
from streams.dialects.lines.grammar import DIGITS, Headed, lined, take_trace
from streams.dialects.lines.traces import set_exception
from streams.types import Record
from streams.values.severities import DOTNET
from streams.values.severity import vocabulary

_WORDS = vocabulary((1, "trce vrb"), (17, "fail"), base=DOTNET)
_CLOCK = r"(?P<time>(?P<second>\d\d:\d\d:\d\d)(?>(?:[.,](?P<fraction>\d{1,9}+))?))"
_CONSOLE = (
    r"(?P<level>trce|dbug|info|warn|fail|crit): (?P<logger>[^\s\[]{1,300})\[(?P<event>-?\d{1,10})\]"
    r"(?:\r?\n(?P<indent>) {0,8}| )(?P<body>.*)"
)
_SERILOG_LEVEL = r"(?P<level>VRB|DBG|INF|WRN|ERR|FTL)"
_NLOG_LEVEL = r"(?P<level>TRACE|DEBUG|INFO|WARN|ERROR|FATAL|Trace|Debug|Info|Warn|Error|Fatal)"

_INDENT = re.compile(r"(?<=\n) {6}")
_SCOPES = re.compile(r"=> ([^\n]*)(?:\n|$)")
_SCOPE_ID = re.compile(r"\b(TraceId|SpanId):([0-9a-fA-F]{16,32})\b")


def _finish(record: Record) -> None:
    """Outdent the message and take the scopes off it."""
    body = record["body"]
    if body is None:
        return
    plain = _INDENT.sub("", body.replace("\r\n", "\n")) if "\n" in body else body
    scopes = _SCOPES.match(plain)
    if scopes:
        plain = plain[scopes.end() :]
        record["attributes"]["Scopes"] = scopes[1].split(" => ")
        record["attributes"] |= dict(_SCOPE_ID.findall(scopes[1]))
        take_trace(record)
    record["body"] = plain
    if plain is not body:
        set_exception(record, plain)


DIALECT = Dialect(
    name="dotnet-text",
    summary="the simple console of .NET, Serilog's text and NLog's default layout",
    link="https://learn.microsoft.com/dotnet/core/extensions/console-log-formatter#simple",
    compile_text=lined(
        "dotnet-text",
        Headed(_CONSOLE, starts="tdiwfc"),
        Headed(
            rf"\[?{ISO}\]?+ ?",
            (
                _CONSOLE,
                rf"\[{_SERILOG_LEVEL}\] (?P<body>.*)",
                rf"\|{_NLOG_LEVEL}\|(?P<logger>[^|\n]{{1,300}})\|(?P<body>.*)",
            ),
            starts=f"{DIGITS}[",
        ),
        Headed(rf"\[?{_CLOCK}\]?+ ", (_CONSOLE, rf"{_SERILOG_LEVEL}\] (?P<body>.*)"), starts=f"{DIGITS}["),
        words=_WORDS,
        names={"event": "EventId"},
        then=_finish,
    ),
    starts=f"tdiwfc{DIGITS}[",
    head=r"(?:trce|dbug|info|warn|fail|crit): |"
    r"\[?(?:0000-00-00[T ])?00:00:00(?:[.,]0{1,9})?(?: ?(?:Z|[+-]00:?00))?\]? ?[\[|]?T?\Z",
    examples=(
        Example(
            "warn: Shop.Cart[7]\n      => SpanId:00f067aa0ba902b7, TraceId:4bf92f3577b34da6a3ce929d0e0e4736 => Order 12"
            "\n      cart is full\n      of apples",
            {
                "timestamp": None,
                "severity_number": 13,
                "severity_text": "warn",
                "body": "cart is full\nof apples",
                "scope": {"name": "Shop.Cart"},
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "span_id": "00f067aa0ba902b7",
                "attributes": {
                    "EventId": 7,
                    "Scopes": [
                        "SpanId:00f067aa0ba902b7, TraceId:4bf92f3577b34da6a3ce929d0e0e4736",
                        "Order 12",
                    ],
                },
            },
        ),
        Example(
            "2024-03-10 14:13:06.719 +01:00 [FTL] the shop burns",
            {
                "timestamp": "2024-03-10T13:13:06.719000000Z",
                "severity_number": 21,
                "severity_text": "FTL",
                "body": "the shop burns",
            },
        ),
        Example(
            "2024-03-10 14:13:06.7190|ERROR|Shop.Cart|no stock",
            {"severity_number": 17, "body": "no stock", "scope": {"name": "Shop.Cart"}},
        ),
    ),
)
