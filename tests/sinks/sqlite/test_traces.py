"""The index of traces leads to every file that has records of one, and seldom to another."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from streams.errors import ConfigurationError
from streams.sinks.base import Item, Unavailable
from streams.sinks.sqlite import connections
from streams.sinks.sqlite.days import OVERFLOW_NUMBER
from streams.sinks.sqlite.rows import trace_bytes
from streams.sinks.sqlite.traces import FILE, holding
from streams.testing.items import changed
from tests.sinks.sqlite.records import DAY, batch, found, item, rows, sink_in, stored

A, B, C = (digit * 32 for digit in "abc")
FIRST = 20_513
"""The first of March 2026."""
FILES = [*range(FIRST, FIRST + 9), OVERFLOW_NUMBER]


def spread() -> list[Item]:
    """Trace A on three days, of which one only by an exemplar; B in the overflow."""
    metric = item(3, kind="metric_histogram", at="2026-03-05T00:00:00.000000000Z")
    exemplar = {"timestamp": None, "trace_id": A, "span_id": None, "value": 1}
    return [
        item(1, trace_id=A),
        item(2, trace_id=A, at="2026-03-02T00:00:00.000000000Z"),
        changed(metric, metric={**metric.record["metric"], "exemplars": [exemplar]}),
        item(4, trace_id=B, at="1999-03-02T00:00:00.000000000Z"),
        item(5, trace_id=None),
    ]


EXPECTED = {A: {FIRST, FIRST + 1, FIRST + 4}, B: {OVERFLOW_NUMBER}, C: set[int]()}


def held(directory: Path) -> dict[str, set[int]]:
    return {trace: holding(directory, trace_bytes(trace), FILES) for trace in EXPECTED}


async def test_a_trace_leads_to_its_files(tmp_path: Path) -> None:
    await stored(tmp_path, spread())
    assert held(tmp_path) == EXPECTED
    assert holding(tmp_path, trace_bytes(A), [FIRST]) == {FIRST}


async def test_an_index_that_was_lost_is_made_again(tmp_path: Path) -> None:
    await stored(tmp_path, spread())
    (tmp_path / FILE).unlink()
    (tmp_path / "traces.new").write_text("what a start that was killed has left")
    assert await found(tmp_path, trace=B) == ["raw-logs-0-4"]
    await stored(tmp_path, [])
    assert held(tmp_path) == EXPECTED


async def test_a_file_that_is_gone_leaves_nothing(tmp_path: Path) -> None:
    await stored(tmp_path, spread())
    (tmp_path / DAY).unlink()
    await stored(tmp_path, [])
    assert held(tmp_path)[A] == EXPECTED[A] - {FIRST}
    with closing(sqlite3.connect(tmp_path / FILE)) as index:
        assert rows(index, "select distinct file from trace order by file") == [(-1,), (FIRST + 1,), (FIRST + 4,)]


async def test_no_record_is_stored_that_the_index_does_not_lead_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.01)
    async with sink_in(tmp_path) as sink:
        with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as another:
            another.execute("begin immediate")
            with pytest.raises(Unavailable, match=f"{FILE}: SQLITE_BUSY"):
                await sink.write(batch([item(1)]))
        assert await found(tmp_path) == []
        await sink.write(batch([item(1)]))
    assert await found(tmp_path) == await found(tmp_path, trace=item(1).record["trace_id"]) == ["raw-logs-0-1"]


async def test_an_index_of_a_newer_program_is_named(tmp_path: Path) -> None:
    await stored(tmp_path, spread())
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute("pragma user_version = 2")
    for question in (found(tmp_path, trace=A), stored(tmp_path, [])):
        with pytest.raises(ConfigurationError, match=f"{FILE} has tables of version 2"):
            await question
