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
from typing import Any, NamedTuple

from streams.dialects.base import Dialect, Example, Parts, TextReader, new_record
from streams.dialects.lines.fields import NULLS, put_address, put_fields, put_header, put_virtual_host, split_fields
from streams.dialects.roles import words
from streams.types import Record, Source
from streams.values.time import read_time

NAME = "w3c"
_EVENT = "w3c.directive"
_TAB = "\t"
_DIRECTIVE = re.compile(
    r"#(?P<name>Version|Fields|Software|Start-Date|End-Date|Date|Remark): ?(?P<value>[^\r\n]*)", re.IGNORECASE
)
_DATED = re.compile(r"\d{4}-\d\d-\d\d[ \t]\d\d:\d\d:\d\d(?:\.\d{1,9})?[ \t]", re.ASCII)
_MOST_FIELDS = 200

_IIS_FULL = words(
    "date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version"
    " cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken"
)
_APP_SERVICE = tuple(name for name in _IIS_FULL if name not in {"s-computername", "s-ip", "cs-version"})
_IIS_8 = words(
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status"
    " sc-substatus sc-win32-status time-taken"
)
_IIS_7 = tuple(name for name in _IIS_8 if name != "cs(Referer)")
_IIS_6 = words(
    "date time s-sitename s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status"
    " sc-substatus sc-win32-status"
)
_IIS_BYTES = (*_IIS_8[:-1], "sc-bytes", "cs-bytes", "time-taken")
_KNOWN_LISTS = (_IIS_8, _IIS_7, _IIS_6, _IIS_7[:-1], _IIS_BYTES, _IIS_FULL, _APP_SERVICE)
_CLOUDFRONT = words(
    "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent)"
    " cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken"
    " x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status"
    " fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len"
    " sc-range-start sc-range-end"
)
"""CloudFront's standard log; it grew at its end, and from the first twelve on every length has been written."""
_LEAST_CLOUDFRONT = 12
_ADDRESS = r"[0-9a-fA-F.:%]{3,60}|-"
_FORMS = {
    "s-ip": _ADDRESS,
    "c-ip": _ADDRESS,
    "cs-method": "[A-Z_-]{2,30}|-",
    "s-port": r"\d{1,5}",
    "sc-status": r"\d{3}",
    "sc-substatus": r"\d{1,5}",
    "sc-win32-status": r"\d{1,10}",
    "time-taken": r"\d{1,12}",
    "sc-bytes": r"\d{1,18}",
    "cs-bytes": r"\d{1,18}",
    "x-edge-location": r"[A-Z]{3}\d[A-Z0-9\-]{0,12}",
}

_NAMES = {
    "cs-method": "http.request.method",
    "cs-uri-stem": "url.path",
    "cs-uri-query": "url.query",
    "cs-uri": "url.original",
    "cs-username": "user.name",
    "cs(User-Agent)": "user_agent.original",
    "c-port": "client.port",
    "s-port": "server.port",
    "sc-status": "http.response.status_code",
    "sc-bytes": "http.response.size",
    "cs-bytes": "http.request.size",
    "cs-protocol": "url.scheme",
    "ssl-protocol": "tls.protocol.version",
    "ssl-cipher": "tls.cipher",
    "src-ip": "source.address",
    "dst-ip": "destination.address",
    "src-port": "source.port",
    "dst-port": "destination.port",
}
_HEADERS = {"cs(Referer)": "referer", "cs(Cookie)": "cookie", "x-forwarded-for": "x-forwarded-for"}
_HOSTS = ("x-host-header", "cs-host", "cs(Host)")
"""What holds the virtual host, the viewer's own first: CloudFront's `cs(Host)` is its distribution."""
_ELSEWHERE = frozenset({"date", "time", "c-ip", "s-ip", *_HEADERS})
_INTEGERS = frozenset(
    words(
        "client.port server.port source.port destination.port http.response.status_code http.response.size"
        " http.request.size"
    )
)


class FieldList(NamedTuple):
    """The names of the fields of a line, and the character between them where it is not the blank."""

    names: tuple[str, ...]
    tabs: bool = False

    def split(self, line: str) -> list[str]:
        """Take a line apart."""
        return line.split(_TAB) if self.tabs else split_fields(line)


def _known_form(names: tuple[str, ...], between: str = " ") -> re.Pattern[str]:
    return re.compile(between.join(f"(?:{_FORMS.get(name, f'[^{between}]+')})" for name in names), re.ASCII)


_KNOWN = tuple((FieldList(names), _known_form(names)) for names in _KNOWN_LISTS)
_CLOUDFRONT_HEAD = re.compile(f"{_known_form(_CLOUDFRONT[:_LEAST_CLOUDFRONT], _TAB).pattern}(?={_TAB}|$)", re.ASCII)


def _known_list(line: str) -> FieldList | None:
    """Give the field list that a line without its directive must have been written by."""
    if _TAB in line:
        return FieldList(_CLOUDFRONT, tabs=True) if _CLOUDFRONT_HEAD.match(line) else None
    return next((fields for fields, form in _KNOWN if form.fullmatch(line)), None)


def _compile_text(zone: tzinfo) -> TextReader:
    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        if "\n" in text:
            return None
        if text.startswith("#"):
            return _read_directive(text, event_id, observed, source)
        if not _DATED.match(text):
            return None
        known = _known_list(text)
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
        tabs = _TAB in line
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
    _fill(record, said)
    if len(values) > len(said):
        record["attributes"]["extra"] = values[len(said) :]
    return record


def _fill(record: Record, said: dict[str, str]) -> None:
    attributes = record["attributes"]
    put_fields(record, ((_NAMES.get(n, n), value) for n, value in said.items() if n not in _ELSEWHERE), _INTEGERS)
    for name, header in _HEADERS.items():
        put_header(attributes, header, said.get(name))
    put_address(attributes, "client", said.get("c-ip", "-"))
    host = next((said[name] for name in _HOSTS if said.get(name, "-") not in NULLS), None)
    if host:
        port = attributes.get("server.port")
        put_virtual_host(record, host)
        if port is not None:
            attributes["server.port"] = port
    if said.get("s-ip", "-") not in NULLS:
        attributes["s-ip" if host else "server.address"] = said["s-ip"]
    said_of_request = [said.get(name, "-") for name in ("cs-method", "cs-uri-stem", "sc-status")]
    if not NULLS.intersection(said_of_request):
        record["body"] = " ".join(said_of_request)


DIALECT = Dialect(
    name=NAME,
    summary="W3C extended log files: IIS, CloudFront and others",
    link="https://www.w3.org/TR/WD-logfile.html",
    compile_text=_compile_text,
    split_text=_split_text,
    starts="#12",
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
