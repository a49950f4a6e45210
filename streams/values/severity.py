"""Severity words to OpenTelemetry numbers (Logs Data Model, "Mapping of SeverityNumber"; data contract 2, 8b.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from streams.values.text import without_ansi

UNSPECIFIED = 0


class Severity(NamedTuple):
    """The OpenTelemetry number and the source's own word."""

    number: int
    text: str | None


def vocabulary(*rows: tuple[int, str], base: Mapping[str, int] | None = None) -> dict[str, int]:
    """Build a look-up from (number, "word word ...") rows on top of another vocabulary, in every usual casing."""
    words = dict(base or {})
    for number, listed in rows:
        for word in listed.split():
            words |= dict.fromkeys((word.lower(), word.upper(), word.capitalize()), number)
    return words


GENERAL = vocabulary(
    (1, "trace finest silly trc t"),
    (5, "debug dbug dbg finer verbose d"),
    (6, "fine"),
    (7, "config"),
    (9, "info information informational inf i"),
    (10, "notice"),
    (13, "warn warning wrn w"),
    (17, "error err eror severe e"),
    (18, "dpanic"),
    (19, "alert"),
    (21, "fatal critical crit emergency emerg f ftl c"),
    (22, "panic"),
)
"""Words that mean the same nearly everywhere; a dialect with its own meaning builds its own."""

_STEPPED = re.compile(r"([A-Za-z]+)([+-]\d{1,3})")


def read(word: str, words: Mapping[str, int] = GENERAL) -> Severity:
    """Read a severity word as written: colours and blanks around it are dropped, any casing is understood.

    `INFO+2` (Go's slog) is the word's number plus the step, within 1 to 24. An unknown word gives 0.
    """
    number = words.get(word)
    if number is not None:
        return Severity(number, word)
    text = without_ansi(word).strip()
    number = words.get(text.lower())
    if number is None:
        number = _stepped(text, words)
    return Severity(number, text or None)


def _stepped(text: str, words: Mapping[str, int]) -> int:
    match = _STEPPED.fullmatch(text)
    base = words.get(match[1].lower()) if match else None
    return min(max(base + int(match[2]), 1), 24) if match and base is not None else UNSPECIFIED
