"""`sample`: whole traces or none, errors always, and what has no trace always."""

from __future__ import annotations

from typing import Any

import pytest

from streams.pipeline import Pipeline
from streams.pipeline.wanted import compile_when
from streams.processors.base import Verdict
from streams.processors.sample import Sample
from streams.settings import ProcessorEntry, Settings, When
from streams.testing import chunk_of
from tests.processors import record_with

TRACES = [f"{number:032x}" for number in range(1, 4_001)]


def kept(percent: float) -> set[str]:
    processor = Sample(Sample.Options(percent=percent))
    return {trace for trace in TRACES if processor.process(record_with(trace_id=trace)) is not Verdict.SAMPLED}


@pytest.mark.parametrize("percent", [1, 10, 50, 90])
def test_the_share_of_traces_is_kept(percent: float) -> None:
    assert abs(len(kept(percent)) / len(TRACES) * 100 - percent) < 3


def test_a_larger_share_holds_the_smaller_one() -> None:
    assert kept(0) == set()
    assert kept(10) < kept(50) < kept(100) == set(TRACES)


def test_the_whole_id_counts() -> None:
    """64-bit ids are padded in front, and W3C's are random only at the end: no part of the id alone may decide."""
    processor = Sample(Sample.Options(percent=50))
    for form in ("{:016x}" + "0" * 16, "{:032x}"):
        verdicts = {processor.process(record_with(trace_id=form.format(number))) for number in range(1, 100)}
        assert verdicts == {False, Verdict.SAMPLED}


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"severity_number": 16}, Verdict.SAMPLED),
        ({"severity_number": 17}, True),
        ({"severity_number": 24}, True),
        ({"trace_id": None}, False),
        ({"trace_id": None, "severity_number": 17}, False),
    ],
)
def test_errors_stay_with_a_flag_and_what_has_no_trace_stays_without(fields: dict[str, Any], verdict: Any) -> None:
    record = record_with(**{"trace_id": TRACES[0], **fields})
    assert Sample(Sample.Options(percent=0)).process(record) is verdict
    assert record.get("flags", []) == (["trace.sampled"] if verdict is True else [])


def test_the_choice_does_not_follow_that_of_feature_flags() -> None:
    wanted = compile_when(When(percent=50), "development")
    assert wanted is not None
    chosen = {trace for trace in TRACES if wanted(record_with(trace_id=trace))}
    assert 0.4 < len(chosen & kept(50)) / len(chosen) < 0.6


def test_what_is_dropped_counts_as_sampled() -> None:
    through = Pipeline(Settings(processors=(ProcessorEntry(name="sample", options={"percent": 0}),)))
    chunk = chunk_of(f'{{"message":"x","trace_id":"{TRACES[0]}"}}', '{"message":"y"}')
    through.prepare(chunk)
    counts = through.finish(chunk, {}).counts
    assert (counts.sampled, counts.enriched) == (1, 1)
