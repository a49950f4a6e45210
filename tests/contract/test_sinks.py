"""What holds of every sink: each row of SUBJECTS is a sink on a store, and each check that its store allows is made.

A new sink adds a row: a subclass of `SinkUnderTest` (in `tests/sinks/<store>/subject.py`), which says how to make the
sink and how to read its store back. A method that it leaves out leaves out the checks that need it; the reasons stand
in LEFT_OUT.
"""

from __future__ import annotations

import pytest

from streams.testing.sink_subject import SinkUnderTest
from streams.testing.sinks import Check, check_declarations, checks_for
from tests.sinks.file.subject import FileUnderTest
from tests.sinks.memory import (
    DeduplicatedMemoryUnderTest,
    KeyedMemoryUnderTest,
    MemoryUnderTest,
    UntellingMemoryUnderTest,
)
from tests.sinks.parquet.subject import ParquetUnderTest, RemoteParquetUnderTest
from tests.sinks.postgres.subject import PostgresUnderTest
from tests.sinks.sqlite.subject import SqliteUnderTest
from tests.sinks.web.subject import HttpUnderTest, OpenSearchUnderTest, OtlpUnderTest, PlainHttpUnderTest

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
    ParquetUnderTest,
    RemoteParquetUnderTest,
]
LEFT_OUT: dict[type[SinkUnderTest], dict[str, str]] = {
    SqliteUnderTest: {"check_ambiguous": "no connection leads to it that could be cut; it is killed for real instead"},
    FileUnderTest: {
        "check_ambiguous": "no connection leads to it that could be cut",
        "check_dies_in_the_middle": "a folder is there or not, and writing to it is one call",
        "check_partial_rejection": "it takes every record",
        "check_slow": "its writes cannot be held back",
        "check_unreachable_at_start": "a folder that cannot be made is a wrong setting",
    },
    PostgresUnderTest: {"check_full": "its server's disk is filled in tests/sinks/postgres/test_full_disk.py"},
}
CASES = [(kind, check) for kind in SUBJECTS for check in checks_for(kind)]


@pytest.mark.parametrize(("kind", "check"), CASES, ids=[f"{kind.__name__}-{check.__name__}" for kind, check in CASES])
async def test_a_sink_keeps_the_contract(kind: type[SinkUnderTest], check: Check) -> None:
    async with kind() as subject:
        await check(subject)


@pytest.mark.parametrize("kind", SUBJECTS)
async def test_a_sink_says_what_it_is(kind: type[SinkUnderTest]) -> None:
    async with kind() as subject:
        check_declarations(type(subject.make()))


@pytest.mark.parametrize("kind", SUBJECTS)
def test_a_check_is_left_out_for_a_reason(kind: type[SinkUnderTest]) -> None:
    made = {check.__name__ for check in checks_for(kind)}
    every = {check.__name__ for check in checks_for(MemoryUnderTest)}
    assert every - made == set(LEFT_OUT.get(kind, ()))
