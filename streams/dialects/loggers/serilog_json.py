"""Serilog's JsonFormatter, and the formatter of its Elasticsearch sink, which writes the same in lower case.

Source: serilog's JsonFormatter.cs, serilog-formatting-elasticsearch's ElasticsearchJsonFormatter.cs.
"""

from __future__ import annotations

from collections.abc import Mapping
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

_TEMPLATES, _PROPERTIES = ("MessageTemplate", "messageTemplate"), ("Properties", "fields")
_HOST = ("MachineName",)
_SERVICE = ("service.name", "service_name", "Application", "ApplicationName", "ServiceName")


def _first(attributes: Mapping[str, Any], keys: tuple[str, ...], kind: type) -> Any:
    return next((attributes[key] for key in keys if isinstance(attributes.get(key), kind)), None)


def _formatted(renderings: Any) -> Formatted:
    """Look up what JsonFormatter left under `Renderings`: `{property: [{"Format": .., "Rendering": ..}]}`."""

    def look_up(name: str, form: str) -> Any:
        made = renderings.get(name) if isinstance(renderings, dict) else None
        entries = made if isinstance(made, list) else ()
        return next((one.get("Rendering") for one in entries if type(one) is dict and one.get("Format") == form), None)

    return look_up


def _finish(record: Record) -> None:
    attributes = record["attributes"]
    properties = _first(attributes, _PROPERTIES, dict) or {}
    template = _first(attributes, _TEMPLATES, str)
    if record["body"] is None and template is not None:
        record["body"] = render(template, properties, _formatted(attributes.get("Renderings")))
    name_scope(record, properties, "SourceContext")
    _describe_origin(record, properties)
    take_exception(record, "Exception")
    take_exception(record, "exceptions")


def _describe_origin(record: Record, properties: dict[str, Any]) -> None:
    """Name service and host by the properties of Serilog's usual enrichers."""
    name_service(record, _first(properties, _SERVICE, str))
    host = _first(properties, _HOST, str)
    if host:
        record["resource"].setdefault("host.name", host)


_COMMON = Reading(words=SERILOG, then=_finish)
_plain = keyed(
    "serilog-json",
    _COMMON._replace(
        keys=KEYS._replace(
            time=("Timestamp", *KEYS.time), severity=("Level", *KEYS.severity), body=("RenderedMessage", "Message")
        )
    ),
)
_elastic = keyed("serilog-json", _COMMON._replace(keys=KEYS._replace(body=("message",))))


def _compile(present: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    return (_plain if "MessageTemplate" in present else _elastic)(present, zone)


DIALECT = Dialect(
    name="serilog-json",
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
