"""Which text grammars a text is put to: found by how it begins and what it holds, not asked one after the other.

A text begins with a word, figures or both, up to the next letter. Lines of one format have the same beginning once
each digit is written as 0: `2024-03-10T14:13:06.719Z [` tells them from most others. So what is known of a beginning,
and of a few characters that most texts lack, is worked out once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import tzinfo
from typing import Any, NamedTuple, TypeAlias

from streams.dialects.base import Dialect, Parts, TextReader

Grammar: TypeAlias = tuple[Dialect, TextReader, str]
"""A dialect, its reader, and what a text must hold to be put to it; a bare tuple, because each text meets several."""

Splitter: TypeAlias = tuple[Dialect, Callable[[str, tzinfo], Parts | None], str]
"""As `Grammar`, for values that hold several records."""


class TextPlan(NamedTuple):
    """What texts of one beginning are put to, in this order; the last of the grammars claims every text."""

    splitters: tuple[Splitter, ...]
    grammars: tuple[Grammar, ...]
    is_line: bool
    """Whether such a text is for sure no JSON, and neither blank nor compressed nor coloured."""


_BEGINNING = re.compile(rb"[A-Za-z_]{0,16}+[\t -@TZ\[-`{-~]{0,48}+")
_LONGEST = 64
_TELLING = '=|}"\t'
"""Characters that the marks of most grammars have."""
_LINE = re.compile(rb"(?!x\^)[!-Z\\-z|}~]")
"""The first character of a text that is a line: no brace or bracket; and `x^` begins what zlib compressed."""
_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_DIGITS = frozenset("0123456789")
_MOST_BEGINNINGS = 4_096


class Beginnings:
    """The text grammars of one pipeline."""

    def __init__(self, dialects: Iterable[Dialect], zone: tzinfo) -> None:
        listed = tuple(dialects)
        self._grammars = [
            (dialect, dialect.compile_text(zone), mark)
            for dialect in listed
            if dialect.compile_text
            for mark in dialect.holds or ("",)
        ]
        self._splitters = [
            (dialect, dialect.split_text, mark)
            for dialect in listed
            if dialect.split_text
            for mark in dialect.holds or ("",)
        ]
        self._heads = {dialect.name: re.compile(dialect.head, re.ASCII).match for dialect in listed if dialect.head}
        self._plans: dict[tuple[Any, ...], TextPlan] = {}

    def plan(self, text: str) -> TextPlan:
        """Give what a text is put to."""
        return self.plan_of(text, text[:_LONGEST].encode(errors="surrogatepass"))

    def plan_of(self, text: str, value: bytes) -> TextPlan:
        """As `plan`, for a text that is also given in UTF-8, or its beginning."""
        match = _BEGINNING.match(value)
        # As bytes, because those take a tenth of the time to translate.
        beginning = (match[0] if match else b"").translate(_ZEROS) or value[:1]
        known = (beginning, "=" in text, "|" in text, "}" in text, '"' in text, "\t" in text)
        return self._plans.get(known) or self._learn(*known)

    def _learn(self, beginning: bytes, *held: bool) -> TextPlan:
        start = beginning.decode(errors="replace")
        lacking = {character for character, is_there in zip(_TELLING, held, strict=True) if not is_there}
        plan = TextPlan(
            tuple(one for one in self._splitters if lacking.isdisjoint(one[2]) and self._may_begin(one[0], start)),
            tuple(one for one in self._grammars if lacking.isdisjoint(one[2]) and self._may_begin(one[0], start)),
            is_line=_LINE.match(beginning) is not None,
        )
        if len(self._plans) >= _MOST_BEGINNINGS:
            self._plans.clear()
        self._plans[beginning, *held] = plan
        return plan

    def _may_begin(self, dialect: Dialect, beginning: str) -> bool:
        """Whether lines of a dialect begin so; the zeros of a beginning stand for any digit."""
        first = beginning[:1]
        if dialect.starts and (_DIGITS.isdisjoint(dialect.starts) if first == "0" else first not in dialect.starts):
            return False
        head = self._heads.get(dialect.name)
        return head is None or head(beginning) is not None
