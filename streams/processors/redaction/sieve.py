"""One pass over JSON for everything that any detector could find in it: a set of expressions as one automaton (RE2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, reduce
from operator import or_
from typing import Final, TypeAlias

import re2

from streams.processors.redaction.detector import Detector

_MOST_MEMORY: Final = 64 << 20
"""Bytes that the automaton may fill with states, which it makes as texts need them; then it starts anew."""
_PLACES, _MOST_PLACES_MEMORY = 16, 2 << 20
"""The same for each of the small ones that tell where some expressions match, and how many of them are kept."""
_LINE_END: Final = b"\n"

_ENDS_LITERALLY: Final = re.compile(r"(?:\[(?:[^\]\\]|\\.)+\])?([\w@ -]+)")
"""An expression of plain text, perhaps behind a class of characters: that text is found ten times quicker."""

Search: TypeAlias = Callable[[bytes], Sequence[int]]
Find: TypeAlias = Callable[[bytes, int], int]


class Sieve:
    """Tells which of the detectors may find something.

    `search(json)` gives the places of the expressions that were found, none for most records; `mask` makes of them a
    number with a bit for each detector. Sound for JSON that orjson wrote, which escapes only what it must: a detector
    without a bit finds nothing. `search` is RE2's own function: a call more would cost a tenth of it.
    """

    def __init__(self, detectors: Sequence[Detector]) -> None:
        bits: dict[str, int] = {}
        for place, detector in enumerate(detectors):
            for pattern in detector.sieve:
                bits[pattern] = bits.get(pattern, 0) | 1 << place
        self._bits = list(bits.values())
        self._patterns = list(bits)
        self.search = _compiled(self._patterns)
        self._finder = lru_cache(_PLACES)(self._find_any)

    def mask(self, found: Sequence[int]) -> int:
        """Give the detectors to which the expressions belong."""
        return reduce(or_, (self._bits[place] for place in found), 0)

    def search_lines(self, lines: bytes) -> dict[int, tuple[int, ...]]:
        """Give what may be in lines of JSON, each with a line end, by the numbers of those that may hold something.

        Most have none, so all are searched as one; only with what was found there it is looked for line by line.
        """
        found = tuple(self.search(lines))
        hits: dict[int, tuple[int, ...]] = {}
        if not found:
            return hits
        find, place, number = self._finder(found), 0, 0
        while (start := find(lines, place)) >= 0:
            begin = lines.rfind(_LINE_END, place, start) + 1 or place
            end = lines.index(_LINE_END, start)
            number += lines.count(_LINE_END, place, begin)
            hits[number] = found if len(found) == 1 else tuple(self.search(lines[begin:end]))
            place, number = end + 1, number + 1
        return hits

    def _find_any(self, places: Sequence[int]) -> Find:
        """Make the search for the first place at which any of some expressions may match; -1 when none does."""
        patterns = [self._patterns[place] for place in places]
        literal = _ENDS_LITERALLY.fullmatch(patterns[0])
        if literal and len(patterns) == 1:
            return _literal_finder(literal[1].encode())
        together = "|".join(f"(?:{pattern})" for pattern in patterns)
        match = re2.compile(together.encode(), _options(_MOST_PLACES_MEMORY))._regexp.Match  # noqa: SLF001 - as above
        unanchored = re2._Anchor.UNANCHORED  # noqa: SLF001

        def find(lines: bytes, start: int) -> int:
            ((first, _),) = match(unanchored, lines, start, len(lines))
            return int(first)

        return find


def _literal_finder(literal: bytes) -> Find:
    return lambda lines, start: lines.find(literal, start)


def _compiled(patterns: Sequence[str]) -> Search:
    automaton = re2.Set.SearchSet(_options(_MOST_MEMORY))
    for pattern in patterns:
        automaton.Add(pattern.encode())
    automaton.Compile()
    search: Search = automaton._set.Match  # noqa: SLF001 - its wrapper costs a quarter
    return search


def _options(most_memory: int) -> re2.Options:
    """Bytes are bytes, and no match goes over a line's end."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = most_memory
    options.never_nl = options.never_capture = True
    options.log_errors = False
    return options
