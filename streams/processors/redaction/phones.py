"""Phone numbers: E.164 with its plus sign (ITU-T E.164, 6.1), and national forms behind a word that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from heapq import merge
from typing import Final

from streams.processors.redaction.detector import NO_LETTER, Detector, Span
from streams.processors.redaction.names import is_named_exempt

_COUNTRIES = re.compile(
    r"1|7|2(?:[07]|[1234569][0-9]|8[0-9])|3(?:[0123469]|[578][0-9])|4(?:[013456789]|2[0-9])|5(?:[1-8]|[09][0-9])"
    r"|6(?:[0-6]|[789][0-9])|8(?:[1246]|[0578][0-9])|9(?:[0123458]|[679][0-9])"
)
"""Country codes and those of country groups (Annex to ITU Operational Bulletin 1114)."""
_FEWEST, _MOST = 8, 15
_INTERNATIONAL = re.compile(rf"(?:(?<![\w+])|{NO_LETTER})\+(?=[1-9])(?>(?:[ .()/-]{{0,2}}+[0-9]){{7,15}})(?![0-9])")
_STRONG = (
    rf"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z])|{NO_LETTER})"
    r"(?:(?:tele|cell|i)?phone|mobile|mob|cell|tel|telefon|fax|msisdn|handy|whatsapp|sms)"
    r"(?:[ _.-]?(?:number|num|no|nr|n))?(?![A-Za-z])"
)
_ASKING = r"(?:call(?:ed|er|ing)?|contact|dial(?:ed|led|ling)?|reach|ring|text(?:ed)?|hotline)"
_WEAK = rf"(?:(?<![A-Za-z])|{NO_LETTER}){_ASKING}(?![A-Za-z])"
_WORDS = (
    r"(?:[ ](?:me|us|him|her|them|is|was|at|on|to|my|our|the|number|customer|user|back|now|please|from)"
    r"(?![A-Za-z])){0,4}"
)
_BETWEEN = r"[\"'\\]{0,4}[ ]?[:=#>,.]{0,2}[ ]?[\"'\\]{0,4}"
_NO_OTHER = r"(?![0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9]))"
_NATIONAL = r"[(]?[0-9](?>(?:[ .()/-]{0,2}+[0-9]){6,14})(?![0-9A-Za-z_-])"
_GROUPED = r"[(]?[0-9]{2,5}[)]?[ .-][0-9]{2,4}(?>(?:[ .-][0-9]{2,5}){1,3})(?![0-9A-Za-z_-])"
_NAMED = re.compile(rf"{_STRONG}{_WORDS}{_BETWEEN}{_NO_OTHER}({_NATIONAL})", re.IGNORECASE | re.ASCII)
_ASKED = re.compile(rf"{_WEAK}{_WORDS}{_BETWEEN}{_NO_OTHER}({_GROUPED})", re.IGNORECASE | re.ASCII)
_ANY = re.compile(rf"(?<![0-9A-Za-z_.+-])[+]?{_NO_OTHER}{_NATIONAL}", re.ASCII)
_NUMBER = re.compile(r"[+(]{0,2}[0-9](?>(?:[ .()/-]{0,2}+[0-9]){6,16})")


def is_number(text: str) -> bool:
    """Whether a text is a phone number and nothing else, when its field says that it is one."""
    return _NUMBER.fullmatch(text.strip()) is not None


def _find(text: str) -> Iterator[Span]:
    international = (found.span() for found in _INTERNATIONAL.finditer(text) if _is_international(text, found))
    named = (found.span(1) for found in _NAMED.finditer(text))
    asked = (found.span(1) for found in _ASKED.finditer(text))
    done = 0
    for start, end in merge(international, named, asked):
        if start >= done:
            yield Span(start, end, "phone")
            done = end


def _is_international(text: str, found: re.Match[str]) -> bool:
    digits = "".join(filter(str.isdigit, found[0]))
    return (
        _FEWEST <= len(digits) <= _MOST
        and _COUNTRIES.match(digits) is not None
        and not is_named_exempt(text, found.start())
    )


def _find_any(text: str) -> Iterator[Span]:
    for found in _ANY.finditer(text):
        yield Span(*found.span(), "phone")


_DIGIT = r"[ .()/-]{0,2}[0-9]"
_FIELD = r"(?:(?:[Tt]el|TEL)[^a-z]|(?i:phone|mobile|fax|msisdn|whatsapp))"
"""What stands in the name of every field that holds a phone number."""

DETECTOR: Final = Detector(
    ("phone",),
    (
        rf"\+[ .()/-]{{0,2}}[1-9]{_DIGIT * 4}",
        rf"(?i)(?:phone|mob|cell|tel|fax|msisdn|handy|whatsapp|sms)[^0-9]*[0-9]{_DIGIT * 4}",
        rf"{_FIELD}.*[0-9]{_DIGIT * 6}",
        rf"(?i){_ASKING}(?:[^a-z].*)?[0-9]{{2}}[)]?[ .-][0-9]{{2,4}}[ .-][0-9]{{2}}",
    ),
    _find,
    digits=True,
)

IN_FIELD: Final = Detector(("phone",), (), _find_any, digits=True)
"""Finds national numbers without a word before them, for texts whose field says that they hold one."""
