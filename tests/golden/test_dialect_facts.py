"""Real lines of every dialect, with the facts that were stated for them; `python -m tests.golden.accuracy` counts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.golden.accuracy import DISPUTED, check, detected, samples
from tests.shared_data import needs_shared_data

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "disputed-facts.md"
each_sample = pytest.mark.parametrize("sample", samples())


@needs_shared_data
def test_the_samples_are_whole() -> None:
    assert len(samples()) == 60


@each_sample
def test_every_stated_fact_of_a_dialect_is_right(sample: str) -> None:
    wrong = [fact for fact in check(sample) if fact.found != fact.expected]
    assert [fact for fact in wrong if (sample, fact.line, fact.record, fact.name) not in DISPUTED] == []


@each_sample
def test_the_dialect_of_its_lines_is_recognised(sample: str) -> None:
    hits, records = detected(sample)
    assert hits >= records / 2


@needs_shared_data
def test_every_dispute_is_one() -> None:
    found = {
        (sample, fact.line, fact.record, fact.name)
        for sample in {sample for sample, *_ in DISPUTED}
        for fact in check(sample)
        if fact.found != fact.expected
    }
    assert found == set(DISPUTED)


def test_every_dispute_is_explained() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+)(?:\.(\d+))? \| `(\w+)` \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    explained = {(sample, int(line) - 1, int(record or 0), name) for sample, line, record, name, _ in rows}
    assert explained == set(DISPUTED)
