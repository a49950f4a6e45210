"""`http`: what a request was and how it went, in OpenTelemetry's names (semantic conventions, "HTTP")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from pydantic import Field

from schemas.severity import ERROR, WARN
from streams.processors import base
from streams.processors.base import Acted, Processor
from streams.processors.flags import add_flag
from streams.processors.routes import route_of
from streams.types import Record

_METHOD, _METHOD_AS_SENT = "http.request.method", "http.request.method_original"
_STATUS, _CLASS, _ROUTE = "http.response.status_code", "http.response.status_class", "http.route"
_OTHER = "_OTHER"
_NO_SPAN = {"kind": None}

_METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"])
"""RFC 9110, section 9.3, RFC 5789, and QUERY; every other one is `_OTHER` (semantic conventions)."""

_METHOD_KEYS = (_METHOD, "http.method", "http_method", "httpMethod", "request_method", "requestMethod")
_STATUS_KEYS = (_STATUS, "http.status_code", "http_status", "http.status", "status_code", "statusCode")
_TARGET_KEYS = ("url.path", "http.target", "url.full", "http.url", "http.path", "request_uri", "requestUrl")
_PLAIN_METHOD, _PLAIN_STATUS, _PLAIN_TARGETS = "method", "status", ("path", "url", "uri")
"""Words that mean a request only together: a method and, with it, a status or a path."""

_OBJECTS = ("http", "httpRequest", "request", "req", "response", "res")
_INNER = ("request", "response")
_INNER_METHODS = (_PLAIN_METHOD, *_METHOD_KEYS)
_INNER_STATUSES = (_PLAIN_STATUS, *_STATUS_KEYS)
_INNER_TARGETS = (*_PLAIN_TARGETS, "target", *_TARGET_KEYS)

_TELLING = frozenset((*_METHOD_KEYS, *_STATUS_KEYS, *_TARGET_KEYS, _PLAIN_METHOD, *_OBJECTS))


class Request(NamedTuple):
    """What a source says of a request, as it says it."""

    method: Any
    status: Any
    target: Any


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
        {*(f"attributes.{name}" for name in (_METHOD, _METHOD_AS_SENT, _STATUS, _CLASS, _ROUTE)),
         "severity_number", "flags"}
    )  # fmt: skip

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        if not options.infer_severity:
            self.declare(type(self).reads, type(self).writes - {"severity_number", "flags"})

    def process(self, record: Record) -> Acted:
        """Name what the record says of a request; True when something was added."""
        attributes = record["attributes"]
        if _TELLING.isdisjoint(attributes) or record["signal"] == "metric":
            return False
        method, status, target = _request(attributes)
        acted = isinstance(method, str) and _name_method(attributes, method)
        code = _code(status)
        if code is not None:
            acted |= _set(attributes, _STATUS, code) | _set(attributes, _CLASS, f"{code // 100}xx")
            if self.options.infer_severity:
                acted |= _infer_severity(record, code)
        if _ROUTE not in attributes and isinstance(target, str) and record.get("span", _NO_SPAN)["kind"] != "client":
            route = route_of(target)
            if route is not None:
                attributes[_ROUTE] = route
                acted = True
        return acted


def _request(attributes: Mapping[str, Any]) -> Request:
    method, status = _first(attributes, _METHOD_KEYS), _first(attributes, _STATUS_KEYS)
    target = _first(attributes, _TARGET_KEYS)
    plain = attributes.get(_PLAIN_METHOD)
    if method is None and isinstance(plain, str) and plain.upper() in _METHODS:
        plain_status, plain_target = attributes.get(_PLAIN_STATUS), _first(attributes, _PLAIN_TARGETS)
        if _code(plain_status) is not None or (isinstance(plain_target, str) and route_of(plain_target) is not None):
            method, status, target = plain, plain_status if status is None else status, target or plain_target
    if method is not None and status is not None and target is not None:
        return Request(method, status, target)
    inner = _of_objects(attributes)
    return Request(*(other if one is None else one for one, other in zip((method, status, target), inner, strict=True)))


def _of_objects(attributes: Mapping[str, Any]) -> Request:
    """What objects like `http` say, and the objects `request` and `response` in them."""
    objects = [held for name in _OBJECTS if type(held := attributes.get(name)) is dict]
    objects += [inner for held in objects for name in _INNER if type(inner := held.get(name)) is dict]
    found = [
        next((value for held in objects if (value := _first(held, keys)) is not None), None)
        for keys in (_INNER_METHODS, _INNER_STATUSES, _INNER_TARGETS)
    ]
    return Request(*found)


def _first(holder: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    for key in keys:
        if key in holder and (value := holder[key]) is not None:
            return value
    return None


def _name_method(attributes: dict[str, Any], method: str) -> bool:
    if method in _METHODS or method == _OTHER:
        return _set(attributes, _METHOD, method)
    upper = method.upper()
    acted = _METHOD_AS_SENT not in attributes and _set(attributes, _METHOD_AS_SENT, method)
    return _set(attributes, _METHOD, upper if upper in _METHODS else _OTHER) | acted


def _code(status: Any) -> int | None:
    """Read a status code; None when it is none, as 0 and 000 of requests without a response."""
    if isinstance(status, str) and len(status) == 3 and status.isascii() and status.isdigit():
        status = int(status)
    return status if type(status) is int and 100 <= status <= 599 else None


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
