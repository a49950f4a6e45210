"""OpenTelemetry Python's ConsoleLogExporter: ids with `0x`, the record's attributes and resource as objects.

Source: opentelemetry-sdk's LogRecord.to_json; older versions write the resource and the severity number as Python
writes them: `BoundedAttributes({...})`, `<SeverityNumber.WARN: 13>`.
"""

from __future__ import annotations

import re
from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.keyed import Reading, keyed, rename
from streams.dialects.moves import name_service, unfold
from streams.dialects.roles import KEYS
from streams.types import Record
from streams.values.severities import PYTHON

_NUMBERS = range(25)
_WRITTEN_NUMBER = re.compile(r"<?SeverityNumber\.\w{1,20}: ([0-9]{1,2})>")
_WRITTEN_PAIR = re.compile(r"'([\w.]{1,100})': '([^'\\]{0,1000})'")
_SERVICE = "service.name"


def _finish(record: Record) -> None:
    attributes = record["attributes"]
    _set_severity(record, attributes)
    _set_resource(record, attributes)
    dropped = attributes.get("dropped_attributes")
    if type(dropped) is int and dropped >= 0:
        record["dropped_attributes_count"] = attributes.pop("dropped_attributes")
    name = attributes.pop("event_name", None)
    if isinstance(name, str) and name:
        record["event_name"] = name
    elif name:
        attributes["event_name"] = name
    rename(attributes, "observed_timestamp", "otel.observed_timestamp")
    unfold(attributes, "attributes")
    name_service(record, attributes.get("otelServiceName"))


def _set_severity(record: Record, attributes: dict[str, Any]) -> None:
    """The number is OpenTelemetry's own; as Python writes it, it stays an attribute too."""
    value = attributes.get("severity_number")
    written = _WRITTEN_NUMBER.fullmatch(value) if isinstance(value, str) else None
    number = int(written[1]) if written else value
    if type(number) is not int or number not in _NUMBERS:
        return
    record["severity_number"] = number
    if not written:
        del attributes["severity_number"]


def _set_resource(record: Record, attributes: dict[str, Any]) -> None:
    """A resource as Python writes it stays an attribute too, because only its texts are read."""
    value = attributes.get("resource")
    if isinstance(value, str):
        _describe(record["resource"], dict(_WRITTEN_PAIR.findall(value)))
    elif isinstance(value, dict) and isinstance(value.get("attributes"), dict):
        _describe(record["resource"], value["attributes"])
        rest = {key: value[key] for key in value if key != "attributes" and value[key] != ""}
        del attributes["resource"]
        if rest:
            attributes["resource"] = rest


def _describe(resource: dict[str, Any], said: dict[str, Any]) -> None:
    name = said.get(_SERVICE)
    named = resource[_SERVICE]
    resource.update(said)
    resource[_SERVICE] = name if isinstance(name, str) and name else named


DIALECT = Dialect(
    name="otel-python-console",
    summary="log records on the console of OpenTelemetry's Python SDK",
    link="https://opentelemetry-python.readthedocs.io/en/latest/sdk/_logs.html",
    signatures=(
        frozenset({"body", "severity_text", "trace_id"}),
        frozenset({"body", "severity_number", "severity_text", "trace_id", "span_id"}),
    ),
    compile_objects=keyed(
        "otel-python-console",
        Reading(KEYS._replace(time=("timestamp",), severity=("severity_text",), body=("body",)), PYTHON, then=_finish),
    ),
    examples=(
        Example(
            '{"body":"stock is low","severity_number":13,"severity_text":"WARN","attributes":{"item":7},'
            '"dropped_attributes":2,"timestamp":"2026-06-20T12:00:00.123456Z",'
            '"observed_timestamp":"2026-06-20T12:00:00.123500Z","trace_id":"0x4bf92f3577b34da6a3ce929d0e0e4736",'
            '"span_id":"0x00f067aa0ba902b7","trace_flags":1,'
            '"resource":{"attributes":{"service.name":"shop","telemetry.sdk.language":"python"},"schema_url":""}}',
            {
                "timestamp": "2026-06-20T12:00:00.123456000Z",
                "severity_number": 13,
                "severity_text": "WARN",
                "body": "stock is low",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "span_id": "00f067aa0ba902b7",
                "trace_flags": 1,
                "resource": {"service.name": "shop", "telemetry.sdk.language": "python"},
                "attributes": {"item": 7, "otel.observed_timestamp": "2026-06-20T12:00:00.123500Z"},
                "dropped_attributes_count": 2,
            },
        ),
        Example(
            '{"body":"no span here","severity_number":"<SeverityNumber.INFO: 9>","severity_text":"INFO",'
            '"trace_id":"0x00000000000000000000000000000000","span_id":"0x0000000000000000",'
            "\"resource\":\"BoundedAttributes({'service.name': 'shop'}, maxlen=None)\"}",
            {"severity_number": 9, "trace_id": None, "span_id": None, "resource": {"service.name": "shop"}},
        ),
    ),
)
