"""Texts with what differs from record to record masked: a template that knows no other text than the one it is made of.

Every pattern is linear: what it repeats without a bound is possessive, all else is bounded.
"""

from __future__ import annotations

import re
from hashlib import sha256

_DIGITS = 16
_LONGEST = 2_048

_CLOCK = r"\d{1,2}:\d\d:\d\d(?:[.,:]\d{1,9})?"
_ZONE = r"(?: ?(?:Z|UTC|GMT)\b|[ ]?[+-]\d\d:?\d\d\b)?"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY = rf"(?:\d{{4}}[-/.]\d\d[-/.]\d\d|\d\d?[-/. ](?:\d\d|{_MONTH})[-/. ]\d{{4}}|{_MONTH} {{1,2}}\d\d?(?:,? \d{{4}})?)"
_WORDS = rf"(?>(?:(?<!\w)(?!{_MONTH}\b)[A-Za-z]++[ ,;=(\[]++)+)"
"""Words in which nothing begins that is masked, taken in one go: most of a message are such."""
_MASKS = {
    "quoted": r"\"[^\"\n]{0,1000}+\"|(?<!\w)'[^'\n]{0,1000}+'(?!\w)|`[^`\n]{0,1000}+`",
    "time": rf"\b{_DAY}(?:[T :,]{{1,2}}{_CLOCK})?{_ZONE}(?![\w])|\b{_CLOCK}{_ZONE}(?!\w)",
    "url": r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s\"'<>`,;)\]}]++",
    "email": r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?>(?:\.[\w-]{1,63}){1,8})",
    "uuid": r"\b[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\b",
    "ip": r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)|(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){3,7}[0-9A-Fa-f]{1,4}(?![\w:])",
    "path": r"(?<![\w<>/\\.~])(?:[A-Za-z]:|~|\.{1,2})?(?>(?:[/\\][\w.@%+~$-]++)+)[/\\]?(?:\?[^\s\"'<>`,;)\]}]*+)?",
    "hex": r"\b0[xX][0-9A-Fa-f]++\b|\b(?=\d{0,64}+[A-Fa-f])(?=[A-Fa-f]{0,64}+\d)[0-9A-Fa-f]{8,}+\b",
    "id": r"(?<![A-Za-z0-9])(?:[A-Za-z]++\d++[A-Za-z]++\d\w*+|\d++[A-Za-z]++\d\w*+)",
    "num": r"(?:(?<![A-Za-z0-9])[-+])?\d++(?>(?:[.,]\d++)*)(?:[eE][-+]?\d++)?",
}
_MASK = re.compile("|".join([_WORDS, *(f"(?P<{name}>{pattern})" for name, pattern in _MASKS.items())]))
_STANDS_FOR = {name: f"<{name}>" for name in _MASKS}


def template_of(text: str) -> str:
    """Give the first line of a text with numbers, ids, times, addresses, paths and quoted parts masked.

    `order 17 of "bob" took 3ms` is `order <num> of <quoted> took <num>ms`.
    """
    line, _, _ = text.lstrip()[:_LONGEST].partition("\n")
    return _MASK.sub(_word, line.rstrip())


def digest(*parts: str) -> str:
    """Give the id of parts, the same on every replica and replay: 16 hexadecimal digits of SHA-256."""
    return sha256("\n".join(parts).encode()).hexdigest()[:_DIGITS]


def _word(match: re.Match[str]) -> str:
    return _STANDS_FOR[match.lastgroup] if match.lastgroup else match[0]
