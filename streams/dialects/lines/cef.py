"""ArcSight's Common Event Format: seven fields with pipes between them, then `key=value` pairs.

Source: "ArcSight Common Event Format (CEF) Implementation Standard". Written here because the kept parsers cut values
at blanks, or take what follows an escaped `=` for a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, TextReader, add_flags, new_record
from streams.dialects.lines.fields import integer
from streams.types import Record, Source
from streams.values.levels import cef_level, read_level
from streams.values.severities import CEF
from streams.values.time import read_time

NAME = "cef"
_PART = r"((?>(?:[^|\\\n]++|\\.)*))"
_HEADER = re.compile(
    rf"CEF: ?(\d[\d.]{{0,5}})\|{_PART}\|{_PART}\|{_PART}\|{_PART}\|{_PART}\|{_PART}(?:\|(.*))?", re.DOTALL
)
_HEADER_NAMES = (
    "cef.version",
    "cef.device.vendor",
    "cef.device.product",
    "cef.device.version",
    "cef.device.event_class_id",
    "cef.name",
)
_KEY = re.compile(r"(?:^|(?<=\s))([A-Za-z0-9_][A-Za-z0-9_.\-\[\]]{0,99})=")
_ESCAPE = re.compile(r"\\([\\=|nr])")
_ESCAPED = {"n": "\n", "r": "\r"}
_MESSAGES = ("msg", "message")
_TIMES = ("rt", "deviceReceiptTime", "end", "endTime", "start", "startTime")
NAMES = {
    "src": "source.address",
    "spt": "source.port",
    "dst": "destination.address",
    "dpt": "destination.port",
    "request": "url.full",
    "requestMethod": "http.request.method",
    "requestClientApplication": "user_agent.original",
    "sourceAddress": "source.address",
    "sourcePort": "source.port",
    "destinationAddress": "destination.address",
    "destinationPort": "destination.port",
}
"""The keys, short and long, that OpenTelemetry has a name for."""
_PORTS = frozenset({"source.port", "destination.port"})


def _compile_text(zone: tzinfo) -> TextReader:
    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        match = _HEADER.match(text)
        if match is None:
            return None
        record = new_record(NAME, event_id, observed, source)
        *header, severity, extension = match.groups("")
        record["attributes"].update(
            (name, unescaped(part)) for name, part in zip(_HEADER_NAMES, header, strict=True) if part
        )
        record["severity_number"], record["severity_text"] = read_level(unescaped(severity), cef_level, CEF)
        put_pairs(record, pairs(extension, "cef.extension"))
        put_event_time(record, _TIMES, zone)
        record["body"] = _body(record["attributes"])
        return record

    return read


def _body(attributes: dict[str, Any]) -> Any:
    """The message, else the name of the event."""
    key = next((key for key in _MESSAGES if isinstance(attributes.get(key), str) and attributes[key]), None)
    return attributes.pop(key) if key else attributes.get("cef.name")


def unescaped(text: str) -> str:
    """Resolve escapes; a backslash before any other character is one that the producer forgot to escape."""
    return _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), text) if "\\" in text else text


def pairs(text: str, rest: str) -> Iterator[tuple[str, str]]:
    """Split pairs whose values may hold blanks: a value ends before the next key. `rest` names what is no pair."""
    found = list(_KEY.finditer(text))
    loose = text[: found[0].start()].strip() if found else text.strip()
    if loose:
        yield rest, unescaped(loose)
    ends = (*(key.start() for key in found[1:]), len(text))
    for key, end in zip(found, ends, strict=False):
        yield key[1], unescaped(text[key.end() : end].rstrip())


def put_pairs(record: Record, found: Iterator[tuple[str, str]]) -> None:
    """Set attributes by their OpenTelemetry names, ports as numbers; a key that is there twice gives a list."""
    attributes = record["attributes"]
    for key, text in found:
        name = NAMES.get(key, key) if text else key
        value: Any = text
        if name in _PORTS:
            number = integer(text)
            if number is None:
                name = key
                add_flags(record, "field.type_mismatch")
            else:
                value = number
        earlier = attributes.get(name)
        if earlier is None:
            attributes[name] = value
        elif isinstance(earlier, list):
            earlier.append(value)
        else:
            attributes[name] = [earlier, value]


def put_event_time(record: Record, keys: tuple[str, ...], zone: tzinfo) -> None:
    """Take the first of some keys that is there for the time; it stays an attribute when it cannot be read."""
    attributes = record["attributes"]
    key = next((key for key in keys if isinstance(attributes.get(key), str)), None)
    found = read_time(attributes[key] if key else None, zone, record["observed_timestamp"])
    record["timestamp"] = found.text
    add_flags(record, *found.flags)
    if key and found.text is not None:
        del attributes[key]


DIALECT = Dialect(
    name=NAME,
    summary="ArcSight's Common Event Format",
    link="https://www.microfocus.com/documentation/arcsight/arcsight-smartconnectors/pdfdoc/"
    "common-event-format-v25/common-event-format-v25.pdf",
    compile_text=_compile_text,
    starts="C",
    head="CEF",
    opaque=True,
    examples=(
        Example(
            r"<134>2026-11-20T12:00:00Z fw-1 CEF:0|Acme|Gate \| Guard|1.0|100|Port scan|7|src=10.0.0.1 spt=1232"
            r" act=a \= b msg=Two lines\nof text rt=Nov 20 2026 11:59:58.5 UTC",
            {
                "timestamp": "2026-11-20T11:59:58.500000000Z",
                "severity_number": 17,
                "severity_text": "7",
                "body": "Two lines\nof text",
                "resource": {"service.name": "unknown_service", "host.name": "fw-1"},
                "attributes": {
                    "cef.version": "0",
                    "cef.device.vendor": "Acme",
                    "cef.device.product": "Gate | Guard",
                    "cef.device.version": "1.0",
                    "cef.device.event_class_id": "100",
                    "cef.name": "Port scan",
                    "source.address": "10.0.0.1",
                    "source.port": 1232,
                    "act": "a = b",
                    "syslog.priority": 134,
                    "syslog.facility": "local0",
                    "rfc3164.timestamp": "2026-11-20T12:00:00.000000000Z",
                },
            },
        ),
        Example(
            "CEF:0|Acme|Guard|1|18|Door opened|Medium|end=1793188798000 start=1793188790000",
            {
                "timestamp": "2026-10-28T11:59:58.000000000Z",
                "severity_number": 13,
                "severity_text": "Medium",
                "body": "Door opened",
            },
        ),
    ),
)
