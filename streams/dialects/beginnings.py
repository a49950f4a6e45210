"""Which text grammars a text is put to: found by how it begins, not asked one after the other.

A first character tells most apart. Lines that begin with figures are told by how those stand: `2024-03-10T` and
`[2024-03-10 ` have the same beginning as every other such line, once each digit is written as 0.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from streams.dialects.base import Dialect, TextReader

Grammar: TypeAlias = tuple[Dialect, TextReader]

_FIGURES = frozenset("0123456789[<")
_BEGINNING = re.compile(r"[0-9\-/:.,\[<T ]{0,12}")
_ZEROS = str.maketrans("123456789", "000000000")
_MOST_BEGINNINGS = 4_096


class Beginnings:
    """The text grammars of one pipeline, in the order in which they are asked."""

    def __init__(self, grammars: list[Grammar]) -> None:
        characters = {"", *(character for dialect, _ in grammars for character in dialect.starts)}
        self._by_character = {character: _starting(grammars, character) for character in characters}
        self._by_figures: dict[str, tuple[Grammar, ...]] = {}

    def grammars(self, text: str) -> tuple[Grammar, ...]:
        """Give the grammars that may claim a text; the last one claims every text."""
        first = text[:1]
        if first not in _FIGURES:
            return self._by_character.get(first) or self._by_character[""]
        match = _BEGINNING.match(text)
        beginning = match[0].translate(_ZEROS) if match else ""
        return self._by_figures.get(beginning + first) or self._learn(first, beginning)

    def _learn(self, first: str, beginning: str) -> tuple[Grammar, ...]:
        found = tuple(
            one
            for one in self._by_character.get(first) or self._by_character[""]
            if not one[0].heads or beginning.startswith(one[0].heads)
        )
        if len(self._by_figures) >= _MOST_BEGINNINGS:
            self._by_figures.clear()
        self._by_figures[beginning + first] = found
        return found


def _starting(grammars: list[Grammar], character: str) -> tuple[Grammar, ...]:
    return tuple(one for one in grammars if not one[0].starts or (character and character in one[0].starts))
