""".NET's JSON console formatter, and ZLogger's, which has its keys (Microsoft.Extensions.Logging.Console).

Source: learn.microsoft.com, "Console log formatting", JSON; dotnet/runtime's JsonConsoleFormatter.cs.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.exceptions import take_exception
from streams.dialects.keyed import Reading, keyed
from streams.dialects.loggers.message_template import no_format, render
from streams.dialects.roles import KEYS
from streams.types import Record
from streams.values.severities import DOTNET


def _finish(record: Record) -> None:
    if record["body"] is None:
        record["body"] = _message(record["attributes"].get("State"))
    take_exception(record, "Exception")


def _message(state: Any) -> str | None:
    """Give the message that a formatter left to the state: as a text, or as a template with its values."""
    if not isinstance(state, dict):
        return None
    message, template = state.get("Message"), state.get("{OriginalFormat}")
    if isinstance(message, str):
        return message
    return render(template, state, no_format) if isinstance(template, str) else None


DIALECT = Dialect(
    name="dotnet-console",
    summary="JSON of .NET's console logger, also ZLogger's",
    link="https://learn.microsoft.com/dotnet/core/extensions/console-log-formatter#json",
    signatures=(frozenset({"LogLevel", "Category"}), frozenset({"EventId", "LogLevel", "Category"})),
    compile_objects=keyed(
        "dotnet-console",
        Reading(
            KEYS._replace(
                time=("Timestamp", *KEYS.time), severity=("LogLevel",), body=("Message",), logger=("Category",)
            ),
            DOTNET,
            then=_finish,
        ),
    ),
    examples=(
        Example(
            '{"Timestamp":"2026-06-20T12:00:00.1234567+00:00","EventId":42,"LogLevel":"Critical",'
            '"Category":"Shop.Cart",'
            '"Message":"Cart 17 is lost","State":{"Message":"Cart 17 is lost","Id":17,'
            '"{OriginalFormat}":"Cart {Id} is lost"},'
            '"Scopes":[{"Message":"SpanId:00f067aa0ba902b7","SpanId":"00f067aa0ba902b7",'
            '"TraceId":"4bf92f3577b34da6a3ce929d0e0e4736","ParentId":"0000000000000000"}]}',
            {
                "timestamp": "2026-06-20T12:00:00.123456700Z",
                "severity_number": 21,
                "severity_text": "Critical",
                "body": "Cart 17 is lost",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "span_id": "00f067aa0ba902b7",
                "scope": {"name": "Shop.Cart"},
            },
        ),
        Example(
            '{"EventId":1,"LogLevel":"Error","Category":"Shop.Cart","State":{"Id":17,"{OriginalFormat}":"Cart {Id}"},'
            '"Exception":"System.IO.IOException: Full\\n   at A.B()"}',
            {
                "severity_number": 17,
                "body": "Cart 17",
                "attributes": {
                    "EventId": 1,
                    "State": {"Id": 17, "{OriginalFormat}": "Cart {Id}"},
                    "exception.type": "System.IO.IOException",
                    "exception.message": "Full",
                    "exception.stacktrace": "System.IO.IOException: Full\n   at A.B()",
                },
            },
        ),
    ),
)
