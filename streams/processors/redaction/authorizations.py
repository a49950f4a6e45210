"""Credentials of HTTP authentication (RFC 9110, 11.6.2): with their header, or behind their scheme's name alone.

Schemes: Basic (RFC 7617), Bearer (RFC 6750), Digest (RFC 7616), and those of clouds, which list parameters.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator
from heapq import merge
from typing import Final

from streams.processors.redaction.detector import NO_LETTER, Detector, Span
from streams.processors.redaction.masks import MASKED

_PARAMETER = r"[A-Za-z][\w-]{0,40}=(?:\\{0,3}\"[^\"\n]*+\"|[^\s,;\"']++)"
_REST = r"[^\s\"'<>,;|)\]}\\]*+"
"""What no token holds, but what may be one that is none."""

_HEADER = re.compile(
    r"authori[sz]ation(?:\\{0,7}[\"'])?\s{0,3}(?:[:=>]{1,2}|,(?=\s{0,2}\\{0,7}[\"']))\s{0,3}[\[(]?(?:\\{0,7}[\"'])?\s{0,3}(?![\[{])"
    rf"((?>(?:[A-Za-z][\w-]{{2,30}}+[ ]+)?)(?:{_PARAMETER}(?>(?:[ ]?,[ ]?{_PARAMETER})*)|[^\s,;\"'\\)\]}}]++))",
    re.IGNORECASE | re.ASCII,
)
_BEARER = re.compile(
    rf"(?:(?<![A-Za-z-])|{NO_LETTER})(?:bearer|token|apikey|negotiate)[ ]+([A-Za-z0-9._~+/-]{{8,}}+=*+){_REST}",
    re.IGNORECASE | re.ASCII,
)
_BASIC = re.compile(
    rf"(?:(?<![A-Za-z])|{NO_LETTER})basic[ ]+([A-Za-z0-9+/_-]{{4,}}+=*+){_REST}", re.IGNORECASE | re.ASCII
)
_DIGEST = re.compile(
    rf"(?:(?<![A-Za-z])|{NO_LETTER})(?:digest[ ]+|AWS4-HMAC-SHA256[ ]+)({_PARAMETER}(?>(?:[ ]?,[ ]?{_PARAMETER})*))",
    re.IGNORECASE | re.ASCII,
)
_PROSE = re.compile(r"[A-Z]?[a-z]{1,17}|[A-Z]{1,12}")


def _find(text: str) -> Iterator[Span]:
    header = (found.span(1) for found in _HEADER.finditer(text))
    bearer = (found.span() for found in _BEARER.finditer(text) if _is_opaque(found[1]))
    basic = (found.span() for found in _BASIC.finditer(text) if _is_basic(found[1]))
    digest = (found.span() for found in _DIGEST.finditer(text) if "response=" in found[1] or "Signature=" in found[1])
    done = 0
    for start, end in merge(header, bearer, basic, digest):
        if start >= done and not MASKED.search(text, start, end):
            yield Span(start, end, "authorization")
            done = end


def _is_opaque(token: str) -> bool:
    """Whether a token is none of the words that follow `bearer` in prose."""
    return not all(_PROSE.fullmatch(word) for word in re.split(r"[._/-]", token.rstrip("=")) if word)


def _is_basic(token: str) -> bool:
    """Whether it is the base64 of a user and a password with a colon between."""
    padded = token.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return b":" in b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False


DETECTOR: Final = Detector(
    ("authorization",),
    (
        r"(?i)authori[sz]ation(?:\\*[\"'])?(?:\s|\\[nrtf]|\\u000b)*[:=>,]",
        r"(?i)(?:bearer|token|apikey|negotiate|basic) +[A-Za-z0-9._~+/-]{4}",
        r"(?i)(?:digest|AWS4-HMAC-SHA256) +[a-z][a-z0-9_-]*=",
    ),
    _find,
)
