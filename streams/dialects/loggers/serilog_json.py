"""Serilog's JsonFormatter, and the formatter of its Elasticsearch sink, which writes the same in lower case.

Source: serilog's JsonFormatter.cs, serilog-formatting-elasticsearch's ElasticsearchJsonFormatter.cs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, ObjectReader
from streams.dialects.exceptions import take_exception
from streams.dialects.keyed import Reading, keyed
from streams.dialects.loggers.fields import name_scope
from streams.dialects.loggers.message_template import Formatted, render
from streams.dialects.moves import name_service
from streams.dialects.roles import KEYS
from streams.types import Record
from streams.values.severities import SERILOG

_NAME = "serilog-json"
_SERVICE = ("service.name", "service_name", "Application", "ApplicationName", "ServiceName")
_HOST = "MachineName"
"""Properties that Serilog's usual enrichers add."""


def _formatted(renderings: Any) -> Formatted:
    """Look up what JsonFormatter left under `Renderings`: `{property: [{"Format": .., "Rendering": ..}]}`."""

    def look_up(name: str, form: str) -> Any:
        made = renderings.get(name) if isinstance(renderings, dict) else None
        entries = made if isinstance(made, list) else ()
        return next((one.get("Rendering") for one in entries if type(one) is dict and one.get("Format") == form), None)

    return look_up


def _finisher(template_key: str, properties_key: str) -> Callable[[Record], None]:
    """Make the last step for the names that a formatter gives to template and properties."""

    def finish(record: Record) -> None:
        attributes = record["attributes"]
        template, properties = attributes.get(template_key), attributes.get(properties_key)
        known = properties if isinstance(properties, dict) else {}
        if record["body"] is None and isinstance(template, str):
            record["body"] = render(template, known, _formatted(attributes.get("Renderings")))
        if known:
            _describe_origin(record, known)
        take_exception(record, "Exception")
        take_exception(record, "exceptions")

    return finish


def _describe_origin(record: Record, properties: dict[str, Any]) -> None:
    name_scope(record, properties, "SourceContext")
    for key in _SERVICE:
        if key in properties:
            name_service(record, properties[key])
    host = properties.get(_HOST)
    if isinstance(host, str) and host:
        record["resource"].setdefault("host.name", host)


_KEYS = KEYS._replace(logger=("SourceContext", *KEYS.logger))
_plain = keyed(
    _NAME,
    Reading(
        _KEYS._replace(
            time=("Timestamp", *KEYS.time), severity=("Level", *KEYS.severity), body=("RenderedMessage", "Message")
        ),
        SERILOG,
        then=_finisher("MessageTemplate", "Properties"),
    ),
)
_elastic = keyed(
    _NAME, Reading(_KEYS._replace(body=("message",)), SERILOG, then=_finisher("messageTemplate", "fields"))
)


def _compile(present: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    return (_plain if "MessageTemplate" in present else _elastic)(present, zone)


DIALECT = Dialect(
    name=_NAME,
    summary="Serilog's JsonFormatter and its Elasticsearch formatter",
    link="https://github.com/serilog/serilog/wiki/Formatting-Output#formatting-json",
    signatures=(
        frozenset({"Timestamp", "Level", "MessageTemplate"}),
        frozenset({"@timestamp", "level", "messageTemplate"}),
    ),
    compile_objects=_compile,
    examples=(
        Example(
            '{"Timestamp":"2026-06-20T12:00:00.1234567+02:00","Level":"Verbose","MessageTemplate":"{N:x4} is {Name,6}",'
            '"Properties":{"N":17,"Name":"tea","SourceContext":"Shop.Cart","MachineName":"web-3"},'
            '"Renderings":{"N":[{"Format":"x4","Rendering":"0011"}]}}',
            {
                "timestamp": "2026-06-20T10:00:00.123456700Z",
                "severity_number": 1,
                "severity_text": "Verbose",
                "body": "0011 is    tea",
                "resource": {"service.name": "unknown_service", "host.name": "web-3"},
                "scope": {"name": "Shop.Cart"},
            },
        ),
        Example(
            '{"@timestamp":"2026-06-20T12:00:00Z","level":"Error","messageTemplate":"Not saved","message":"Not saved",'
            '"exceptions":[{"Depth":0,"ClassName":"System.IO.IOException","Message":"Full",'
            '"StackTraceString":"at A.B()"}],'
            '"fields":{"SourceContext":"Shop.Cart"}}',
            {
                "severity_number": 17,
                "body": "Not saved",
                "scope": {"name": "Shop.Cart"},
                "attributes": {
                    "messageTemplate": "Not saved",
                    "fields": {"SourceContext": "Shop.Cart"},
                    "exceptions": [
                        {
                            "Depth": 0,
                            "ClassName": "System.IO.IOException",
                            "Message": "Full",
                            "StackTraceString": "at A.B()",
                        }
                    ],
                    "exception.type": "System.IO.IOException",
                    "exception.message": "Full",
                    "exception.stacktrace": "at A.B()",
                },
            },
        ),
    ),
)
