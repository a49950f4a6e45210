"""What access logs in JSON have in common, whatever their keys are called: nulls, the request, the virtual host."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from streams.dialects.keyed import rename
from streams.dialects.lines.fields import NULLS, put_address
from streams.dialects.lines.http_request import put_path, put_request
from streams.dialects.moves import name_service, take_integer
from streams.types import Record


class Columns(NamedTuple):
    """The keys of an access log; of several for one thing the first that says something counts."""

    method: tuple[str, ...]
    target: tuple[str, ...]
    status: tuple[str, ...]
    host: tuple[str, ...] = ()
    """The virtual host, which stands for the service too (data contract, 8b.2)."""
    texts: Mapping[str, str] = {}
    """Keys with the OpenTelemetry names of their attributes."""
    integers: Mapping[str, str] = {}
    """As `texts`, of whole numbers, which many write in quotes."""


def access_log(columns: Columns) -> Callable[[Record], None]:
    """Make the last step of reading an access log; its body is the request line, else `METHOD path status`."""

    def complete(record: Record) -> None:
        attributes = record["attributes"]
        drop_nulls(attributes)
        method, target, status = (_first(attributes, keys) for keys in columns[:3])
        line = record["body"]
        if isinstance(line, str) and line not in NULLS:
            put_request(attributes, line)
        elif line is None or isinstance(line, str):
            said = [str(attributes[key]) for key in (method, target, status) if key]
            record["body"] = " ".join(said) if method and target else None
        _name_request(record, method, target, status)
        for key, name in columns.texts.items():
            if key in attributes:
                rename(attributes, key, name)
        for key, name in columns.integers.items():
            if key in attributes:
                take_integer(record, key, name)
        put_host(record, _first(attributes, columns.host))

    return complete


def drop_nulls(attributes: dict[str, Any]) -> None:
    """Write null for what stands for nothing in access logs."""
    for key, value in attributes.items():
        if type(value) is str and value in NULLS:
            attributes[key] = None


def put_host(record: Record, key: str | None) -> None:
    """Take the server's address from an attribute, which stays, and, inferred from it, the service."""
    host = record["attributes"].get(key) if key else None
    if isinstance(host, str):
        put_address(record["attributes"], "server", host)
        name_service(record, record["attributes"]["server.address"], inferred=True)


def _first(attributes: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    return next((key for key in keys if attributes.get(key) is not None), None)


_NO_RESPONSE = (0, "0", "000")


def _name_request(record: Record, method: str | None, target: str | None, status: str | None) -> None:
    attributes, body = record["attributes"], record["body"]
    if method and isinstance(attributes[method], str):
        rename(attributes, method, "http.request.method")
    path = attributes[target] if target else None
    if target and isinstance(path, str) and body and path in body and "url.path" not in attributes:
        put_path(attributes, attributes.pop(target))
    if status and attributes[status] not in _NO_RESPONSE:
        take_integer(record, status, "http.response.status_code")
