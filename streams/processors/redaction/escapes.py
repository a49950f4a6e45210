r"""Escapes that a text can do without: `%40` in a URL, `\u003d` and `\/` in JSON, `&quot;` in HTML, `+` in a form.

URLs: RFC 3986, 2.1. Gson, Go and PHP write more into JSON (RFC 8259, 7) than it needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Final, NamedTuple

_DEEPEST: Final = 2
"""Escapes in one another that are opened: JSON in a query has both."""

_PERCENT = "%(?:25)?(0[9AaDd]|[2-7][0-9A-Fa-f])"
_ENTITY = "&(?:quot|apos|amp|lt|gt|#(?:[0-9]{2,3}|[xX][0-9A-Fa-f]{2}));"
_ESCAPE = re.compile(rf"(?<!\\)\\++(?:u00([2-7][0-9A-Fa-f])|/)|{_PERCENT}|({_ENTITY})")
_FORM_ESCAPE = re.compile(rf"{_ESCAPE.pattern}|\+")
_FORM = r"[?&][\w.-]+=[^\s&?\"+]*\+"
_BLANK_IN_FORM = re.compile(_FORM, re.ASCII)

SIEVE: Final = (r"\\\\(?:u00[2-7]|/)", _PERCENT, _ENTITY, _FORM)
"""What JSON holds in which a text has escapes, as expressions of RE2's."""


class Opened(NamedTuple):
    """A text without escapes, and where each of its characters, and its end, stand in the text with them."""

    text: str
    places: Sequence[int]


def readings(text: str) -> Iterator[Opened]:
    """Give the ways in which a text may be read without its escapes; none when it has none.

    In a form a plus sign is a blank, if it is one.
    """
    is_form = _BLANK_IN_FORM.search(text) is not None
    if is_form or _ESCAPE.search(text):
        yield _open(text, _ESCAPE, _DEEPEST)
        if is_form:
            yield _open(text, _FORM_ESCAPE, _DEEPEST)


def unescaped(text: str) -> str:
    """Give a text without escapes."""
    return _open(text, _ESCAPE, _DEEPEST).text


def _open(text: str, form: re.Pattern[str], depth: int) -> Opened:
    parts: list[str] = []
    places: list[int] = []
    done = 0
    for escape in form.finditer(text):
        parts += (text[done : escape.start()], _character(escape))
        places += range(done, escape.start() + 1)
        done = escape.end()
    if not parts or not depth:
        return Opened(text, range(len(text) + 1))
    places += range(done, len(text) + 1)
    inner = _open("".join((*parts, text[done:])), _ESCAPE, depth - 1)
    return Opened(inner.text, [places[place] for place in inner.places])


def _character(escape: re.Match[str]) -> str:
    code, entity = escape[1] or escape[2], escape[3]
    if code:
        return chr(int(code, 16))
    return unescape(entity)[:1] if entity else " " if escape[0] == "+" else "/"
