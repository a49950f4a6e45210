"""Every mutant still finds the one line that it makes wrong; `make mutants` runs them."""

from __future__ import annotations

import pytest

from tests.mutants import MUTANTS, ROOT, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_line_is_there_once(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text().count(mutant.right) == 1


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_its_test_is_there(mutant: Mutant) -> None:
    path, _, name = mutant.test.partition("::")

    assert f"def {name}(" in (ROOT / path).read_text()
