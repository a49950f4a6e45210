"""The sieve in front of redaction's detectors: what it clears holds nothing for them."""

from __future__ import annotations

import re

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.redacting import BASIC, EVERY, JWT, PEM, USUAL

SIEVED = [
    JWT,
    PEM,
    f"Basic {BASIC}",
    "Phone: 030/901820",
    "iban\tgb82west12345698765432",
    "password\t:\n x",
    "\npass=x",
]


@pytest.mark.parametrize("text", SIEVED)
@pytest.mark.parametrize("around", ["{}", "a\n{}", '"{}"', "\x01{}", "\x1b[1m{}\x1b[0m", "é{}", "\\n{}"])
def test_the_sieve_finds_what_detectors_find_behind_anything_that_json_escapes(text: str, around: str) -> None:
    said = around.replace("{}", text)
    found = USUAL.sieve.search(orjson.dumps(said))

    assert "REDACTED" in USUAL.text(said)
    assert USUAL.walk(tuple(found)).document(said) == USUAL.document(said)


SIEVE = [pattern for detector in EVERY._detectors for pattern in detector.sieve]
LITERALS = sorted(
    {word for pattern in SIEVE for word in re.findall(r"[A-Za-z0-9_-]{2,}", pattern)} | set("@%+-.:=\\\"'/?& \n1Aa")
)


@given(st.lists(st.sampled_from(LITERALS) | st.text(), max_size=12).map("".join), st.integers(1, 3))
def test_the_automaton_finds_what_the_expressions_find_one_by_one(text: str, times: int) -> None:
    """By another engine: Python's own."""
    json = orjson.dumps(text * times)
    one_by_one = {
        place for place, pattern in enumerate(dict.fromkeys(SIEVE)) if re.search(pattern.encode(), json, re.DOTALL)
    }

    assert set(EVERY.sieve.search(json)) == one_by_one
