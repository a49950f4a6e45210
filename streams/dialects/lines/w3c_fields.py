"""What the fields of W3C extended logs are called, by which lists they are usually written, and what they mean.

Source: W3C working draft WD-logfile; the documentation of IIS, of HTTP.sys and of CloudFront for their lists.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from streams.dialects.lines.fields import NULLS, put_address, put_fields, put_header, put_virtual_host, split_fields
from streams.dialects.lines.http_request import put_path
from streams.dialects.roles import words
from streams.types import Record

TAB = "\t"
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
_HTTP_SYS = words(
    "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason s-queuename"
)
"""The error log of Windows' HTTP service."""
_IIS_BYTES = (*_IIS_8[:-1], "sc-bytes", "cs-bytes", "time-taken")
_KNOWN_LISTS = (_IIS_8, _IIS_7, _IIS_6, _IIS_7[:-1], _IIS_BYTES, _IIS_FULL, _APP_SERVICE, _HTTP_SYS)
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
    "c-port": r"\d{1,5}",
    "s-port": r"\d{1,5}",
    "cs-version": r"HTTP/\d\S{0,4}|-",
    "sc-status": r"\d{3}|-",
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
_ELSEWHERE = frozenset({"date", "time", "c-ip", "s-ip", "cs-uri", *_HEADERS})
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
        return line.split(TAB) if self.tabs else split_fields(line)


def _known_form(names: tuple[str, ...], between: str = " ") -> re.Pattern[str]:
    return re.compile(between.join(f"(?:{_FORMS.get(name, f'[^{between}]+')})" for name in names), re.ASCII)


_KNOWN = tuple((FieldList(names), _known_form(names)) for names in _KNOWN_LISTS)
_CLOUDFRONT_HEAD = re.compile(f"{_known_form(_CLOUDFRONT[:_LEAST_CLOUDFRONT], TAB).pattern}(?={TAB}|$)", re.ASCII)


def known_list(line: str) -> FieldList | None:
    """Give the field list that a line without its directive must have been written by."""
    if TAB in line:
        return FieldList(_CLOUDFRONT, tabs=True) if _CLOUDFRONT_HEAD.match(line) else None
    return next((fields for fields, form in _KNOWN if form.fullmatch(line)), None)


def put_row(record: Record, said: dict[str, str]) -> None:
    """Set what the fields of a row say but for its time; the body becomes `METHOD path status`."""
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
    uri = said.get("cs-uri", "-")
    if uri[:1] == "/":
        put_path(attributes, uri)
    elif uri not in NULLS:
        attributes["url.original"] = uri
    request = (said.get("cs-method", "-"), said.get("cs-uri-stem", uri), said.get("sc-status", "-"))
    if not NULLS.intersection(request):
        record["body"] = " ".join(request)
