"""JSON Web Tokens in compact form (RFC 7519, 3; RFC 7515, 7.1; RFC 7516, 7.1): base64url of `{"`, and points."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from streams.processors.redaction.detector import NO_LETTER, Detector, Span

_BODY = r"(?:eyJ|eyA|ewo|ew0)[A-Za-z0-9_-]{7,}+\.[A-Za-z0-9_-]{2,}+(?>(?:\.[A-Za-z0-9_-]*+){1,3})"
_TOKEN = re.compile(rf"(?:(?<![A-Za-z0-9_-])|{NO_LETTER}){_BODY}")


def _find(text: str) -> Iterator[Span]:
    for found in _TOKEN.finditer(text):
        yield Span(found.start(), found.start() + len(found[0].rstrip(".")), "jwt")


DETECTOR: Final = Detector(("jwt",), (r"(?:eyJ|eyA|ewo|ew0)[A-Za-z0-9_-]{7,}\.[A-Za-z0-9_-]{2}",), _find)
