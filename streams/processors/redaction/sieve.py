"""One pass over JSON for everything that any detector could find in it: a set of expressions as one automaton (RE2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_
from typing import Final

import re2

from streams.processors.redaction.detector import Detector

_MOST_MEMORY: Final = 64 << 20
"""Bytes that the automaton may fill with states, which it makes as texts need them; then it starts anew."""


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
        self.search = _compiled(list(bits))

    def mask(self, found: Sequence[int]) -> int:
        """Give the detectors to which the expressions belong."""
        return reduce(or_, (self._bits[place] for place in found), 0)


def _compiled(patterns: Sequence[str]) -> Callable[[bytes], Sequence[int]]:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MOST_MEMORY
    options.log_errors = False
    automaton = re2.Set.SearchSet(options)
    for pattern in patterns:
        automaton.Add(pattern.encode())
    automaton.Compile()
    search: Callable[[bytes], Sequence[int]] = automaton._set.Match  # noqa: SLF001 - its wrapper costs a quarter
    return search
