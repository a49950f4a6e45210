"""Redaction of several records by one search: the same as one by one, and what cannot be searched dies alone."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.dialects.base import new_record
from streams.pipeline import Pipeline
from streams.processors.redact import Redact
from streams.processors.redaction import email
from streams.processors.redaction.detectors import make_detectors
from streams.processors.redaction.names import Names
from streams.processors.redaction.options import RedactOptions
from streams.processors.redaction.sieve import Sieve
from streams.settings import ProcessorEntry, Settings
from streams.testing import chunk_of
from streams.types import Record, Source

SIEVE = Sieve(make_detectors(Names(), {}, ()))

TEXTS = (
    "all is well", "bob@example.com", '"', "phone", "5551234567", "password", "a\nb", "card 4111111111111111", "",
    "AKIAABCDEFGHIJKLMNOP", "x=1", "token: abc", "123-45-6789", "é@é.de", "iban", "@timestamp",
)  # fmt: skip


def record(**fields: Any) -> Record:
    source: Source = {"topic": "t", "partition": 0, "offset": 0}
    made: Any = new_record("json", "t-0-0", "2026-01-01T00:00:00.000000000Z", source)
    made.update(fields)
    return made  # type: ignore[no-any-return]


texts = st.sampled_from(TEXTS) | st.lists(st.sampled_from(TEXTS), min_size=2, max_size=3).map(" ".join)
fields = st.fixed_dictionaries(
    {"body": texts, "attributes": st.dictionaries(texts, texts, max_size=2), "severity_text": st.none() | texts},
    optional={"original": texts, "event_name": texts, "scope": st.fixed_dictionaries({"name": texts})},
)


@pytest.mark.parametrize("options", [{}, {"patterns": {"well": "is w[a-z]+"}}], ids=["usual", "own pattern"])
@given(all_fields=st.lists(fields, max_size=6))
def test_records_together_become_what_they_become_alone(options: Any, all_fields: list[dict[str, Any]]) -> None:
    processor = Redact(RedactOptions(**options))
    alone = [record(**one) for one in deepcopy(all_fields)]
    together = [record(**one) for one in all_fields]

    assert [*processor.process_all(together)] == [processor.process(one) for one in alone]
    assert together == alone


@given(st.lists(texts, max_size=8))
def test_a_search_of_lines_tells_of_each_that_a_search_of_it_alone_finds_something_in(said: list[str]) -> None:
    lines = [orjson.dumps(text) for text in said]
    alone = {number: (*SIEVE.search(line),) for number, line in enumerate(lines)}
    together = SIEVE.search_lines(b"".join(line + b"\n" for line in lines))

    assert {number: found for number, found in alone.items() if found}.items() <= together.items()
    assert together.keys() <= {number for number, line in enumerate(lines) if alone[number] or b"@" in line}


def test_nothing_is_found_that_goes_over_the_end_of_a_line() -> None:
    assert SIEVE.search(b'"phone 5551234567"')
    assert SIEVE.search_lines(b'"phone"\n"5551234567"\n') == {}


def test_a_record_that_cannot_be_searched_dies_alone() -> None:
    pipeline = Pipeline(Settings(processors=(ProcessorEntry(name="redact"),)))
    redactor = pipeline.chain.steps[0].processor._redactor  # type: ignore[attr-defined]
    search = redactor.search_lines

    def fail_at_poison(lines: bytes) -> Any:
        if b"poison" in lines:
            raise ArithmeticError
        return search(lines)

    redactor.search_lines = fail_at_poison
    chunk = chunk_of(*(f'{{"msg":"{word} bob@example.com"}}' for word in ("one", "poison", "two")))
    pipeline.prepare(chunk)
    outcome = pipeline.finish(chunk, {})

    assert [orjson.loads(value)["body"] for value in outcome.values] == [
        "one [REDACTED:email]",
        "two [REDACTED:email]",
    ]
    assert [(letter.raw.offset, letter.reason) for letter in outcome.dead] == [(1, "redaction.failed")]


LABELS = (
    "example", "com", "a", "1", "x-1", "a_b", "", "-", "service", "png", "jpeg2", "é", "xn--p1ai", "openssh.com", "org",
    "museum", "c0m", "\u3002", "services",
)  # fmt: skip


@given(
    st.lists(st.sampled_from(LABELS), min_size=1, max_size=5).map(".".join), st.sampled_from(["", " x", "-", ".", "é"])
)
def test_the_quick_look_at_a_domain_sees_what_the_thorough_one_sees(domain: str, behind: str) -> None:
    text = f"to bob@{domain}{behind}"
    quick = list(email.DETECTOR.find(text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(email, "_USUAL_DOMAIN", re.compile(r"(?!)"))
        assert list(email.DETECTOR.find(text)) == quick
