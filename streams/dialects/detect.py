"""Which dialect a document or a text is of, at a cost that does not grow with the number of dialects.

The ordered top-level keys of an object are its shape. A shape is looked at once: the dialects whose signature
keys it has are found by key, not tried one after the other, and compiled to one plan. From then on an object
costs a single look-up. Texts are told apart by their first character, then by grammar.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import tzinfo
from typing import Any, NamedTuple

from streams.dialects.base import Dialect, ObjectReader, Parts, add_flags, new_record
from streams.dialects.beginnings import Beginnings
from streams.dialects.roles import USUAL
from streams.types import Record, Source
from streams.values.text import without_ansi, without_line_end

MOST_SHAPES = 4_096
MOST_KEYS = 64
MOST_KEY_BYTES = 4_096
"""An object with more or longer keys is read by a reader made for it alone: hostile shapes must not fill the memory."""


class Choice(NamedTuple):
    """A dialect that claims a shape, and its reader for it; None when it takes objects apart instead."""

    dialect: Dialect
    read: ObjectReader | None


class Plan(NamedTuple):
    """What is known of a shape: the dialects that may claim it, and the least bytes that its keys take in JSON.

    `read` is the reader of all candidates together when the records of each are whole: the common case.
    """

    read: ObjectReader | None
    key_bytes: int
    choices: tuple[Choice, ...]


class Claim(NamedTuple):
    """One signature of a dialect; `rank` is the dialect's place among all."""

    signature: frozenset[str]
    rank: int
    dialect: Dialect


class Detector:
    """The dialects of one pipeline, and the shapes that it has met.

    `plans` maps a shape to its plan; the hot path looks there first and calls `learn` when it finds none.
    `plan_text` gives what a text is put to, which is also given in UTF-8.
    """

    def __init__(self, dialects: Iterable[Dialect], zone: tzinfo) -> None:
        self.plans: dict[tuple[str, ...], Plan] = {}
        self.zone = zone
        self._by_key: defaultdict[str | None, list[Claim]] = defaultdict(list)
        listed = tuple(dialects)
        for rank, dialect in enumerate(listed):
            for signature in dialect.signatures:
                self._by_key[min(signature, default=None)].append(Claim(signature, rank, dialect))
        self._texts = Beginnings(listed, zone)
        self.plan_text = self._texts.plan_of

    def learn(self, shape: tuple[str, ...]) -> Plan:
        """Make the plan of a shape, and remember it while there is room."""
        plan = self._plan(shape)
        if len(shape) <= MOST_KEYS and plan.key_bytes <= MOST_KEY_BYTES:
            if len(self.plans) >= MOST_SHAPES:
                self.plans.clear()
            self.plans[shape] = plan
        return plan

    def choose(self, document: dict[str, Any]) -> Choice:
        """Give the dialect of an object: the first candidate of its shape whose test agrees with the values."""
        shape = tuple(document)
        plan = self.plans.get(shape) or self.learn(shape)
        for choice in plan.choices:
            test = choice.dialect.test
            if test is None or test(document):
                return choice
        raise LookupError("no dialect claims every object")

    def choose_as(self, dialect: Dialect, document: dict[str, Any]) -> Choice | None:
        """Give the choice of one dialect; None when the object is not of that dialect."""
        shape = tuple(document)
        if not any(signature.issubset(shape) for signature in dialect.signatures):
            return None
        if dialect.test and not dialect.test(document):
            return None
        return Choice(dialect, dialect.compile_objects(shape, self.zone) if dialect.compile_objects else None)

    def claims(self, shape: tuple[str, ...]) -> list[Claim]:
        """Give every signature that a shape fulfils, the best first."""
        keys = frozenset(shape)
        found = [
            claim
            for key in (*shape, None)
            for claim in self._by_key.get(key, ())
            if claim.signature <= keys and keys.isdisjoint(claim.dialect.without)
        ]
        return sorted(found, key=_precedence)

    def read_text(self, text: str, event_id: str, observed: str, source: Source) -> tuple[Dialect, Record]:
        """Read a text, without its line end, by the first grammar that claims it; the last one claims every text."""
        text = without_line_end(text)
        plain = without_ansi(text) if text[:1] == "\x1b" else text
        for dialect, reader, mark in self._texts.plan(plain).grammars:
            if mark in plain:
                record = reader(plain if dialect.starts else text, event_id, observed, source)
                if record is not None:
                    return dialect, record
        raise LookupError("no dialect claims every text")

    def read_line(self, text: str, event_id: str, observed: str, source: Source) -> tuple[Dialect, Record] | None:
        """Read a text by a grammar that knows it; None when only the last one would, which claims every text."""
        for dialect, reader, mark in self._texts.plan(text).grammars[:-1]:
            record = reader(text, event_id, observed, source) if mark in text else None
            if record is not None:
                return dialect, record
        return None

    def read_text_as(self, dialect: Dialect, text: str, event_id: str, observed: str, source: Source) -> Record | None:
        """Read a text as one dialect; None when it is not of that dialect."""
        if not dialect.compile_text:
            return None
        return dialect.compile_text(self.zone)(without_line_end(text), event_id, observed, source)

    def split_text(self, text: str) -> tuple[Dialect, Parts] | None:
        """Take a text apart that holds several records in a form of its own; None when no dialect knows it."""
        for dialect, split, mark in self._texts.plan(text).splitters:
            parts = split(text, self.zone) if mark in text else None
            if parts is not None:
                return dialect, parts
        return None

    def _plan(self, shape: tuple[str, ...]) -> Plan:
        choices: list[Choice] = []
        for claim in self.claims(shape):
            dialect = claim.dialect
            if any(choice.dialect is dialect for choice in choices):
                continue
            read = dialect.compile_objects(shape, self.zone) if dialect.compile_objects else None
            choices.append(Choice(dialect, read))
            if dialect.test is None:
                break
        return Plan(_together(choices), sum(len(key) + len('"":,') for key in shape), tuple(choices))


def _together(choices: list[Choice]) -> ObjectReader | None:
    """Make one reader of the candidates of a shape; None when a record may hold others, or no candidate takes all."""
    readers = [(choice.dialect.test, choice.read) for choice in choices if choice.read and not choice.dialect.envelope]
    if len(readers) < len(choices) or not readers or readers[-1][0]:
        return None
    last = readers.pop()[1]
    if not readers:
        return last

    def read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
        for test, reader in readers:
            if test and test(document):
                return reader(document, event_id, observed, source)
        return last(document, event_id, observed, source)

    return read


def _precedence(claim: Claim) -> tuple[bool, int, int, int]:
    """Envelopes first; then the signature with the most keys that are not everybody's, then with the most at all."""
    own = len(claim.signature - USUAL)
    return not claim.dialect.envelope, -own, -len(claim.signature), claim.rank


def read_value(value: Any, event_id: str, observed: str, source: Source) -> Record:
    """A JSON value that is no object has no keys to read: it is the body."""
    record = new_record("json", event_id, observed, source)
    record["body"] = value
    add_flags(record, "timestamp.missing")
    return record
