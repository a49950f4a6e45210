"""One scan of JSON for everything that any detector could find in it (Hyperscan, block mode)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import hyperscan

from streams.processors.redaction.detector import Detector


class Sieve:
    """Tells which of the detectors may find something.

    `search(json, note, 0, masks)` puts into the list `masks` a bit for each of them. It is Hyperscan's own function,
    because one more call for every record would cost as much as the scan of a short one. Sound for JSON that orjson
    wrote, which escapes only what it must: a detector without a bit finds nothing.
    """

    def __init__(self, detectors: Sequence[Detector]) -> None:
        masks: dict[str, int] = {}
        for place, detector in enumerate(detectors):
            for pattern in detector.sieve:
                masks[pattern] = masks.get(pattern, 0) | 1 << place
        database = hyperscan.Database()
        database.compile(
            expressions=[pattern.encode() for pattern in masks],
            ids=list(range(len(masks))),
            flags=hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_DOTALL,
        )
        self.search = database.scan
        self._masks = list(masks.values())

    def note(self, pattern: int, _start: int, _end: int, _flags: int, masks: Any) -> None:
        """Take down that a pattern was found."""
        masks.append(self._masks[pattern])
