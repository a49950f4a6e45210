"""What a source says of an HTTP request: method, status and target, under the many keys that there are for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from streams.processors.routes import route_of

METHOD: Final = "http.request.method"
STATUS: Final = "http.response.status_code"

METHODS: Final = frozenset(["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"])
"""RFC 9110, section 9.3, RFC 5789, and QUERY."""

_METHOD_KEYS = (METHOD, "http.method", "http_method", "httpMethod", "request_method", "requestMethod")
_STATUS_KEYS = (STATUS, "http.status_code", "http_status", "http.status", "status_code", "statusCode")
_TARGET_KEYS = ("url.path", "http.target", "url.full", "http.url", "http.path", "request_uri", "requestUrl")
_PLAIN_METHOD, _PLAIN_STATUS, _PLAIN_TARGETS = "method", "status", ("path", "url", "uri")
"""Words that mean a request only together: a method and, with it, a status or a path."""

_OBJECTS = ("http", "httpRequest", "request", "req", "response", "res")
_INNER = ("request", "response")

Ranks: TypeAlias = Mapping[str, tuple[int, int]]
"""Key to what it says, as a place in what is said of a request, and its rank among all that say the same."""
Said: TypeAlias = Sequence[Any]
"""Method, status and target as the source says them; None for what it does not."""


def _ranks(worst: int, *roles: tuple[str, ...]) -> Ranks:
    return {key: (place, worst + rank) for place, keys in enumerate(roles) for rank, key in enumerate(keys)}


_INNER_KEYS = (
    (_PLAIN_METHOD, *_METHOD_KEYS), (_PLAIN_STATUS, *_STATUS_KEYS), (*_PLAIN_TARGETS, "target", *_TARGET_KEYS)
)  # fmt: skip
_RANKS, _INNER_RANKS, _INNERMOST_RANKS = (
    _ranks(0, _METHOD_KEYS, _STATUS_KEYS, _TARGET_KEYS), _ranks(100, *_INNER_KEYS), _ranks(200, *_INNER_KEYS)
)  # fmt: skip
_LAST = 1_000
_TELLING = frozenset([*_RANKS, _PLAIN_METHOD, *_OBJECTS])

_MOST_SHAPES, _LONGEST_SHAPE = 1_024, 2_048
"""Shapes that are remembered, and characters in the names of one."""


class _Shape(NamedTuple):
    """Where objects with the same names tell of a request.

    `keys` are those of method, status and target, None for what there is no key of. There are no `keys` at all where
    the values decide which counts. `inside` names the object that tells it instead.
    """

    tells: bool
    inside: str | None = None
    keys: tuple[str | None, ...] | None = None


class Requests:
    """Reads requests, quickly where an object has the names of an earlier one and at most one key of each kind."""

    def __init__(self) -> None:
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._inner_shapes: dict[tuple[str, ...], _Shape] = {}

    def read(self, attributes: Mapping[str, Any]) -> Said | None:
        """Give what attributes say; None when they cannot tell of a request."""
        names = tuple(attributes)
        tells, inside, keys = self._shapes.get(names) or _remember(self._shapes, names, _shape_of(names))
        if not tells:
            return None
        holder: Any = attributes
        if inside is not None:
            holder = attributes[inside]
            if type(holder) is dict:
                names = tuple(holder)
                shape = self._inner_shapes.get(names) or _remember(self._inner_shapes, names, _inner_shape_of(names))
                keys = shape.keys
        if keys is None:
            return _read(attributes)
        method, status, target = keys
        return holder.get(method), holder.get(status), holder.get(target)


def _shape_of(names: Sequence[str]) -> _Shape:
    telling = [name for name in names if name in _TELLING]
    if len(telling) == 1 and telling[0] in _OBJECTS:
        return _Shape(True, telling[0])
    decided = not telling or not {_PLAIN_METHOD, *_OBJECTS}.isdisjoint(telling)
    return _Shape(bool(telling), None, None if decided else _keys(telling, _RANKS))


def _inner_shape_of(names: Sequence[str]) -> _Shape:
    return _Shape(True, None, _keys(names, _INNER_RANKS) if set(_INNER).isdisjoint(names) else None)


def _keys(names: Sequence[str], ranks: Ranks) -> tuple[str | None, ...] | None:
    """Give the key of each kind; None when there are two of one."""
    keys: list[str | None] = [None, None, None]
    for name in names:
        if name in ranks:
            place, _ = ranks[name]
            if keys[place] is not None:
                return None
            keys[place] = name
    return tuple(keys)


def _remember(shapes: dict[tuple[str, ...], _Shape], names: tuple[str, ...], shape: _Shape) -> _Shape:
    if sum(map(len, names)) <= _LONGEST_SHAPE:
        if len(shapes) >= _MOST_SHAPES:
            shapes.clear()
        shapes[names] = shape
    return shape


def _read(attributes: Mapping[str, Any]) -> Said:
    """Read a request of any shape: for each kind the key of the best rank that is not null."""
    request = _Request()
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


class _Request:
    """Method, status and target, the best rank of each."""

    __slots__ = ("_ranks", "said")

    def __init__(self) -> None:
        self.said: list[Any] = [None, None, None]
        self._ranks = [_LAST, _LAST, _LAST]

    def read(self, holder: Mapping[str, Any], ranks: Ranks) -> None:
        """Take what keys say better; asks about keys that are there, because few of the known ones are."""
        for key in holder:
            if key in ranks:
                place, rank = ranks[key]
                if rank < self._ranks[place] and holder[key] is not None:
                    self.said[place], self._ranks[place] = holder[key], rank


def _is_plain_request(attributes: Mapping[str, Any]) -> bool:
    method = attributes[_PLAIN_METHOD]
    if not isinstance(method, str) or method.upper() not in METHODS:
        return False
    targets = (attributes.get(key) for key in _PLAIN_TARGETS)
    return code_of(attributes.get(_PLAIN_STATUS)) is not None or any(
        isinstance(target, str) and route_of(target) is not None for target in targets
    )


def code_of(status: Any) -> int | None:
    """Read a status code; None when it is none, as 0 and 000 of requests without a response."""
    if isinstance(status, str) and len(status) == 3 and status.isascii() and status.isdigit():
        status = int(status)
    return status if type(status) is int and 100 <= status <= 599 else None
