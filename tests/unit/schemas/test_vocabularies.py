"""Severity names, flags and dead letter reasons."""

import re
from pathlib import Path
from typing import get_args

import pytest

from schemas.flags import FLAGS, FlagName
from schemas.reasons import REASONS, ReasonName, internal_reason, is_reason
from schemas.severity import severity_name

CONTRACT = Path(__file__).parents[3] / "../shared/data-contract.md"


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0, "UNSPECIFIED"),
        (1, "TRACE"),
        (4, "TRACE4"),
        (5, "DEBUG"),
        (9, "INFO"),
        (10, "INFO2"),
        (13, "WARN"),
        (24, "FATAL4"),
    ],
)
def test_severity_numbers_have_the_names_of_opentelemetry(number: int, name: str) -> None:
    assert severity_name(number) == name


@pytest.mark.parametrize("number", [-1, 25])
def test_other_severity_numbers_have_no_name(number: int) -> None:
    with pytest.raises(ValueError, match="not between 0 and 24"):
        severity_name(number)


def test_every_flag_has_a_meaning() -> None:
    assert set(FLAGS) == set(get_args(FlagName))


def test_every_reason_has_a_meaning() -> None:
    assert set(REASONS) == set(get_args(ReasonName))


@pytest.mark.skipif(not CONTRACT.is_file(), reason="the data contract is not beside the project")
@pytest.mark.parametrize(
    ("heading", "words"), [("Flags", set(FLAGS)), ("Dead letter reasons", {*REASONS, "internal.<stage>"})]
)
def test_vocabularies_are_those_of_the_data_contract(heading: str, words: set[str]) -> None:
    paragraph = (
        CONTRACT.read_text(encoding="utf-8").split(f"**{heading}**")[1].split("\n**")[0].split("\nNew members")[0]
    )

    assert set(re.findall(r"`([^`]+)`", paragraph)) == words


def test_an_internal_reason_names_its_stage() -> None:
    assert internal_reason("decode") == "internal.decode"


@pytest.mark.parametrize("stage", ["", "De code", "decode.json", "x" * 33, "décode"])
def test_an_internal_reason_needs_a_plain_stage(stage: str) -> None:
    with pytest.raises(ValueError, match="lowercase word"):
        internal_reason(stage)


@pytest.mark.parametrize("word", ["decode.jsn", "internal.", "internal.a\n", "", "INTERNAL.decode", None])
def test_other_words_are_no_reasons(word: object) -> None:
    assert not is_reason(word)
