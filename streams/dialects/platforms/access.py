"""What access logs in JSON have in common, whatever their keys are called: nulls, the request, the virtual host."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

from streams.dialects.base import CompileReader, ObjectReader
from streams.dialects.keyed import Reading, keyed, rename
from streams.dialects.lines.fields import NULLS, put_address
from streams.dialects.lines.http_request import put_path, put_request
from streams.dialects.moves import name_service, take_integer
from streams.dialects.roles import Keys
from streams.types import Record, Source

_NO_RESPONSE = (0, "0", "000")


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

    def of(self, present: Iterable[str]) -> Columns:
        """Give the columns that a shape has."""
        keys = frozenset(present)
        method, target, status, host = (tuple(key for key in listed if key in keys) for listed in self[:4])
        texts, integers = ({key: name for key, name in named.items() if key in keys} for named in self[4:])
        return Columns(method, target, status, host, texts, integers)


def access_log(
    dialect: str, keys: Keys, columns: Columns, then: Callable[[Record], None] | None = None
) -> CompileReader:
    """Make the compiler of an access log; its body is the request line, else `METHOD path status`.

    `then` is the last step, for what no column says.
    """
    compile_table = keyed(dialect, Reading(keys))

    def compile_objects(present: tuple[str, ...], zone: tzinfo) -> ObjectReader:
        read_table, own = compile_table(present, zone), columns.of(present)

        def read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
            record = read_table(document, event_id, observed, source)
            _complete(record, own)
            if then:
                then(record)
            return record

        return read

    return compile_objects


def _complete(record: Record, columns: Columns) -> None:
    attributes, line = record["attributes"], record["body"]
    drop_nulls(attributes)
    method, target = _first(attributes, columns.method), _first(attributes, columns.target)
    status = _first(attributes, columns.status)
    if isinstance(line, str) and line not in NULLS:
        put_request(attributes, line)
    elif line is None or isinstance(line, str):
        said = [str(attributes[key]) for key in (method, target, status) if key]
        record["body"] = " ".join(said) if method and target else None
    if method and isinstance(attributes[method], str):
        rename(attributes, method, "http.request.method")
    if target:
        _take_path(record, target)
    if status and attributes[status] not in _NO_RESPONSE:
        take_integer(record, status, "http.response.status_code")
    for key, name in columns.texts.items():
        rename(attributes, key, name)
    for key, name in columns.integers.items():
        take_integer(record, key, name)
    put_host(record, _first(attributes, columns.host))


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
    for key in keys:
        if attributes.get(key) is not None:
            return key
    return None


def _take_path(record: Record, target: str) -> None:
    """Split a path from its query where the body says the whole."""
    attributes, body = record["attributes"], record["body"]
    path = attributes[target]
    if isinstance(path, str) and isinstance(body, str) and path in body and "url.path" not in attributes:
        put_path(attributes, attributes.pop(target))
