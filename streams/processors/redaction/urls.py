"""Passwords in URLs (RFC 3986, 3.2.1) and behind `--user`, as curl takes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from heapq import merge
from typing import Final

from streams.processors.redaction.detector import Detector, Span
from streams.processors.redaction.masks import MASKED

_LONGEST_USER, _LONGEST_PASSWORD = 256, 256
_USER_INFO = re.compile(
    rf"(?<=:)\\?/\\?/[^\s/?#@:\"'<>\\\[]{{0,{_LONGEST_USER}}}:(?![0-9]{{1,5}}[/?#])([^\s\"'<>@]{{1,{_LONGEST_PASSWORD}}})@(?=[\w\[])"
)
_MORE = re.compile(r"[^\s/?#\"'<>@]{0,128}@(?=[\w\[])")
_CURL = re.compile(r"(?<![\w-])(?:-u|--(?:proxy-)?user)[ =]{1,2}[\"']?[^\s:\"'=/\\]{1,64}:([^\s\"'\\]{1,256})")


def _find(text: str) -> Iterator[Span]:
    passwords = ((found.start(1), _last_at(text, found.end(1))) for found in _USER_INFO.finditer(text))
    arguments = (found.span(1) for found in _CURL.finditer(text))
    done = 0
    for start, end in merge(passwords, arguments):
        if start >= done and not MASKED.fullmatch(text, start, end):
            yield Span(start, end, "secret")
            done = end


def _last_at(text: str, at: int) -> int:
    """Give the place of the at sign that ends a password which holds some itself."""
    while more := _MORE.match(text, at + 1):
        at = more.end() - 1
    return at


DETECTOR: Final = Detector(
    ("secret",),
    (
        r":\\{0,2}/\\{0,2}/[^ \"@]*:[^ \"@]+@",
        r"-(?:u|-user|-proxy-user)[ =]{1,2}[^ :]*:",
    ),
    _find,
)
