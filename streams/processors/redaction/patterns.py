"""Patterns of the operator's own, found by RE2: its time is linear in the text whatever the pattern.

It takes no back references and nothing that looks around.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import re2

from streams.processors.redaction.detector import Detector, Find, Span

_LONGEST: Final = 500
"""Characters of a pattern."""


def check(pattern: str) -> None:
    """See whether a pattern can be searched for.

    Raises:
        ValueError: it cannot, and why.
    """
    _compile(pattern)


def detector(name: str, pattern: str) -> Detector:
    """Make the detector of what a pattern finds; `name` is its kind.

    Raises:
        ValueError: it cannot be searched for.
    """
    return Detector((name,), (), _finder(name, _compile(pattern)))


def _compile(pattern: str) -> Any:
    if not 0 < len(pattern) <= _LONGEST:
        raise ValueError(f"it must have 1 to {_LONGEST} characters")
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        raise ValueError(f"RE2 does not take it: {error}") from None
    if compiled.search("") is not None:
        raise ValueError("it finds nothing at all, and that everywhere")
    return compiled


def _finder(name: str, compiled: Any) -> Find:
    def find(text: str) -> Iterator[Span]:
        for found in compiled.finditer(text):
            if found.end() > found.start():
                yield Span(found.start(), found.end(), name)

    return find
