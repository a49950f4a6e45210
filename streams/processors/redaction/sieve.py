"""One scan of JSON for everything that any detector could find in it (Hyperscan, block mode)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import hyperscan

from streams.processors.redaction.detector import Detector

_ESCAPED: Final = r"\\u(?:[^0]|0[^0]|00[^01]|000|001[^bB])"
"""An escape that hides what it is, or stands for a control other than that of terminals."""
_EXPONENT: Final = r"[:,\[ ]-?[0-9]+(?:\.[0-9]+)?[eE]"
"""A number that does not show its digits."""


class Sieve:
    """Tells which of the detectors may find something: a mask with a bit for each, 0 when there is nothing.

    It is sound for JSON of any writer: a detector whose bit is 0 finds nothing in what the JSON says.
    """

    def __init__(self, detectors: Sequence[Detector]) -> None:
        every = (1 << len(detectors)) - 1
        masks = {_ESCAPED: every, _EXPONENT: every}
        for place, detector in enumerate(detectors):
            for pattern in detector.sieve:
                masks[pattern] = masks.get(pattern, 0) | 1 << place
        self._always = sum(1 << place for place, detector in enumerate(detectors) if not detector.sieve)
        self._masks = list(masks.values())
        self._database = hyperscan.Database()
        self._database.compile(
            expressions=[pattern.encode() for pattern in masks],
            ids=list(range(len(masks))),
            flags=hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_DOTALL,
        )
        self.scan = self._scanner()

    def _scanner(self) -> Callable[[bytes], int]:
        """A closure, because it runs for every record."""
        scan, masks, always = self._database.scan, self._masks, self._always

        def note(pattern: int, _start: int, _end: int, _flags: int, found: Any) -> None:
            found.append(masks[pattern])

        def scanner(json: bytes) -> int:
            found: list[int] = []
            scan(json, note, 0, found)
            mask = always
            for one in found:
                mask |= one
            return mask

        return scanner
