"""IBM QRadar's Log Event Extended Format, versions 1.0 and 2.0.

Source: IBM's "LEEF event components". Pairs are separated by tabs or, in 2.0, by the character that the header names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import tzinfo

from streams.dialects.base import Dialect, Example, TextReader, new_record
from streams.dialects.lines.cef import pairs, put_event_time, put_pairs
from streams.types import Record, Source
from streams.values.levels import cef_level, read_level
from streams.values.severities import CEF

NAME = "leef"
_PART = r"([^|\n]*+)"
_HEADER = re.compile(rf"LEEF: ?([12](?:\.\d)?)\|{_PART}\|{_PART}\|{_PART}\|{_PART}(?:\|(.*))?", re.DOTALL)
_HEADER_NAMES = ("leef.version", "leef.vendor", "leef.product", "leef.product_version", "leef.event_id")
_DELIMITER = re.compile(r"(?:0?x(?P<code>[0-9a-fA-F]{2,4})|(?P<character>[^|=]?))\|", re.DOTALL)
_TAB = "\t"
_TAB_OF_RSYSLOG = "#011"
"""How rsyslog forwards a tab unless told otherwise (`escapeControlCharactersOnReceive`)."""
_REST = "leef.extension"


def _compile_text(zone: tzinfo) -> TextReader:
    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        match = _HEADER.match(text)
        if match is None:
            return None
        record = new_record(NAME, event_id, observed, source)
        *header, extension = match.groups("")
        attributes = record["attributes"]
        attributes.update((name, part) for name, part in zip(_HEADER_NAMES, header, strict=True) if part)
        put_pairs(record, _pairs(header[0], extension))
        severity = attributes.get("sev")
        if isinstance(severity, str):
            record["severity_number"], record["severity_text"] = read_level(attributes.pop("sev"), cef_level, CEF)
        put_event_time(record, ("devTime",), zone)
        if isinstance(attributes.get("msg"), str):
            record["body"] = attributes.pop("msg")
        return record

    return read


def _pairs(version: str, extension: str) -> Iterator[tuple[str, str]]:
    """Split at the delimiter; where a relay made blanks of it, before each key."""
    delimiter, text = _TAB, extension
    declared = _DELIMITER.match(extension) if version.startswith("2") else None
    if declared:
        text = extension[declared.end() :]
        delimiter = chr(int(declared["code"], 16)) if declared["code"] else declared["character"] or _TAB
    if delimiter == _TAB and _TAB not in text:
        delimiter = _TAB_OF_RSYSLOG
    if delimiter not in text:
        yield from pairs(text, _REST)
        return
    for part in text.split(delimiter):
        key, mark, value = part.partition("=")
        if mark and key:
            yield key.strip(), value
        elif part.strip():
            yield _REST, part


DIALECT = Dialect(
    name=NAME,
    summary="IBM QRadar's Log Event Extended Format",
    link="https://www.ibm.com/docs/en/dsm?topic=overview-leef-event-components",
    compile_text=_compile_text,
    starts="L",
    head="LEEF",
    opaque=True,
    examples=(
        Example(
            "LEEF:2.0|Acme|Guard|1.0|41|^|src=192.0.2.1^dst=192.0.2.2^sev=5^cat=anomaly"
            "^devTime=Jun 03 2024 10:00:00 UTC",
            {
                "timestamp": "2024-06-03T10:00:00.000000000Z",
                "severity_number": 13,
                "severity_text": "5",
                "attributes": {
                    "leef.version": "2.0",
                    "leef.vendor": "Acme",
                    "leef.product": "Guard",
                    "leef.product_version": "1.0",
                    "leef.event_id": "41",
                    "source.address": "192.0.2.1",
                    "destination.address": "192.0.2.2",
                    "cat": "anomaly",
                },
            },
        ),
        Example(
            "<13>Jan 18 11:07:53 host1 LEEF:1.0|Microsoft|MSExchange|4.0 SP1|15345|src=192.0.2.0\tmsg=a=b c\tsev=9",
            {
                "severity_number": 21,
                "body": "a=b c",
                "resource": {"service.name": "unknown_service", "host.name": "host1"},
            },
        ),
    ),
)
