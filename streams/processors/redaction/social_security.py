"""United States social security numbers (20 CFR 422.103; ranges never given out by the administration's own rules).

With dashes anywhere; with blanks or without separators only behind their name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from heapq import merge
from typing import Final

from streams.processors.redaction.detector import NO_LETTER, Detector, Span
from streams.processors.redaction.names import is_named_exempt

_DASHED = re.compile(
    rf"(?:(?<![\w.+-])|{NO_LETTER})(?!000|666|9)[0-9]{{3}}-(?!00)[0-9]{{2}}-(?!0000)[0-9]{{4}}(?![\w-]|\.[0-9])"
)
_NAMED = re.compile(
    r"(?:ssn|social[ _-]?security)(?:[ _-]?(?:number|num|no|nr))?[^0-9A-Za-z]{1,8}(?:is |was )?"
    r"((?!000|666|9)[0-9]{3}[ .-]?(?!00)[0-9]{2}[ .-]?(?!0000)[0-9]{4})(?![0-9A-Za-z])",
    re.IGNORECASE | re.ASCII,
)


def _find(text: str) -> Iterator[Span]:
    dashed = (found.span() for found in _DASHED.finditer(text) if not is_named_exempt(text, found.start()))
    named = (found.span(1) for found in _NAMED.finditer(text))
    done = 0
    for start, end in merge(dashed, named):
        if start >= done:
            yield Span(start, end, "ssn")
            done = end


DETECTOR: Final = Detector(
    ("ssn",),
    (
        r"[0-9]{3}-[0-9]{2}-[0-9]{4}",
        r"(?i)(?:ssn|social[ _-]?security)[^0-9]*(?:\\u00[01].[^0-9]*)*[0-9]{3}[ .-]?[0-9]{2}[ .-]?[0-9]{4}",
    ),
    _find,
    digits=True,
)
