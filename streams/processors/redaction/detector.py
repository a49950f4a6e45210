"""What a detector is: how it is recognised that it may have work, and where in a text it finds what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias


class Span(NamedTuple):
    """A place in a text that holds something of a kind: characters from `start` to before `end`."""

    start: int
    end: int
    kind: str


Find: TypeAlias = Callable[[str], Iterator[Span]]
"""Gives what a text holds, from left to right without overlaps, in time linear in its length."""


NO_LETTER: Final = r"(?<=\\[nrt])|(?<=[0-9\[]m)"
"""Behind a letter that is no part of a word, in regular expressions: that of an escaped line end or tab in JSON inside
JSON, or of a terminal's colour code."""


class Detector(NamedTuple):
    """Finds one kind of data, or several that look alike.

    `sieve` are regular expressions in RE2's syntax, at least one of which is found in the JSON of every text
    in which `find` finds something. As JSON's escapes may stand around it, none may ask for what is before its match
    to be no letter. A detector without any is always asked. `digits` marks what may stand by chance in fields of ids,
    times, versions and hashes.
    """

    kinds: tuple[str, ...]
    sieve: tuple[str, ...]
    find: Find
    digits: bool = False
