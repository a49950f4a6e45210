r"""What stands in a text with escapes: `password%3Dx` in a URL, `password\u003dx` or `a\/b` in JSON, `&quot;x&quot;`.

URLs (RFC 3986, 2.1), forms and HTML have their own; Gson, Go and PHP write more into JSON (RFC 8259, 7) than it needs.
The text is opened for the other detectors, and what they find in it is replaced where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape

from orjson import dumps

from streams.processors.redaction.detector import Detector, Find, Span
from streams.processors.redaction.sieve import Sieve

_DEEPEST = 2
"""Escapes in one another that are opened: JSON in a query has both."""

_PERCENT = "%(?:25)?(0[9AaDd]|[2-7][0-9A-Fa-f])"
_ENTITY = "&(?:quot|apos|amp|lt|gt|#(?:[0-9]{2,3}|[xX][0-9A-Fa-f]{2}));"
_ESCAPE = re.compile(rf"(?<!\\)\\++(?:u00([2-7][0-9A-Fa-f])|/)|{_PERCENT}|({_ENTITY})")
_FORM_ESCAPE = re.compile(rf"{_ESCAPE.pattern}|\+")
_FORM = r"[?&][\w.-]+=[^\s&?\"+]*\+"
_BLANK_IN_FORM = re.compile(_FORM, re.ASCII)


def detector(others: Sequence[Detector]) -> Detector:
    """Make the detector that opens texts for the others; it goes behind them."""
    kinds = dict.fromkeys(kind for other in others for kind in other.kinds)
    return Detector(tuple(kinds), (r"\\\\(?:u00[2-7]|/)", _PERCENT, _ENTITY, _FORM), _finder(others))


def _finder(others: Sequence[Detector]) -> Find:
    sieve = Sieve(others)

    def find(text: str) -> Iterator[Span]:
        escape = _FORM_ESCAPE if _BLANK_IN_FORM.search(text) else _ESCAPE
        if not escape.search(text):
            return
        opened, places = _open(text, escape, _DEEPEST)
        asked = sieve.mask(sieve.search(dumps(opened)))
        wanted = (other for place, other in enumerate(others) if asked >> place & 1 or not other.sieve)
        spans = sorted((span for other in wanted for span in other.find(opened)), key=_from_the_longest)
        for start, end, kind in _joined(spans):
            yield Span(places[start], places[end], kind)

    return find


def _from_the_longest(span: Span) -> tuple[int, int]:
    return span.start, -span.end


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    """Make one of spans that overlap: a header's value holds what is secret by another rule as well."""
    open_span: Span | None = None
    for span in spans:
        if open_span is not None and span.start < open_span.end:
            open_span = open_span._replace(end=max(open_span.end, span.end))
            continue
        if open_span is not None:
            yield open_span
        open_span = span
    if open_span is not None:
        yield open_span


def _open(text: str, form: re.Pattern[str], depth: int) -> tuple[str, Sequence[int]]:
    """Give a text without escapes, and where each of its characters, and its end, stand in the text with them."""
    parts: list[str] = []
    places: list[int] = []
    done = 0
    for escape in form.finditer(text):
        parts += (text[done : escape.start()], _character(escape))
        places += range(done, escape.start() + 1)
        done = escape.end()
    if not parts or not depth:
        return text, range(len(text) + 1)
    places += range(done, len(text) + 1)
    opened, within = _open("".join((*parts, text[done:])), _ESCAPE, depth - 1)
    return opened, [places[place] for place in within]


def _character(escape: re.Match[str]) -> str:
    code, entity = escape[1] or escape[2], escape[3]
    if code:
        return chr(int(code, 16))
    return unescape(entity)[:1] if entity else " " if escape[0] == "+" else "/"
