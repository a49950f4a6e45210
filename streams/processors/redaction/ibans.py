"""International bank account numbers (ISO 13616-1): the country's length and the remainder modulo 97 (ISO/IEC 7064).

Lengths are those of the IBAN registry, and of the countries outside it that use the form. Small letters are taken
only behind the word IBAN, as ids are full of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from streams.processors.redaction.detector import NO_LETTER, Detector, Span

_LENGTHS: Final = {
    country: length
    for length, countries in (
        (15, "NO"),
        (16, "BE"),
        (18, "DK FI FK FO GL NL SD"),
        (19, "MK SI"),
        (20, "AT BA EE KZ LT LU MN XK"),
        (21, "CH HR LI LV"),
        (22, "BG BH CR DE GB GE IE ME RS VA"),
        (23, "AE GI IL IQ OM SO TL"),
        (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
        (25, "AO CV GW LY MZ PT ST"),
        (26, "DZ IR IS TR"),
        (27, "BI CF CG CM DJ FR GA GQ GR IT KM MC MG MR SM TD"),
        (28, "AL AZ BF BJ BY CI CY DO GT HN HU LB MA ML NE NI PL SN SV TG"),
        (29, "BR EG PS QA UA"),
        (30, "JO KW MU YE"),
        (31, "MT SC"),
        (32, "LC"),
        (33, "RU"),
    )
    for country in countries.split()
}
_LONGEST = 34 + 17
_START = re.compile(rf"(?:(?<![0-9A-Za-z])|{NO_LETTER})[A-Z]{{2}}[0-9]{{2}}(?=[ +-]?[A-Z0-9])")
_NAMED_START = re.compile(r"iban\W{1,8}([A-Za-z]{2}[0-9]{2})(?=[ +-]?[A-Za-z0-9])", re.IGNORECASE | re.ASCII)


def is_iban(written: str) -> bool:
    """Whether capital letters and digits without separators are an account number."""
    if len(written) != _LENGTHS.get(written[:2]) or not written.isascii() or not written.isalnum():
        return False
    return int("".join(str(int(character, 36)) for character in written[4:] + written[:4])) % 97 == 1


def _find(text: str) -> Iterator[Span]:
    done = 0
    for start in _starts(text):
        length = _length(text[start : start + _LONGEST]) if start >= done else 0
        if length:
            done = start + length
            yield Span(start, done, "iban")


def _starts(text: str) -> list[int]:
    found = {match.start() for match in _START.finditer(text)}
    return sorted(found | {match.start(1) for match in _NAMED_START.finditer(text)})


def _length(text: str) -> int:
    """Give the length of the number, with its separators, that a text begins with; 0 when it begins with none."""
    most, digits = _LENGTHS.get(text[:2].upper(), 0), ""
    for place, character in enumerate(text):
        if len(digits) == most:
            return place if not character.isalnum() and is_iban(digits) else 0
        if character.isalnum():
            digits += character.upper()
        elif character not in " +-" or place % 5 != 4:
            return 0
    return len(text) if len(digits) == most and is_iban(digits) else 0


DETECTOR: Final = Detector(
    ("iban",),
    (
        r"[A-Z]{2}[0-9]{2}(?:[A-Z0-9]{11}|[ +-][A-Z0-9]{4}[ +-][A-Z0-9]{4}[ +-][A-Z0-9]{3})",
        r"(?i)iban(?:[^0-9a-z]|\\[nrtbf]|\\u00[01].)+[a-z]{2}[0-9]{2}[ +-]?[a-z0-9]",
    ),
    _find,
    digits=True,
)
