"""The public checks for processors find what breaks the contract, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, ClassVar

import pytest
from pydantic import Field

from schemas.conform import conform
from schemas.examples import example
from streams.processors import base
from streams.processors.base import Acted, Processor, Verdict
from streams.testing.processors import changed_fields, check_declarations, check_linear_time, check_processor
from streams.testing.records import BAITS, example_records
from streams.types import Record


class Mark(Processor):
    """Marks a record."""

    class Options(base.Options):
        """Its word."""

        word: str = Field("x", description="what is written")

    name: ClassVar[str] = "mark"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"body"})
    writes: ClassVar[frozenset[str]] = frozenset({"attributes.mark"})

    def process(self, record: Record) -> Acted:
        attributes = record["attributes"]
        acted = attributes.get("mark") != self.options.word
        attributes["mark"] = self.options.word
        return acted


def variant(process: Callable[[Any, Any], Any] | None = None, **declared: Any) -> type[Processor]:
    """A processor like Mark that does or declares something else."""
    changes = declared | ({"process": process} if process else {}) | {"__doc__": declared.get("__doc__", "Marks.")}
    return type("Variant", (Mark,), changes)


def check(kind: type[Processor]) -> None:
    check_processor(lambda: kind(kind.Options()), example_records())


def sets(part: str, name: str, value: Any, says: Any = True) -> Callable[[Any, Any], Any]:
    def process(_self: Any, record: Any) -> Any:
        record[part][name] = value
        return says

    return process


def counts_up(_self: Any, record: Any) -> Acted:
    record["attributes"]["mark"] = record["attributes"].get("mark", 0) + 1
    return True


def drops_after_a_change(_self: Any, record: Any) -> Acted:
    record["attributes"]["mark"] = 1
    return Verdict.SAMPLED


def raises(_self: Any, _record: Any) -> Acted:
    raise ValueError("of the record")


def remembers() -> Callable[[Any, Any], Acted]:
    numbers = count()

    def process(_self: Any, record: Any) -> Acted:
        if "mark" in record["attributes"]:
            return False
        record["attributes"]["mark"] = next(numbers)
        return True

    return process


def test_a_processor_that_keeps_the_contract_passes() -> None:
    check_declarations(Mark)
    check(Mark)
    check_linear_time(Mark(Mark.Options()))


def test_the_examples_that_it_is_tried_on_conform() -> None:
    for record in example_records():
        conform(record)


@pytest.mark.parametrize(
    ("process", "told"),
    [
        pytest.param(raises, "it raises ValueError", id="an exception"),
        pytest.param(sets("attributes", "other", 1), r"writes \['attributes.other'\]", id="an undeclared attribute"),
        pytest.param(sets("resource", "mark", 1), r"writes \['resource.mark'\]", id="an undeclared part"),
        pytest.param(sets("attributes", "mark", 1, says=False), "says False and changed", id="a change that is denied"),
        pytest.param(lambda *_: True, r"says True and changed \[\]", id="a change that is made up"),
        pytest.param(sets("attributes", "mark", object()), "does not conform", id="no JSON"),
        pytest.param(counts_up, r"a second run changes \['attributes.mark'\]", id="no idempotence"),
        pytest.param(drops_after_a_change, "sampled out", id="a change to what is dropped"),
        pytest.param(remembers(), r"\['attributes.mark'\] differ when it is made again", id="a memory"),
    ],
)
def test_conduct_that_breaks_the_contract_is_named(process: Callable[[Any, Any], Any], told: str) -> None:
    with pytest.raises(AssertionError, match=rf"^mark: .*{told}"):
        check(variant(process))


def test_a_second_run_may_change_what_the_processor_explains() -> None:
    check(variant(counts_up, not_idempotent="it counts"))


class Undescribed(base.Options):
    """Says nothing of its option."""

    word: str = "x"


class Demanding(base.Options):
    """Cannot stand without its option."""

    word: str = Field(description="what is written")


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ({"name": "Not A Name"}, "small letters"),
        ({"version": ""}, "no version"),
        ({"__doc__": ""}, "no docstring"),
        ({"Options": Undescribed}, "word has no description"),
        ({"Options": Demanding}, "word has no default"),
        ({"reads": frozenset({"atributes.x"})}, "atributes.x is no field"),
        ({"writes": frozenset({"provenance"})}, "which are Weft's"),
        ({"overwrites": frozenset({"body"})}, "overwrites what it does not write"),
    ],
)
def test_a_declaration_that_says_too_little_is_named(declared: dict[str, Any], told: str) -> None:
    with pytest.raises(AssertionError, match=told):
        check_declarations(variant(**declared))


def test_time_that_grows_with_the_square_is_named() -> None:
    def process(_self: Any, record: Any) -> Acted:
        for _ in range(len(record["body"]) // 20):
            record["body"].count("xy")
        return False

    with pytest.raises(AssertionError, match="not linear in: letters"):
        check_linear_time(variant(process)(Mark.Options()), {"letters": BAITS["letters"]})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"body": "other"}, {"body"}),
        ({"attributes": {"a.b": 1}}, {"attributes.a.b"}),
        ({"attributes": {"a": {"b": 1}}}, {"attributes.a"}),
        ({"severity_number": 9.0}, {"severity_number"}),
        ({"flags": ["partial"]}, {"flags"}),
    ],
)
def test_a_difference_is_named_by_its_path(changes: dict[str, Any], expected: set[str]) -> None:
    before = example("log_minimal", severity_number=9, attributes={})
    assert changed_fields(before, {**before, **changes}) == expected
