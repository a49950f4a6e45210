"""W3C extended log files: IIS, CloudFront and others; what a line says is told by the `#Fields` directive before it.

Source: W3C working draft WD-logfile, "Extended Log File Format"; IIS's documentation for its defaults. A line without
its directive is read by IIS's usual field lists, if one of them fits. Times are always in UTC. `+` stands for a blank
that was, or for itself, so it stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, tzinfo
from functools import lru_cache
from typing import Any

from streams.dialects.base import Dialect, Example, Parts, TextReader, new_record
from streams.dialects.lines.fields import NULLS
from streams.dialects.lines.w3c_fields import TAB, FieldList, known_list, put_row
from streams.types import Record, Source
from streams.values.time import read_time

NAME = "w3c"
_EVENT = "w3c.directive"
_DIRECTIVE = re.compile(
    r"#(?P<name>Version|Fields|Software|Start-Date|End-Date|Date|Remark): ?(?P<value>[^\r\n]*)", re.IGNORECASE
)
_DATED = re.compile(r"\d{4}-\d\d-\d\d[ \t]\d\d:\d\d:\d\d(?:\.\d{1,9})?[ \t]", re.ASCII)
_MOST_FIELDS = 200


def _compile_text(zone: tzinfo) -> TextReader:
    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        if "\n" in text:
            return None
        if text.startswith("#"):
            return _read_directive(text, event_id, observed, source)
        if not _DATED.match(text):
            return None
        known = known_list(text)
        return _read_row(text, known, (event_id, observed, source)) if known else None

    return read


def _split_text(text: str, zone: tzinfo) -> Parts | None:
    """Take a text of several lines apart that begins with a directive; each line by the last field list before it."""
    if not _DIRECTIVE.match(text) or "\n" not in text.rstrip("\r\n"):
        return None
    items = list(_with_field_lists([line.rstrip("\r") for line in text.split("\n") if line.strip()]))

    def read(item: Any, event_id: str, observed: str, source: Source) -> Record:
        line, fields = item
        if line.startswith("#"):
            return _read_directive(line, event_id, observed, source) or _read_unknown(line, event_id, observed, source)
        tabs = TAB in line
        return _read_row(line, fields and FieldList(_names(fields), tabs), (event_id, observed, source))

    def alone(index: int, item: Any) -> str:
        line, fields = item
        return line if line.startswith("#") or not fields else f"{fields}\n{line}"

    return Parts(items, alone, read)


def _with_field_lists(lines: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Give each line with the directive that names its fields, if one was before."""
    fields = None
    for line in lines:
        if line[:8].lower() == "#fields:":
            fields = line
        yield line, fields


@lru_cache(maxsize=256)
def _names(directive: str) -> tuple[str, ...]:
    return tuple(directive.partition(":")[2].split()[:_MOST_FIELDS])


def _read_directive(line: str, event_id: str, observed: str, source: Source) -> Record | None:
    """Make a record of a directive: it says something of the lines to come, and nothing may vanish (contract 8b.5)."""
    match = _DIRECTIVE.fullmatch(line)
    if not match:
        return None
    record = _read_unknown(line, event_id, observed, source)
    record["event_name"] = _EVENT
    record["attributes"] = {_EVENT: match["name"]}
    if match["name"].lower() in {"date", "start-date", "end-date"}:
        _set_time(record, match["value"].split())
    return record


def _read_unknown(line: str, event_id: str, observed: str, source: Source) -> Record:
    record = new_record(NAME, event_id, observed, source)
    record["body"] = line
    record["flags"] = ["timestamp.missing"]
    return record


def _set_time(record: Record, parts: Iterable[str]) -> None:
    """Take a date and a time of day, which is UTC by the format's definition."""
    written = " ".join(part for part in parts if part not in NULLS)
    found = read_time(f"{written}Z" if written else None, UTC, record["observed_timestamp"])
    record["timestamp"], record["flags"] = found.text, list(found.flags)
    if found.text is None and written:
        record["attributes"]["time"] = written


def _read_row(line: str, fields: FieldList | None, identity: tuple[str, str, Source]) -> Record:
    record = new_record(NAME, *identity)
    record["body"] = line
    values = (fields or FieldList(())).split(line)
    said = dict(zip(fields.names if fields else (), values, strict=False))
    _set_time(record, (said.get("date", "-"), said.get("time", "-")))
    put_row(record, said)
    if len(values) > len(said):
        record["attributes"]["extra"] = values[len(said) :]
    return record


DIALECT = Dialect(
    name=NAME,
    summary="W3C extended log files: IIS, CloudFront and others",
    link="https://www.w3.org/TR/WD-logfile.html",
    compile_text=_compile_text,
    split_text=_split_text,
    starts="#12",
    head=r"#|0000-00-00[ \t]00:00:00(?:\.0{1,9})?[ \t]",
    opaque=True,
    examples=(
        Example(
            "#Fields: date time c-ip cs-method cs-uri-stem cs(User-Agent) cs-host sc-status x-new\r\n"
            "2026-03-17 08:01:15 10.0.1.50 GET /a.aspx Mozilla/5.0+(Windows) shop.example.com 200 -\r\n",
            (
                {
                    "event_name": "w3c.directive",
                    "timestamp": None,
                    "body": "#Fields: date time c-ip cs-method cs-uri-stem cs(User-Agent) cs-host sc-status x-new",
                    "attributes": {"w3c.directive": "Fields"},
                },
                {
                    "timestamp": "2026-03-17T08:01:15.000000000Z",
                    "severity_number": 0,
                    "body": "GET /a.aspx 200",
                    "resource": {"service.name": "shop.example.com"},
                    "attributes": {
                        "client.address": "10.0.1.50",
                        "http.request.method": "GET",
                        "url.path": "/a.aspx",
                        "user_agent.original": "Mozilla/5.0+(Windows)",
                        "http.response.status_code": 200,
                        "cs-host": "shop.example.com",
                        "server.address": "shop.example.com",
                    },
                    "flags": ["service.inferred"],
                },
            ),
        ),
        Example(
            "2026-03-17 08:01:15 10.0.2.10 GET /a.aspx id=42 80 DOMAIN\\ann 10.0.1.50 Mozilla/5.0"
            " https://example.com/home 200 0 0 1250",
            {
                "timestamp": "2026-03-17T08:01:15.000000000Z",
                "body": "GET /a.aspx 200",
                "attributes": {
                    "server.address": "10.0.2.10",
                    "server.port": 80,
                    "http.request.method": "GET",
                    "url.path": "/a.aspx",
                    "url.query": "id=42",
                    "user.name": "DOMAIN\\ann",
                    "client.address": "10.0.1.50",
                    "user_agent.original": "Mozilla/5.0",
                    "http.request.header.referer": ["https://example.com/home"],
                    "http.response.status_code": 200,
                    "sc-substatus": "0",
                    "sc-win32-status": "0",
                    "time-taken": "1250",
                },
                "flags": None,
            },
        ),
    ),
)
