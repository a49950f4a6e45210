"""The sieve in front of phone numbers and cards: whatever stands around them, it holds back what they are found in."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.processors.redaction.options import RedactOptions
from streams.processors.redaction.redactor import Redactor

REDACTOR = Redactor(RedactOptions())

NUMBERS = (
    "555-123-4567", "55-123-4567", "(030) 90 18 20", "12345.123.4567", "030 901820", "0309018200", "+49 30 901820",
    "4111111111111111", "4111 1111 1111 1111", "5105-1051-0510-5100", "378282246310005", "30569309025904",
    "6011111111111117", "180000000000002", "9792030394440796", "2223003122003222", "4222222222222", "501800000009",
)  # fmt: skip
WORDS = (
    "call", "Called", "CALLING", "contact", "dial", "dialled", "reach", "ring", "text", "texted", "hotline", "me at",
    "tel", "Tel.", "TEL", "phone", "mobile", "fax", "handy", "sms", "whatsapp", "cell no", "string", "context",
)  # fmt: skip
BETWEEN = (" ", "", ": ", '"', "\n", "\t", "\x1b[1m", "\x01", "\\n", "=", " 2026-11-20 ", "7", "é", "/", "_", "\u00a0")

texts = st.lists(st.sampled_from((*NUMBERS, *WORDS, *BETWEEN)), min_size=1, max_size=6).map("".join)
names = st.sampled_from(
    [
        "a",
        "phone",
        "phone2",
        "tel1",
        "homeTel",
        "TEL",
        "Tel_no",
        "telNumber",
        "customer.mobile",
        "FAX",
        "msisdn",
        "date",
    ]
)
numbers = st.sampled_from([int(number) for number in NUMBERS if number.isdigit()])
values = texts | numbers | numbers.map(float) | st.lists(texts | numbers, max_size=2)
documents: st.SearchStrategy[Any] = st.dictionaries(
    names, values | st.dictionaries(names, values, max_size=2), max_size=3
)


@pytest.mark.parametrize("number", NUMBERS)
def test_each_number_is_found_where_it_is_named(number: str) -> None:
    """Else there would be nothing to hold back."""
    document = {"a": f"card or phone: {number}", "phone": number}

    assert REDACTOR.document(document)["phone"] != number


@given(texts | documents)
def test_where_one_is_found_the_sieve_has_found_something(said: Any) -> None:
    if REDACTOR.document(said) != said:
        found = tuple(REDACTOR.sieve.search(orjson.dumps(said)))

        assert REDACTOR.walk(found).document(said) == REDACTOR.document(said)


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-20 12:00:00 started",
        "from 2026-11-20 to 2026-11-21",
        {"created": "2026-11-20T12:00:00Z", "at": 1763700000000, "ns": 1763700000000000000},
        "trace 4bf92f3577b34da6a3ce929d0e0e4736 took 1763700000123",
    ],
)
def test_dates_and_epoch_numbers_pass_without_a_look(said: Any) -> None:
    assert not REDACTOR.sieve.search(orjson.dumps(said))
