"""The request line of HTTP/1 (RFC 9112, section 3), as access logs of every server hold it."""

from __future__ import annotations

import re
from typing import Any

from streams.dialects.lines.fields import put_address

_LONGEST_METHOD = 24
_ABSOLUTE = re.compile(r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]{0,15})://)(?P<authority>[^/?#\s]{0,300})(?P<rest>.*)")


def put_request(attributes: dict[str, Any], line: str) -> bool:
    """Set what a request line says by OpenTelemetry's HTTP and URL conventions; whether it is one.

    A garbled line sets nothing. Targets may hold blanks, because clients send them.
    """
    method, _, rest = line.partition(" ")
    target, mark, version = rest.rpartition(" HTTP/")
    if not mark:
        target, version = rest, ""
    if not _is_method(method) or not target or (not mark and " " in target):
        return False
    if target[0] == "/":
        put_path(attributes, target)
    elif not _put_absolute(attributes, target, method):
        return False
    attributes["http.request.method"] = method
    if mark:
        attributes["network.protocol.name"] = "http"
        attributes["network.protocol.version"] = version
    return True


def put_path(attributes: dict[str, Any], target: str) -> None:
    """Set the path and the query of a target in origin form."""
    attributes["url.path"], mark, query = target.partition("?")
    if mark:
        attributes["url.query"] = query


def _is_method(word: str) -> bool:
    return len(word) <= _LONGEST_METHOD and word.isascii() and word.isupper() and word.replace("-", "").isalpha()


def _put_absolute(attributes: dict[str, Any], target: str, method: str) -> bool:
    """Set a whole URL, the host that CONNECT asks for, or the asterisk of OPTIONS."""
    match = _ABSOLUTE.fullmatch(target)
    if match:
        attributes["url.scheme"] = match["scheme"]
        put_address(attributes, "server", match["authority"])
        put_path(attributes, match["rest"] or "/")
        return True
    if method == "CONNECT":
        put_address(attributes, "server", target)
        return True
    if target == "*":
        attributes["url.path"] = target
        return True
    return False
