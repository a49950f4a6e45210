"""Monolog's line format, which Laravel and Symfony use: `[time] channel.LEVEL: message context extra`.

Source: Seldaek/monolog, `LineFormatter::SIMPLE_FORMAT`. Context and extra are JSON, empty ones may be left out. With
`allowInlineLineBreaks`, as Laravel sets it, line breaks stand in the JSON as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import tzinfo
from functools import lru_cache
from itertools import islice
from typing import Any

from streams.dialects.base import Dialect, Example, ObjectReader, TextReader, add_flags
from streams.dialects.keyed import Reading, keyed
from streams.dialects.roles import KEYS
from streams.errors import RejectedRecord
from streams.types import Record, Source
from streams.values.json import Parsed, parse
from streams.values.severities import MONOLOG

NAME = "monolog-text"
_HEAD = re.compile(
    r"\[(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)\] "
    r"(?P<channel>[A-Za-z0-9_\-]{1,80})\.(?P<level>DEBUG|INFO|NOTICE|WARNING|ERROR|CRITICAL|ALERT|EMERGENCY): ",
    re.ASCII,
)
_JSON_START = re.compile(r"(?:^| )(?=[\[{])")
_SCANNER = json.JSONDecoder(strict=False)
_MOST_STARTS = 16
_MOST_DEPTH = 32
_CONTROLS = str.maketrans({"\n": "\\n", "\r": "\\r", "\t": "\\t"})
_THROWN = re.compile(
    r"\[object\] \((?P<type>[\w\\]{1,300})\(code: [^)\n]{0,40}\): (?P<message>[^\n]{0,2000}?) at [^\n]{1,500}:\d+\)"
)
_MOST_SHAPES = 1_024


def _compile_text(zone: tzinfo) -> TextReader:
    keys = KEYS._replace(time=("timestamp",), severity=("level_name",), body=("message",), logger=("channel",))
    compile_objects = keyed(NAME, Reading(keys, MONOLOG, then=_name_exception))

    @lru_cache(maxsize=_MOST_SHAPES)
    def reader_of(shape: tuple[str, ...]) -> ObjectReader:
        return compile_objects(shape, zone)

    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        head = _HEAD.match(text)
        if not head:
            return None
        message, parts = _split(text[head.end() :])
        document = {"timestamp": head["time"], "level_name": head["level"], "channel": head["channel"]}
        document |= _context(parts, {*document, "message"})
        document["message"] = message
        record = reader_of(tuple(document))(document, event_id, observed, source)
        add_flags(record, *(flag for part in parts for flag in part.flags))
        return record

    return read


def _split(text: str) -> tuple[str, list[Parsed]]:
    """Tell the message from the one or two JSON values that end the line."""
    for start in islice(_JSON_START.finditer(text), _MOST_STARTS):
        parts = _values(text, start.end())
        if parts is not None:
            return text[: start.start()], parts
    return text, []


def _values(text: str, at: int) -> list[Parsed] | None:
    """Read JSON values up to the end of a text; None when something else is there."""
    values: list[Parsed] = []
    try:
        while at < len(text) and len(values) < 2:
            _, end = _SCANNER.raw_decode(text, at)
            values.append(parse(text[at:end].translate(_CONTROLS).encode(), _MOST_DEPTH))
            at = end + (text[end : end + 1] == " ")
    except (ValueError, RecursionError, RejectedRecord):
        return None
    return values if not text[at:].strip() else None


def _context(parts: Iterable[Parsed], taken: set[str]) -> dict[str, Any]:
    """Join context and extra; a key that has another meaning already gets the name of its part before it."""
    joined: dict[str, Any] = {}
    for name, part in zip(("context", "extra"), parts, strict=False):
        inner = part.document if isinstance(part.document, dict) else {name: part.document} if part.document else {}
        for key, value in inner.items():
            joined[f"{name}.{key}" if key in taken or key in joined else key] = value
    return joined


def _name_exception(record: Record) -> None:
    """Name what was thrown, in the form in which Monolog writes an exception as text."""
    attributes = record["attributes"]
    written = attributes.get("exception")
    thrown = _THROWN.match(written) if isinstance(written, str) else None
    if thrown:
        attributes["exception.type"], attributes["exception.message"] = thrown["type"], thrown["message"]
        attributes["exception.stacktrace"] = attributes.pop("exception")


DIALECT = Dialect(
    name=NAME,
    summary="Monolog's line format, as Laravel and Symfony write it",
    link="https://seldaek.github.io/monolog/doc/message-structure.html",
    compile_text=_compile_text,
    starts="[",
    head=r"\[0000-00-00[T ]00:00:00(?:\.0{1,9})?(?:Z|[+-]00:?00)?\] ",
    examples=(
        Example(
            '[2022-12-09T16:02:42.123456+01:00] app.CRITICAL: Hello, [World]! {"user":7,"service":"shop"} {"ip":"::1"}',
            {
                "timestamp": "2022-12-09T15:02:42.123456000Z",
                "severity_number": 18,
                "severity_text": "CRITICAL",
                "body": "Hello, [World]!",
                "resource": {"service.name": "shop"},
                "scope": {"name": "app"},
                "attributes": {"user": 7, "ip": "::1"},
                "flags": None,
            },
        ),
        Example(
            '[2022-12-09 16:02:42] local.ERROR: No order {"exception":"[object] (App\\\\NoOrder(code: 0): no order 7 at'
            ' /srv/a.php:12)\n[stacktrace]\n#0 {main}\n"} \n',
            {
                "body": "No order",
                "attributes": {
                    "exception.type": "App\\NoOrder",
                    "exception.message": "no order 7",
                    "exception.stacktrace": "[object] (App\\NoOrder(code: 0): no order 7 at /srv/a.php:12)\n"
                    "[stacktrace]\n#0 {main}\n",
                },
                "flags": ["timestamp.no_zone"],
            },
        ),
    ),
)
