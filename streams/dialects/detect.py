"""Which dialect a document or a text is of, at a cost that does not grow with the number of dialects.

The ordered top-level keys of an object are its shape. A shape is looked at once: the dialects whose signature
keys it has are found by key, not tried one after the other, and compiled to one reader. From then on an object
costs a single look-up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import tzinfo
from typing import Any, NamedTuple

from streams.dialects.base import Dialect, ObjectReader, Test, TextReader, add_flags, new_record
from streams.types import Record, Source

MOST_SHAPES = 4_096
MOST_KEYS = 64
"""An object with more keys is read by a reader made for it alone: hostile shapes must not fill the memory."""


class Plan(NamedTuple):
    """What is known of a shape: the reader of its objects, and the least number of bytes that its keys take in JSON."""

    read: ObjectReader
    key_bytes: int


class _Claim(NamedTuple):
    """One signature of a dialect; `rank` is the dialect's place among all."""

    signature: frozenset[str]
    rank: int
    dialect: Dialect


class Detector:
    """The dialects of one pipeline, and the shapes that it has met.

    `plans` maps a shape to its plan; the hot path looks there first and calls `learn` when it finds none.
    """

    def __init__(self, dialects: Iterable[Dialect], zone: tzinfo) -> None:
        self.plans: dict[tuple[str, ...], Plan] = {}
        self._zone = zone
        self._by_key: defaultdict[str | None, list[_Claim]] = defaultdict(list)
        self._texts: list[TextReader] = []
        for rank, dialect in enumerate(dialects):
            for signature in dialect.signatures:
                self._by_key[min(signature, default=None)].append(_Claim(signature, rank, dialect))
            if dialect.compile_text:
                self._texts.append(dialect.compile_text(zone))

    def learn(self, shape: tuple[str, ...]) -> Plan:
        """Make the plan of a shape, and remember it while there is room."""
        plan = Plan(self._compile(shape), sum(len(key) + len('"":,') for key in shape))
        if len(shape) <= MOST_KEYS:
            if len(self.plans) >= MOST_SHAPES:
                self.plans.clear()
            self.plans[shape] = plan
        return plan

    def read_json(self, document: Any, event_id: str, observed: str, source: Source) -> Record:
        """Read a JSON document; an object may be consumed, any other value becomes the body."""
        if not isinstance(document, dict):
            return _read_value(document, event_id, observed, source)
        shape = tuple(document)
        plan = self.plans.get(shape) or self.learn(shape)
        return plan.read(document, event_id, observed, source)

    def read_json_as(
        self, dialect: Dialect, document: Any, event_id: str, observed: str, source: Source
    ) -> Record | None:
        """Read a JSON object as one dialect; None when it is not of that dialect."""
        if not isinstance(document, dict) or not dialect.compile_objects:
            return None
        shape = tuple(document)
        if not any(signature.issubset(shape) for signature in dialect.signatures):
            return None
        if dialect.test and not dialect.test(document):
            return None
        return dialect.compile_objects(shape, self._zone)(document, event_id, observed, source)

    def read_text(self, text: str, event_id: str, observed: str, source: Source) -> Record:
        """Read a text by the first grammar that claims it; the last one claims every text."""
        for reader in self._texts:
            record = reader(text, event_id, observed, source)
            if record is not None:
                return record
        raise LookupError("no dialect claims every text")

    def read_text_as(self, dialect: Dialect, text: str, event_id: str, observed: str, source: Source) -> Record | None:
        """Read a text as one dialect; None when it is not of that dialect."""
        if not dialect.compile_text:
            return None
        return dialect.compile_text(self._zone)(text, event_id, observed, source)

    def _compile(self, shape: tuple[str, ...]) -> ObjectReader:
        keys = frozenset(shape)
        claims = [claim for key in (*shape, None) for claim in self._by_key.get(key, ()) if claim.signature <= keys]
        claims.sort(key=lambda claim: (-len(claim.signature), claim.rank))
        return _choose([claim.dialect for claim in claims], shape, self._zone)


def _read_value(value: Any, event_id: str, observed: str, source: Source) -> Record:
    """A JSON value that is no object has no keys to read: it is the body."""
    record = new_record("json", event_id, observed, source)
    record["body"] = value
    add_flags(record, "timestamp.missing")
    return record


def _choose(candidates: list[Dialect], shape: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    """One reader for a shape: that of the first candidate, or of the first whose test agrees with the values."""
    readers: list[tuple[Test | None, ObjectReader]] = []
    for dialect in candidates:
        if dialect.compile_objects is None:
            continue
        reader = dialect.compile_objects(shape, zone)
        if dialect.test is None and not readers:
            return reader
        readers.append((dialect.test, reader))
        if dialect.test is None:
            break

    def read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
        for test, reader in readers:
            if test is None or test(document):
                return reader(document, event_id, observed, source)
        raise LookupError("no dialect claims every object")

    return read
