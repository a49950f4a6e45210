"""Numbers of payment cards (ISO/IEC 7812-1): a known issuer's first digits and length, and the check digit by Luhn.

Issuers' ranges as they publish them; those of one length and of more than two digits keep ids from looking like cards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from streams.processors.redaction.detector import NO_LETTER, Detector, Span
from streams.processors.redaction.names import is_named_exempt


class _Range(NamedTuple):
    first: int
    last: int
    lengths: frozenset[int]


def _range(first: int, last: int, *lengths: int) -> _Range:
    return _Range(first, last, frozenset(lengths))


_ISSUERS = (
    _range(4, 4, 13, 16, 19),  # Visa
    _range(51, 55, 16),  # Mastercard
    _range(2221, 2720, 16),
    _range(34, 34, 15),  # American Express
    _range(37, 37, 15),
    _range(6011, 6011, 16, 19),  # Discover
    _range(644, 649, 16, 19),
    _range(65, 65, 16, 19),
    _range(300, 305, 14, 16),  # Diners Club
    _range(309, 309, 14, 16),
    _range(36, 36, 14, 16, 19),
    _range(38, 39, 14, 16),
    _range(3528, 3589, 16, 19),  # JCB
    _range(2131, 2131, 15),
    _range(1800, 1800, 15),
    _range(62, 62, 16, 17, 18, 19),  # UnionPay
    _range(81, 82, 16),
    _range(2200, 2204, 16, 17, 18, 19),  # Mir
    _range(508, 508, 16),  # RuPay
    _range(60, 60, 16),
    _range(5018, 5018, *range(12, 20)),  # Maestro
    _range(5020, 5020, *range(12, 20)),
    _range(5038, 5038, *range(12, 20)),
    _range(5893, 5893, *range(12, 20)),
    _range(6304, 6304, *range(12, 20)),
    _range(6390, 6390, *range(12, 20)),
    _range(6759, 6763, *range(12, 20)),
    _range(56, 58, 16),
    _range(506099, 506198, 16, 18, 19),  # Verve
    _range(5019, 5019, 16),  # Dankort
    _range(636, 636, 16),  # InterPayment
    _range(9792, 9792, 16),  # Troy
)
_FEWEST, _MOST = 12, 19
_SEPARATOR = r"[ .+\u00a0-]"
_CHAIN = re.compile(rf"(?<![0-9])[0-9]+(?:{_SEPARATOR}[0-9]+)*")
_GROUP = re.compile(rf"([0-9]+)({_SEPARATOR})?")
_BLANKS = frozenset({" ", "\u00a0", "+"})
_NO_LETTER_BEFORE = re.compile(rf"(?:{NO_LETTER})$")
_DOUBLED = str.maketrans("0123456789", "0246813579")


def is_card(digits: str) -> bool:
    """Whether a number can be that of a card."""
    return _passes_luhn(digits) and any(
        len(digits) in issuer.lengths and issuer.first <= int(digits[: len(str(issuer.first))]) <= issuer.last
        for issuer in _ISSUERS
    )


def _passes_luhn(digits: str) -> bool:
    plain, doubled = digits[-1::-2], digits[-2::-2].translate(_DOUBLED)
    return (sum(map(int, plain)) + sum(map(int, doubled))) % 10 == 0


def _find(text: str) -> Iterator[Span]:
    for chain in _CHAIN.finditer(text):
        start, end = chain.span()
        if end - start < _FEWEST:
            continue
        if _may_stand(text, start, end) and not is_named_exempt(text, start):
            yield from _in_chain(text, start, end)


def _may_stand(text: str, start: int, end: int) -> bool:
    """Whether digits are no part of a longer name or number."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if after.isalnum() or after == "_":
        return False
    return (
        not (before.isalnum() or before in ("_", "-", "."))
        or _NO_LETTER_BEFORE.search(text[start - 3 : start]) is not None
    )


def _in_chain(text: str, start: int, end: int) -> Iterator[Span]:
    """Look for cards in groups of digits with single separators; only blanks separate a card from its neighbours."""
    groups = list(_GROUP.finditer(text, start, end))
    place = 0
    while place < len(groups):
        if place and groups[place - 1][2] not in _BLANKS:
            place += 1
            continue
        found = _card_at(groups, place)
        if found:
            yield Span(groups[place].start(1), groups[found - 1].end(1), "card")
        place = found or place + 1


def _card_at(groups: list[re.Match[str]], place: int) -> int:
    """Give the place behind the last group of the card that begins with a group; 0 when none does."""
    separator, digits, best = groups[place][2], "", 0
    for last in range(place, len(groups)):
        group, behind = groups[last][1], groups[last][2]
        digits += group
        if len(digits) > _MOST or (last > place and not _is_grouped(groups, place, last)):
            break
        if len(digits) >= _FEWEST and (behind is None or behind in _BLANKS) and is_card(digits):
            best = last + 1
        if behind != separator or len(group) not in (4, 5, 6):
            break
    return best


def _is_grouped(groups: list[re.Match[str]], place: int, last: int) -> bool:
    """Four digits and groups of at most four, or six and at most five digits, as on the card itself."""
    sizes = [len(group[1]) for group in groups[place : last + 1]]
    return sizes[0] == 4 and (max(sizes) == 4 or (sizes[1] == 6 and sizes[2:] in ([], [4], [5])))


DETECTOR: Final = Detector(
    ("card",),
    (
        r"(?:^|[^0-9]|\\u00[01][0-9a-f])(?:[2-68][0-9]{3}|1800|9792)[0-9]{8}",
        r"[0-9]{4}(?:[ .+-]|\xc2\xa0)[0-9]{4,6}(?:[ .+-]|\xc2\xa0)[0-9]{4}",
    ),
    _find,
    digits=True,
)
