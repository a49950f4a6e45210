"""Why a dialect was chosen: the rule that claimed a value and the dialects that came close. For people to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from streams.dialects.base import NOBODY, Dialect
from streams.dialects.detect import Claim, Detector
from streams.dialects.text import NAME as TEXT

_MOST_OTHERS = 5
_LEAST_OF_NEAR = 3
"""Keys of a signature that must be missed by one only to count as near: of two keys one means little."""


class Other(NamedTuple):
    """A dialect that was not taken, and why."""

    dialect: str
    because: str


class Evidence(NamedTuple):
    """The dialect of one layer of a value, the rule that claimed it, and the others in the order they were asked."""

    dialect: str
    rule: str
    others: tuple[Other, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give it in the form of JSON."""
        return {**self._asdict(), "others": [other._asdict() for other in self.others]}


def of_object(detector: Detector, dialects: Iterable[Dialect], document: dict[str, Any]) -> Evidence:
    """Tell which signature claimed an object, which others it fulfils, and which it misses by one key."""
    chosen = detector.choose(document).dialect
    claims = detector.claims(tuple(document))
    rule = next(_rule(claim) for claim in claims if claim.dialect is chosen)
    fulfilled = [
        _not_taken(claim, chosen, document) for claim in claims if claim.dialect is not chosen and claim.signature
    ]
    claimed = {claim.dialect.name for claim in claims}
    missed = [
        other for dialect in dialects if dialect.name not in claimed for other in _missed_by_one(dialect, document)
    ]
    return Evidence(chosen.name, rule, tuple(_once([*fulfilled, *missed])[:_MOST_OTHERS]))


def of_text(detector: Detector, dialects: Iterable[Dialect], text: str) -> Evidence:
    """Tell which grammar claimed a text, and which others would have."""
    chosen, _ = detector.read_text(text, *NOBODY)
    rule = f"its grammar; a line begins with one of {chosen.starts!r}" if chosen.starts else "its grammar"
    rivals = (dialect for dialect in dialects if dialect is not chosen and dialect.name != TEXT)
    would = (dialect for dialect in rivals if _reads(detector, dialect, text))
    others = [Other(dialect.name, f"its grammar fits too, but {chosen.name} is asked first") for dialect in would]
    return Evidence(chosen.name, rule, tuple(others[:_MOST_OTHERS]))


def _reads(detector: Detector, dialect: Dialect, text: str) -> bool:
    if dialect.starts and text[:1] not in dialect.starts:
        return False
    return detector.read_text_as(dialect, text, *NOBODY) is not None


def _rule(claim: Claim) -> str:
    if not claim.signature:
        return "any object"
    test = " and its values agree" if claim.dialect.test else ""
    return f"has {', '.join(sorted(claim.signature))}{test}"


def _not_taken(claim: Claim, chosen: Dialect, document: dict[str, Any]) -> Other:
    dialect = claim.dialect
    if dialect.test and not dialect.test(document):
        return Other(dialect.name, f"{_rule(claim).removesuffix(' and its values agree')}, but its values disagree")
    return Other(dialect.name, f"{_rule(claim)}, but {chosen.name} is more particular")


def _missed_by_one(dialect: Dialect, document: dict[str, Any]) -> Iterator[Other]:
    for signature in dialect.signatures:
        missing = signature - document.keys()
        if len(missing) == 1 and len(signature) >= _LEAST_OF_NEAR:
            yield Other(dialect.name, f"lacks {next(iter(missing))}")


def _once(others: list[Other]) -> list[Other]:
    """One line a dialect, its first."""
    return list({other.dialect: other for other in reversed(others)}.values())[::-1]
