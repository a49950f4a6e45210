"""Quoted strings as Go's %q writes them (The Go Programming Language Specification, "String literals"), and logfmt."""

from __future__ import annotations

import re
from typing import Final

_NO_HALF = "(?!(?:0000)?[dD][89A-Fa-f])"
"""Halves of surrogate pairs are no characters: of their escapes only the backslash goes."""

_ESCAPE: Final = re.compile(
    rf"\\(?:x([0-7][0-9A-Fa-f])|u({_NO_HALF}[0-9A-Fa-f]{{4}})|U({_NO_HALF}(?:000[0-9A-Fa-f]|0010)[0-9A-Fa-f]{{4}})|(.))",
    re.DOTALL,
)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r"}


def unescaped(quoted: str) -> str:
    """Give what a string says whose quotes are taken off."""
    return _ESCAPE.sub(_character, quoted) if "\\" in quoted else quoted


def _character(escape: re.Match[str]) -> str:
    if escape[4]:
        return _ESCAPED.get(escape[4], escape[4])
    return chr(int(escape[1] or escape[2] or escape[3], 16))
