"""What stands behind status and size in an access log: referrer and user agent, then whatever was configured."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from streams.dialects.lines.fields import NULLS, QUOTED, put, put_header
from streams.dialects.roles import words

_TOKEN = re.compile(
    r" ++(?:(?P<key>[A-Za-z_][A-Za-z0-9_.\-]{0,63})=)?"
    rf'(?:"(?P<quoted>{QUOTED})(?:"(?= |$)|$)|\[(?P<listed>[^\]\[]*+)\](?= |$)'
    r'|(?P<bare>[^ ]++(?>(?:(?<=,) (?!")[^ ]++)*)))'
)
"""A field. Quotes that are not closed run to the end, because the line was cut; a list may have blanks in it."""
_ADDRESSES = re.compile(r"[0-9a-fA-F.:]{3,45}(?:, ?[0-9a-fA-F.:]{3,45}){0,20}")
_FORWARDED = "http.request.header.x-forwarded-for"
_MILLISECONDS = re.compile(r"[0-9]{1,15}ms", re.ASCII)
_INGRESS = words(
    "request_length request_time proxy_upstream_name proxy_alternative_upstream_name upstream_addr"
    " upstream_response_length upstream_response_time upstream_status req_id"
)
"""ingress-nginx's default `log-format-upstream`; before 0.23 it had no alternative upstream."""
_OLD_INGRESS = tuple(name for name in _INGRESS if name != "proxy_alternative_upstream_name")
_TRAEFIK = ("RequestCount", "RouterName", "ServiceURL", "Duration")
"""Traefik's own names for what its common format adds."""


class Token(NamedTuple):
    """One field: its key if it is a pair, how it is set apart ("quoted", "listed" or "bare"), and what it says."""

    key: str | None
    kind: str
    value: str


def put_tail(attributes: dict[str, Any], tail: str) -> None:
    """Set attributes for the rest of a line; fields that no known layout names are listed under `extra`."""
    tokens = [_token(match) for match in _TOKEN.finditer(tail.rstrip(" "))]
    if len(tokens) > 1 and all(_may_be_header(token) for token in tokens[:2]):
        put_header(attributes, "referer", tokens[0].value)
        put(attributes, "user_agent.original", tokens[1].value)
        del tokens[:2]
    if tokens:
        _put_extra(attributes, tokens)


def _token(match: re.Match[str]) -> Token:
    kind = match.lastgroup or "bare"
    return Token(match["key"], kind, match[kind])


def _may_be_header(token: Token) -> bool:
    return token.key is None and (token.kind == "quoted" or token.value == "-")


def _put_extra(attributes: dict[str, Any], tokens: list[Token]) -> None:
    names = _layout(tokens)
    if names:
        for name, token in zip(names, tokens, strict=True):
            put(attributes, name, token.value)
        return
    if len(tokens) == 1 and _FORWARDED not in attributes and _is_forwarded(tokens[0]):
        put_header(attributes, "x-forwarded-for", tokens[0].value)
        return
    rest = []
    for token in tokens:
        if token.key and token.key not in attributes:
            put(attributes, token.key, token.value)
        else:
            rest.append(token.value if token.key is None else f"{token.key}={token.value}")
    if rest:
        attributes["extra"] = rest


def _layout(tokens: list[Token]) -> tuple[str, ...] | None:
    """The names of the fields of a layout that their number and form make certain."""
    count = len(tokens)
    if count in (len(_INGRESS), len(_OLD_INGRESS)) and tokens[2].kind == "listed":
        return _INGRESS if count == len(_INGRESS) else _OLD_INGRESS
    if (
        count == len(_TRAEFIK)
        and tokens[1].kind == tokens[2].kind == "quoted"
        and _MILLISECONDS.fullmatch(tokens[3][2])
    ):
        return _TRAEFIK
    return None


def _is_forwarded(token: Token) -> bool:
    """Whether a field is nginx's `$http_x_forwarded_for`, the last one of the format that its packages set up."""
    return token.key is None and token.kind == "quoted" and (token.value in NULLS or _is_list(token.value))


def _is_list(text: str) -> bool:
    return _ADDRESSES.fullmatch(text) is not None and ("." in text or "::" in text) and not _is_decimal(text)


def _is_decimal(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
