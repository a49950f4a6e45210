"""The bench of this sink measures what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import sinks_sqlite
from bench.enriched import enriched
from bench.errors import BenchVoid
from bench.sqlite_reads import TRACE_RECORDS, fill, measure, seconds_of, trace_of
from streams.sinks.stores import Query
from tests.sinks.sqlite.records import files_in


def test_writes_are_compared_once_all_is_stored() -> None:
    figures = sinks_sqlite.measure(enriched(300, first_ms=sinks_sqlite.yesterday_ms()))
    assert 0 < figures.ratio < 10
    assert min(figures) > 0


def test_a_run_that_lost_records_is_void() -> None:
    twice = enriched(10, first_ms=sinks_sqlite.yesterday_ms()) * 2
    with pytest.raises(BenchVoid, match="10 of 20 records are stored"):
        sinks_sqlite.measure(twice)


async def test_questions_are_asked_of_a_store_over_many_days(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await fill(tmp_path, 20_000, 4)
    assert len(files_in(tmp_path)) == 4
    await measure(tmp_path, 20_000, 4)
    assert "one trace: p50 " in capsys.readouterr().out
    with pytest.raises(BenchVoid, match=f"0 of {TRACE_RECORDS} records were found"):
        await seconds_of(tmp_path, Query(trace=trace_of(9_000)), TRACE_RECORDS)
