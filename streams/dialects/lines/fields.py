"""What grammars of lines share: fields with blanks between them, nulls, numbers, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from streams.dialects.base import add_flags
from streams.types import Record

NULLS = frozenset({"-", "", "null", "None"})
"""What stands for nothing in access, load balancer and flow logs (data contract, section 8 and 8b.9)."""

QUOTED = r'(?>(?:[^"\\]++|\\.)*)'
"""The inside of double quotes. What is escaped stays as it was written: it may stand for bytes that are no text."""

_FIELD = re.compile(rf'"({QUOTED})"(?= |$)|(\S++)')
_PORT = re.compile(r"\[?([^\[\]]{1,255}?)\]?:([0-9]{1,5})", re.ASCII)
_BARE_PORT = re.compile(r"([0-9a-fA-F:.]{2,45}):([0-9]{5})", re.ASCII)
"""An IPv6 address without brackets before a port: five digits are too many for a part of the address."""
_MOST_DIGITS = 18


def split_fields(line: str) -> list[str]:
    """Split at blanks, but not inside double quotes, which are dropped."""
    return [bare or quoted for quoted, bare in _FIELD.findall(line)]


def integer(text: str) -> int | None:
    """Give the number that plain digits are; None for everything else, and beyond int64."""
    return int(text) if len(text) <= _MOST_DIGITS and text.isascii() and text.isdigit() else None


def put(attributes: dict[str, Any], name: str, value: str | None) -> None:
    """Set an attribute unless the log says that there is nothing to set."""
    if value is not None and value not in NULLS:
        attributes[name] = value


def put_integer(record: Record, name: str, value: str | None, own: str) -> None:
    """Set a numeric attribute; what is no number is kept under the field's `own` name with a flag."""
    if value is None or value in NULLS:
        return
    number = integer(value)
    if number is None:
        record["attributes"][own] = value
        add_flags(record, "field.type_mismatch")
    else:
        record["attributes"][name] = number


def put_header(attributes: dict[str, Any], name: str, value: str | None) -> None:
    """Set a request header as OpenTelemetry's HTTP conventions do: a list of its values."""
    if value is not None and value not in NULLS:
        attributes[f"http.request.header.{name}"] = [value]


def put_fields(record: Record, fields: Iterable[tuple[str, str]], integers: frozenset[str]) -> None:
    """Set attributes by their final names, those in `integers` as numbers, and those without a name not at all."""
    said: dict[str, Any] = {name: value for name, value in fields if name and value not in NULLS}
    for name in integers & said.keys():
        number = integer(said[name])
        if number is None:
            add_flags(record, "field.type_mismatch")
        else:
            said[name] = number
    record["attributes"] |= said


def put_address(attributes: dict[str, Any], side: str, text: str) -> None:
    """Set `side`.address and, where one is written behind a colon, `side`.port."""
    if text in NULLS:
        return
    form = _PORT if text[0] == "[" or text.count(":") == 1 else _BARE_PORT
    match = form.fullmatch(text)
    if match:
        attributes[f"{side}.address"], attributes[f"{side}.port"] = match[1], int(match[2])
    else:
        attributes[f"{side}.address"] = text


def put_virtual_host(record: Record, host: str) -> None:
    """Take the virtual host of an access log as the server's address and, inferred, the service (contract 8b.2)."""
    if host in NULLS:
        return
    record["attributes"].pop("server.port", None)
    put_address(record["attributes"], "server", host)
    record["resource"]["service.name"] = record["attributes"]["server.address"]
    add_flags(record, "service.inferred")
