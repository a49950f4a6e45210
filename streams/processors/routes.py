"""Paths of URLs with their ids taken out, so that requests for the same thing can be counted together."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

ID = "{id}"
_LONGEST_PATH = 2_048
_LONGEST_REMEMBERED = 256
_LONGEST_SEGMENT = 64
_MOST_SEGMENTS = 24
_VERSION = re.compile(r"v\d{1,3}(?:[.]\d{1,3}){0,2}|\d{1,2}[.]\d{1,2}(?:[.]\d{1,3})?", re.IGNORECASE)
_NUMBERED = re.compile(r"([A-Za-z]{1,24}[-_:.])[0-9]{1,20}")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{7,64}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_FEWEST_DIGITS = 4
_SHORTEST_TOKEN = 16
_SIGNS = frozenset("@=,%")


def route_of(target: str) -> str | None:
    """Give the template of a request's target, a path or a URL: `/users/42?full=1` is `/users/{id}`.

    None when it has no path, or one longer than anybody's routes.
    """
    return _remembered(target) if len(target) <= _LONGEST_REMEMBERED else _route(target)


def _route(target: str) -> str | None:
    path = _path_of(target)
    if path is None or len(path) > _LONGEST_PATH or path.count("/") >= _MOST_SEGMENTS:
        return None
    # Most segments are words without a digit, for which nothing has to be asked.
    return "/".join(
        [part if part.isalpha() and len(part) < _SHORTEST_TOKEN else _template(part) for part in path.split("/")]
    )


_remembered = lru_cache(maxsize=1_024)(_route)


def _path_of(target: str) -> str | None:
    if target[:1] != "/":
        scheme, mark, rest = target.partition("://")
        if not mark or not scheme.isalpha():
            return None
        _, _, rest = rest.partition("/")
        target = f"/{rest}"
    return target.partition("?")[0].partition("#")[0]


def _template(segment: str) -> str:
    """Give a segment, or what stands for it when it names one thing of many."""
    if segment.isdigit():
        return ID
    segment, _, _ = segment.partition(";")
    if not segment or _VERSION.fullmatch(segment):
        return segment
    numbered = _NUMBERED.fullmatch(segment)
    if numbered:
        return numbered[1] + ID
    return ID if _is_id(segment) else segment


def _is_id(segment: str) -> bool:
    digits = sum(map(str.isdigit, segment[: _LONGEST_SEGMENT + 1]))
    return (
        len(segment) > _LONGEST_SEGMENT
        or digits >= _FEWEST_DIGITS
        or (digits > 0 and (segment.isdigit() or _HEXADECIMAL.fullmatch(segment) is not None))
        or (len(segment) >= _SHORTEST_TOKEN and (digits > 1 or _is_mixed(segment)))
        or not _SIGNS.isdisjoint(segment)
    )


def _is_mixed(segment: str) -> bool:
    """Whether capitals stand among small letters as nobody writes words: in more than one place of four."""
    changes = sum(one.islower() and other.isupper() for one, other in pairwise(segment))
    return changes * 4 > len(segment)
