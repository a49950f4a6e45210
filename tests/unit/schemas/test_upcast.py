"""Reading records of other schema versions."""

import pytest

from schemas.examples import example
from schemas.upcast import UnknownVersion, upcast


def test_a_current_record_comes_back_as_it_is() -> None:
    assert upcast(example("span")) == example("span")


def test_a_newer_record_is_refused_with_the_cure() -> None:
    with pytest.raises(UnknownVersion, match=r"schema_version 2, this program reads up to 1: upgrade"):
        upcast(example(schema_version=2))


@pytest.mark.parametrize("version", [None, "1", 0, -1, True, 1.0])
def test_something_else_is_not_taken_for_a_record(version: object) -> None:
    with pytest.raises(UnknownVersion, match="not written by Weft"):
        upcast(example(schema_version=version))


def test_an_object_without_version_is_not_taken_for_a_record() -> None:
    with pytest.raises(UnknownVersion, match="not written by Weft"):
        upcast({})
