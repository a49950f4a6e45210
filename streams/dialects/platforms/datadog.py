"""What Datadog's agents and libraries write: intake items with `ddsource` and `ddtags`, and logs with `dd.*` injected.

Source: Datadog, "Logs: attributes and aliasing", "Status remapper", "Correlating logs and traces". Ids are unsigned
decimal numbers; times are milliseconds.
"""

from __future__ import annotations

from datetime import tzinfo

from streams.dialects.base import Dialect, Example, ObjectReader
from streams.dialects.keyed import Reading, keyed
from streams.dialects.moves import name_service
from streams.dialects.roles import KEYS, words
from streams.types import Record
from streams.values.levels import syslog_level
from streams.values.severities import DATADOG, read_datadog

_NAME = "datadog"
_STATUS = "status"
_RESOURCE = {"env": "deployment.environment.name", "version": "service.version"}


def _complete(record: Record) -> None:
    if record["severity_number"] == 0 and record["severity_text"]:
        _read_by_prefix(record, record["severity_text"])
    _take_tags(record)
    nested = record["attributes"].get("dd")
    if isinstance(nested, dict):
        name_service(record, nested.get("service"))
        for key, name in _RESOURCE.items():
            if isinstance(nested.get(key), str) and nested[key]:
                record["resource"].setdefault(name, nested[key])


def _read_by_prefix(record: Record, word: str) -> None:
    if word[0].isalpha():
        record["severity_number"] = read_datadog(word).number


def _complete_status(record: Record) -> None:
    """Put a number that is no syslog severity back: it is the status of something else, as of HTTP."""
    word = record["severity_text"]
    if word and record["severity_number"] == 0 and not word[0].isalpha():
        record["attributes"][_STATUS] = word
        record["severity_text"] = None
    _complete(record)


def _take_tags(record: Record) -> None:
    """Unified service tagging: `env`, `service` and `version` describe the resource; the tags stay as they are."""
    tags = record["attributes"].get("ddtags")
    if not isinstance(tags, str):
        return
    for tag in tags.split(","):
        key, _, value = tag.strip().partition(":")
        if key in _RESOURCE and value:
            record["resource"].setdefault(_RESOURCE[key], value)
        elif key == "service":
            name_service(record, value)


_READING = Reading(
    words=DATADOG, resource={"dd.env": _RESOURCE["env"], "dd.version": _RESOURCE["version"]}, then=_complete
)
_with_level = keyed(_NAME, _READING)
_with_status = keyed(
    _NAME, _READING._replace(keys=KEYS._replace(severity=(_STATUS,)), numbers=syslog_level, then=_complete_status)
)


def _compile_objects(present: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    """A library's log has a level, an item of the intake a status; where both are, the level is the logger's word."""
    compile_reader = _with_status if set(present).isdisjoint(KEYS.severity) else _with_level
    return compile_reader(present, zone)


DIALECT = Dialect(
    name=_NAME,
    summary="Datadog's log intake, and logs into which a Datadog library put its ids",
    link="https://docs.datadoghq.com/logs/log_configuration/attributes_naming_convention/",
    signatures=tuple(frozenset({key}) for key in words("ddsource ddtags dd.trace_id dd.service dd")),
    test=lambda document: not isinstance(document.get("dd", {}), str | int | float | list),
    compile_objects=_compile_objects,
    examples=(
        Example(
            '{"message":"hello world","status":"warning","timestamp":1700000000123,"hostname":"myhost","service":"svc",'
            '"ddsource":"nginx","ddtags":"env:prod,version:1"}',
            {
                "timestamp": "2023-11-14T22:13:20.123000000Z",
                "severity_number": 13,
                "severity_text": "warning",
                "body": "hello world",
                "resource": {
                    "service.name": "svc",
                    "host.name": "myhost",
                    "deployment.environment.name": "prod",
                    "service.version": "1",
                },
                "attributes": {"ddsource": "nginx", "ddtags": "env:prod,version:1"},
            },
        ),
        Example(
            '{"message":"This is a test","dd.trace_id":"17947005427386152706",'
            '"dd.span_id":"6496753628558916970","dd.service":"cart"}',
            {
                "severity_number": 0,
                "body": "This is a test",
                "trace_id": "0000000000000000f9109259515bf702",
                "span_id": "5a291b00ff7bfd6a",
                "resource": {"service.name": "cart"},
            },
        ),
    ),
)
