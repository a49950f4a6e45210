"""Puts masks into texts, in the mode of each kind, and counts them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import translate

from streams.processors.redaction.detector import Detector
from streams.processors.redaction.kinds import KINDS, OFF_BY_DEFAULT
from streams.processors.redaction.masks import HashKey, Mode, hashed, mask, partial
from streams.processors.redaction.options import RedactOptions


class Replacement:
    """Replaces what was found; `counts` tells by kind how often it did since it was made."""

    def __init__(self, options: RedactOptions, key: HashKey | None) -> None:
        self.counts: Counter[str] = Counter()
        self._modes = _modes(options)
        self._key = key
        self._masks = {kind: mask(kind, "") for kind, mode in self._modes.items() if mode == "mask"}
        self._allowed = re.compile("|".join(translate(value) for value in options.allow)) if options.allow else None

    @property
    def kept(self) -> tuple[str, ...]:
        """The kinds that are not looked for."""
        return tuple(kind for kind, mode in self._modes.items() if mode == "keep")

    def replace(self, kind: str, found: str) -> str | None:
        """Give what stands in the place of something; None when it stays."""
        mode = self._modes[kind]
        if mode == "keep" or (self._allowed is not None and self._allowed.match(found)):
            return None
        self.counts[kind] += 1
        if mode == "mask":
            return self._masks[kind]
        if mode == "hash" and self._key is not None:
            return hashed(kind, found, self._key)
        return partial(kind, found) if mode == "partial" else mask(kind, found)

    def clean(self, text: str, detectors: Sequence[Detector]) -> str:
        """Give a text without what the detectors find; itself when they find nothing."""
        for detector in detectors:
            text = self._clean(text, detector)
        return text

    def _clean(self, text: str, detector: Detector) -> str:
        parts: list[str] = []
        done = 0
        for start, end, kind in detector.find(text):
            put = self.replace(kind, text[start:end])
            if put is not None:
                parts += (text[done:start], put)
                done = end
        return "".join((*parts, text[done:])) if parts else text


def _modes(options: RedactOptions) -> Mapping[str, Mode]:
    modes: dict[str, Mode] = dict.fromkeys((*KINDS, *options.patterns), options.mode)
    return modes | dict.fromkeys(OFF_BY_DEFAULT, "keep") | options.kinds
