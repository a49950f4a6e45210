"""`http`: what a request was and how it went, in OpenTelemetry's names (semantic conventions, "HTTP")."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

from pydantic import Field

from schemas.severity import ERROR, WARN
from streams.processors import base
from streams.processors.base import Acted, Processor
from streams.processors.flags import add_flag
from streams.processors.requests import METHOD, METHODS, STATUS, Requests, code_of
from streams.processors.routes import route_of
from streams.types import Record

_METHOD_AS_SENT = "http.request.method_original"
_CLASS, _ROUTE = "http.response.status_class", "http.route"
_OTHER = "_OTHER"
"""Every method that HTTP does not define (semantic conventions)."""
_OURS = frozenset({METHOD, STATUS, _CLASS})
_NO_SPAN = {"kind": None}
_MOST_NAMED = 1_024


class Http(Processor):
    """Names a request alike whoever logged it: method, status, class of the status (`5xx`) and route.

    They are taken from OpenTelemetry's attributes, else from the usual keys of access logs and of objects like `http`
    or `req`, which stay. A method that HTTP does not define becomes `_OTHER`, with the source's word in
    `http.request.method_original`. The route is the path with `{id}` in place of numbers, UUIDs and other ids; one that
    the source names stays, and a client's span gets none. Points of metrics are left alone, because attributes say
    which series they belong to.
    """

    class Options(base.Options):
        """What may be concluded."""

        infer_severity: bool = Field(
            False, description="5xx is severity 17 and 4xx is 13 where the source gave no level; flag severity.inferred"
        )

    name: ClassVar[str] = "http"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"attributes", "severity_number", "severity_text", "signal", "span?"})
    writes: ClassVar[frozenset[str]] = frozenset(
        {*(f"attributes.{name}" for name in (METHOD, _METHOD_AS_SENT, STATUS, _CLASS, _ROUTE)),
         "severity_number", "flags"}
    )  # fmt: skip

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._read = Requests().read
        self._infers = options.infer_severity
        if not self._infers:
            self.declare(type(self).reads, type(self).writes - {"severity_number", "flags"})

    def process(self, record: Record) -> Acted:
        """Name what the record says of a request; True when something was added."""
        attributes = record["attributes"]
        said = self._read(attributes)
        if said is None or record["signal"] == "metric":
            return False
        method, status, target = said
        code, route = code_of(status), None
        if type(target) is str and _ROUTE not in attributes and record.get("span", _NO_SPAN)["kind"] != "client":
            route = route_of(target)
        inferred = self._infers and code is not None and _infer_severity(record, code)
        if type(method) is str and method in METHODS and _OURS.isdisjoint(attributes):
            attributes.update(_named(method, code, route))
            return True
        return _name(attributes, method, code, route) or inferred


@lru_cache(_MOST_NAMED)
def _named(method: str, code: int | None, route: str | None) -> Mapping[str, str | int]:
    """Give the attributes of a request, for those that have none of them yet."""
    named: dict[str, str | int] = {METHOD: method}
    if code is not None:
        named |= {STATUS: code, _CLASS: f"{code // 100}xx"}
    return named if route is None else {**named, _ROUTE: route}


def _name(attributes: dict[str, Any], method: Any, code: int | None, route: str | None) -> bool:
    acted = isinstance(method, str) and _name_method(attributes, method)
    if code is not None:
        acted |= _set(attributes, STATUS, code) | _set(attributes, _CLASS, f"{code // 100}xx")
    return (route is not None and _set(attributes, _ROUTE, route)) | acted


def _name_method(attributes: dict[str, Any], method: str) -> bool:
    if method in METHODS or method == _OTHER:
        return _set(attributes, METHOD, method)
    upper = method.upper()
    acted = _METHOD_AS_SENT not in attributes and _set(attributes, _METHOD_AS_SENT, method)
    return _set(attributes, METHOD, upper if upper in METHODS else _OTHER) | acted


def _set(attributes: dict[str, Any], name: str, value: str | int) -> bool:
    old = attributes.get(name)
    if old == value and type(old) is type(value):
        return False
    attributes[name] = value
    return True


def _infer_severity(record: Record, code: int) -> bool:
    if code < 400 or record["severity_number"] or record["severity_text"]:
        return False
    record["severity_number"] = ERROR if code >= 500 else WARN
    add_flag(record, "severity.inferred")
    return True
