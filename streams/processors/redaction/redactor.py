"""Redaction of one configuration: the sieve that clears what holds nothing, and the walks through the rest."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from streams.errors import ConfigurationError
from streams.processors.redaction.detectors import make_detectors
from streams.processors.redaction.masks import HashKey
from streams.processors.redaction.names import Names, Role
from streams.processors.redaction.options import RedactOptions
from streams.processors.redaction.replacement import Replacement
from streams.processors.redaction.sieve import Sieve
from streams.processors.redaction.walk import Walk

_WALKS = 1_024
_FEWEST_KEY_BYTES = 16


class Redactor:
    """Redacts texts and documents.

    `search_lines` tells what of lines of JSON the sieve holds back, and `walk(found)` gives the walk with the detectors
    that may find something by that.

    Raises:
        ConfigurationError: the key of hashes cannot be read or is too short.
    """

    def __init__(self, options: RedactOptions) -> None:
        self.key = _read_key(options)
        self._names = Names(options.secret_names, options.exempt_fields)
        self._replacement = Replacement(options, self.key)
        self._detectors = make_detectors(self._names, options.patterns, self._replacement.kept)
        self.sieve = Sieve(self._detectors)
        self._always = sum(1 << place for place, detector in enumerate(self._detectors) if not detector.sieve)
        self._every = (1 << len(self._detectors)) - 1
        self._walk_of = lru_cache(_WALKS)(self._walk)
        self.walk = lru_cache(_WALKS)(self._walk_by)

    @property
    def counts(self) -> Mapping[str, int]:
        """How much was redacted since the start, by kind."""
        return self._replacement.counts

    def role(self, name: str) -> Role:
        """Tell what the name of a field says of its value."""
        return self._names.role(name)

    def text(self, text: str) -> str:
        """Give a text without what any detector finds in it."""
        return self._replacement.clean(text, self._detectors)

    def document(self, value: Any) -> Any:
        """Give a document without what any detector finds in it, or that stands under a secret name."""
        return self._walk_of(self._every).document(value)

    def search_lines(self, lines: bytes) -> Mapping[int, tuple[int, ...]]:
        """Give the numbers of the lines of JSON in which something may be, with what the sieve found in each."""
        if self._always:
            return {line: tuple(self.sieve.search(json)) for line, json in enumerate(lines.split(b"\n")[:-1])}
        return self.sieve.search_lines(lines)

    def _walk_by(self, found: tuple[int, ...]) -> Walk:
        return self._walk_of(self.sieve.mask(found) | self._always)

    def _walk(self, mask: int) -> Walk:
        chosen = [detector for place, detector in enumerate(self._detectors) if mask >> place & 1]
        return Walk(self._names, self._replacement, chosen)


def _read_key(options: RedactOptions) -> HashKey | None:
    if options.key_file is not None:
        try:
            key = options.key_file.read_bytes().strip()
        except OSError as error:
            raise ConfigurationError(f"processors.redact.options.key_file: {error.strerror}") from None
    elif options.key_variable is not None:
        key = os.environ.get(options.key_variable, "").encode()
    else:
        return None
    if len(key) < _FEWEST_KEY_BYTES:
        raise ConfigurationError(
            f"processors.redact: the key of hashes has fewer than {_FEWEST_KEY_BYTES} bytes",
            cure="Make one with `openssl rand -hex 32`, in the file of key_file or the variable of key_variable.",
        )
    return HashKey(key, options.key_id)
