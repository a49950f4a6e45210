"""Serilog's compact format CLEF: keys with `@` are the event's own, all others its properties (clef-json.org).

Source: serilog-formatting-compact's README, "Format details"; `@tr` and `@sp` from Serilog 3.1 on.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, ObjectReader
from streams.dialects.exceptions import take_exception
from streams.dialects.keyed import Reading, keyed
from streams.dialects.loggers.message_template import Formatted, render
from streams.dialects.roles import KEYS
from streams.types import Record, Source
from streams.values.severities import SERILOG

_INFORMATION = 9
_TIME, _LEVEL, _MESSAGE, _TEMPLATE, _RENDERINGS = "@t", "@l", "@m", "@mt", "@r"

_KEYS = KEYS._replace(
    time=(_TIME,),
    severity=(_LEVEL,),
    body=(_MESSAGE,),
    trace=("@tr", *KEYS.trace),
    span=("@sp", *KEYS.span),
    service=(*KEYS.service, "Application", "ApplicationName"),
    host=("MachineName", *KEYS.host),
    logger=("SourceContext",),
)
"""Beside the format's keys the properties that Serilog's usual enrichers add."""


def _finish(record: Record) -> None:
    """An event without `@l` is Information; `@@x` is how a property named `@x` is written."""
    attributes = record["attributes"]
    if record["severity_text"] is None and _LEVEL not in attributes:
        record["severity_number"] = _INFORMATION
    for key in [key for key in attributes if key.startswith("@@")]:
        if key[1:] not in attributes:
            attributes[key[1:]] = attributes.pop(key)
    take_exception(record, "@x")


_compile_table = keyed(
    "serilog-clef",
    Reading(_KEYS, SERILOG, attributes={"@i": "log.record.uid"}, then=_finish),
)


def _formatted(renderings: Any) -> Formatted:
    """Give the texts of `@r` one after another: one for each hole that has a format, in the template's order."""
    following = iter(renderings if isinstance(renderings, list) else ())
    return lambda _name, _form: next(following, None)


def _compile(present: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    if _MESSAGE in present or _TEMPLATE not in present:
        return _compile_table(present, zone)
    read_table = _compile_table((*present, _MESSAGE), zone)

    def read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
        # Rendered first, because the table takes the properties away that have a role.
        template = document[_TEMPLATE]
        if isinstance(template, str):
            document[_MESSAGE] = render(template, document, _formatted(document.get(_RENDERINGS)))
        return read_table(document, event_id, observed, source)

    return read


DIALECT = Dialect(
    name="serilog-clef",
    summary="Serilog's compact log event format (CLEF), also Seq's",
    link="https://github.com/serilog/serilog-formatting-compact#format-details",
    signatures=(frozenset({_TIME}), frozenset({_TIME, _TEMPLATE}), frozenset({_TIME, _MESSAGE})),
    compile_objects=_compile,
    examples=(
        Example(
            '{"@t":"2026-06-20T12:00:00.1234567Z","@mt":"Cart {Id:x4} of {User} holds {@Items}","@r":["0011"],'
            '"@i":"7a8b9c0d","@tr":"4bf92f3577b34da6a3ce929d0e0e4736","@sp":"00f067aa0ba902b7","Id":17,"User":"ann",'
            '"Items":[{"Name":"tea"}],"SourceContext":"Shop.Cart","@@at":1}',
            {
                "timestamp": "2026-06-20T12:00:00.123456700Z",
                "severity_number": 9,
                "severity_text": None,
                "body": 'Cart 0011 of ann holds [{"Name":"tea"}]',
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "span_id": "00f067aa0ba902b7",
                "scope": {"name": "Shop.Cart"},
                "attributes": {
                    "@mt": "Cart {Id:x4} of {User} holds {@Items}",
                    "@r": ["0011"],
                    "log.record.uid": "7a8b9c0d",
                    "Id": 17,
                    "User": "ann",
                    "Items": [{"Name": "tea"}],
                    "@at": 1,
                },
            },
        ),
        Example(
            '{"@t":"2026-06-20T12:00:00Z","@l":"Error","@m":"Not saved",'
            '"@x":"System.IO.IOException: Full\\n   at A.B()"}',
            {
                "severity_number": 17,
                "severity_text": "Error",
                "body": "Not saved",
                "attributes": {
                    "exception.type": "System.IO.IOException",
                    "exception.message": "Full",
                    "exception.stacktrace": "System.IO.IOException: Full\n   at A.B()",
                },
            },
        ),
    ),
)
