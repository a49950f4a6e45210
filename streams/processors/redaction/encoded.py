"""What stands in a URL with percent signs (RFC 3986, 2.1): each component is decoded for the other detectors.

A component in which they find something is replaced as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from streams.processors.redaction.detector import Detector, Find, Span

_COMPONENT = re.compile(r"[^\s\"'<>&;?=/#\\]++")
_ENCODED = re.compile(r"%[2-7][0-9A-Fa-f]")


def detector(others: Sequence[Detector]) -> Detector:
    """Make the detector that decodes for the others; it goes behind them."""
    kinds = dict.fromkeys(kind for other in others for kind in other.kinds)
    return Detector(tuple(kinds), (_ENCODED.pattern,), _finder(others))


def _finder(others: Sequence[Detector]) -> Find:
    def find(text: str) -> Iterator[Span]:
        if not _ENCODED.search(text):
            return
        for component in _COMPONENT.finditer(text):
            if "%" in component[0]:
                decoded = unquote(unquote(component[0].replace("+", " ")))
                found = next((span for other in others for span in other.find(decoded)), None)
                if found is not None:
                    yield Span(*component.span(), found.kind)

    return find
