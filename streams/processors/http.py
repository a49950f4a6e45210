"""`http`: what a request was and how it went, in OpenTelemetry's names (semantic conventions, "HTTP")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

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


def _ranks(worst: int, *roles: tuple[str, ...]) -> Mapping[str, tuple[int, int]]:
    """Key to what it says, as a place in a Request, and its rank among all that say the same."""
    return {key: (place, worst + rank) for place, keys in enumerate(roles) for rank, key in enumerate(keys)}


_INNER_KEYS = (
    (_PLAIN_METHOD, *_METHOD_KEYS), (_PLAIN_STATUS, *_STATUS_KEYS), (*_PLAIN_TARGETS, "target", *_TARGET_KEYS)
)  # fmt: skip
_RANKS, _INNER_RANKS, _INNERMOST_RANKS = (
    _ranks(0, _METHOD_KEYS, _STATUS_KEYS, _TARGET_KEYS), _ranks(100, *_INNER_KEYS), _ranks(200, *_INNER_KEYS)
)  # fmt: skip
_LAST = 1_000
_TELLING = frozenset([*_RANKS, _PLAIN_METHOD, *_OBJECTS])


class Request:
    """What a source says of a request, as it says it: method, status and target, the best rank of each."""

    __slots__ = ("_ranks", "said")

    def __init__(self) -> None:
        self.said: list[Any] = [None, None, None]
        self._ranks = [_LAST, _LAST, _LAST]

    def read(self, holder: Mapping[str, Any], ranks: Mapping[str, tuple[int, int]]) -> None:
        """Take what keys say better; asks about keys that are there, because few of the known ones are."""
        for key in holder:
            if key in ranks:
                place, rank = ranks[key]
                if rank < self._ranks[place] and holder[key] is not None:
                    self.said[place], self._ranks[place] = holder[key], rank


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


def _request(attributes: Mapping[str, Any]) -> list[Any]:
    request = Request()
    request.read(attributes, _RANKS)
    if _PLAIN_METHOD in attributes and _is_plain_request(attributes):
        request.read(attributes, _INNER_RANKS)
    for name in _OBJECTS:
        if name in attributes and type(held := attributes[name]) is dict:
            request.read(held, _INNER_RANKS)
            for part in _INNER:
                if part in held and type(held[part]) is dict:
                    request.read(held[part], _INNERMOST_RANKS)
    return request.said


def _is_plain_request(attributes: Mapping[str, Any]) -> bool:
    method = attributes[_PLAIN_METHOD]
    if not isinstance(method, str) or method.upper() not in _METHODS:
        return False
    targets = (attributes.get(key) for key in _PLAIN_TARGETS)
    return _code(attributes.get(_PLAIN_STATUS)) is not None or any(
        isinstance(target, str) and route_of(target) is not None for target in targets
    )


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
