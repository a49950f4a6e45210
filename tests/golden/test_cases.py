"""Pipelines as cases in YAML, run by what `weft test` runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.cases.model import read_cases
from streams.cases.run import run_cases
from streams.settings import Settings

FILES = sorted(Path(__file__).parent.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_case_of_a_file_holds(file: Path) -> None:
    results = list(run_cases(read_cases(file), Settings()))
    assert results
    assert {result.case.name: result.differences for result in results if result.differences} == {}


def test_there_are_files() -> None:
    assert FILES
