"""What holds of every sink: each row of SUBJECTS is a sink on a store, and each check that its store allows is made.

A new sink adds a row: a subclass of `SinkUnderTest` (in `tests/sinks/<store>/subject.py`, or below where it is short),
which says how to make the sink and how to read its store back. A method that it leaves out leaves out the checks that
need it; `test_no_check_is_left_out` then wants the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from streams.sinks.base import Item, Place, Sink
from streams.sinks.stores import Stored
from streams.testing.items import changed
from streams.testing.memory_sink import AppendingMemorySink, DeduplicatedMemorySink, KeyedMemorySink, MemoryStore
from streams.testing.sink_subject import Cutter, SinkUnderTest
from streams.testing.sinks import Check, check_declarations, checks_for
from tests.sinks.file.subject import FileUnderTest
from tests.sinks.postgres.subject import PostgresUnderTest
from tests.sinks.sqlite.subject import SqliteUnderTest
from tests.sinks.web.subject import HttpUnderTest, OpenSearchUnderTest, OtlpUnderTest, PlainHttpUnderTest


class MemoryUnderTest(SinkUnderTest):
    """Any of the sinks that write to memory; its store refuses what says `spoiled`."""

    kind: type[AppendingMemorySink] = AppendingMemorySink

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.store.refuses = lambda item: "spoiled" in item.record["attributes"]

    def make(self, *, rewrite: bool = False) -> Sink:
        return self.kind(None, Place(name="memory", directory=Path(), rewrite=rewrite), self.store)

    async def read(self) -> Sequence[Stored]:
        return [item.record for item in self.store.rows]

    def spoil(self, item: Item) -> Item:
        return changed(item, attributes={"spoiled": True})

    def cutter(self) -> Cutter:
        return self.store

    async def make_unreachable(self) -> None:
        self.store.become("unreachable")

    async def make_silent(self) -> None:
        self.store.become("silent")

    async def fill(self) -> None:
        self.store.become("full")

    async def mend(self) -> None:
        self.store.become("well")


class DeduplicatedMemoryUnderTest(MemoryUnderTest):
    kind = DeduplicatedMemorySink


class KeyedMemoryUnderTest(MemoryUnderTest):
    kind = KeyedMemorySink


class UntellingMemoryUnderTest(MemoryUnderTest):
    """A store that does not tell which record it refuses."""

    kind = DeduplicatedMemorySink

    def __init__(self) -> None:
        super().__init__()
        self.store.tells = False


SUBJECTS: list[type[SinkUnderTest]] = [
    MemoryUnderTest,
    DeduplicatedMemoryUnderTest,
    KeyedMemoryUnderTest,
    UntellingMemoryUnderTest,
    SqliteUnderTest,
    FileUnderTest,
    HttpUnderTest,
    PlainHttpUnderTest,
    OtlpUnderTest,
    OpenSearchUnderTest,
    PostgresUnderTest,
]
CASES = [(kind, check) for kind in SUBJECTS for check in checks_for(kind)]


@pytest.mark.parametrize(("kind", "check"), CASES, ids=[f"{kind.__name__}-{check.__name__}" for kind, check in CASES])
async def test_a_sink_keeps_the_contract(kind: type[SinkUnderTest], check: Check) -> None:
    async with kind() as subject:
        await check(subject)


@pytest.mark.parametrize("kind", SUBJECTS)
async def test_a_sink_says_what_it_is(kind: type[SinkUnderTest]) -> None:
    async with kind() as subject:
        check_declarations(type(subject.make()))
