"""Trace and span ids in every form of the contract."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.values.trace import (
    INVALID,
    NOTHING,
    TraceContext,
    canonical_span_id,
    canonical_trace_id,
    is_canonical,
    read_sampled,
    read_span,
    read_trace,
    read_trace_flags,
    read_traceparent,
)

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"

FORMS: list[tuple[str, TraceContext]] = [
    (TRACE, TraceContext(TRACE)),
    (TRACE.upper(), TraceContext(TRACE)),
    (f"0x{TRACE}", TraceContext(TRACE)),
    (f" {TRACE} ", TraceContext(TRACE)),
    ("12345678901234567890123456789012", TraceContext("12345678901234567890123456789012")),
    ("116a1a427c28ef7c", TraceContext("0000000000000000116a1a427c28ef7c", flags=("trace.padded",))),
    ("4bf92f35-77b3-4da6-a3ce-929d0e0e4736", TraceContext(TRACE)),
    (f"projects/my-project/traces/{TRACE}", TraceContext(TRACE)),
    (f"{TRACE}/67667974448284343;o=1", TraceContext(TRACE, "00f067aa0ba902b7", 1)),
    (f"{TRACE}/1;o=0", TraceContext(TRACE, "0000000000000001", 0)),
    (f"{TRACE}/{SPAN[2:]}aa;o=3", TraceContext(TRACE, f"{SPAN[2:]}aa", 1)),
    (f"projects/p/traces/{TRACE}/18446744073709551615", TraceContext(TRACE, "f" * 16)),
    (f"{TRACE}/18446744073709551616;o=1", TraceContext(TRACE, None, 1)),
    ("1-5759e988-bd862e3fe1be46a994272793", TraceContext("5759e988bd862e3fe1be46a994272793")),
    (
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        TraceContext("5759e988bd862e3fe1be46a994272793", "53995c3f42cd8ad8", 1),
    ),
    (
        "Self=1-67891234-12456789abcdef012345678a;Root=1-5759e988-bd862e3fe1be46a994272793; Sampled=0",
        TraceContext("5759e988bd862e3fe1be46a994272793", None, 0),
    ),
    (
        "Root=1-5759E988-BD862E3FE1BE46A994272793;Parent=zz;Sampled=?;Lineage=a87bd80c:1",
        TraceContext("5759e988bd862e3fe1be46a994272793"),
    ),
    (f"00-{TRACE}-{SPAN}-01", TraceContext(TRACE, SPAN, 1)),
    (f"{TRACE}:{SPAN}:0:1", TraceContext(TRACE, SPAN, 1)),
    (f"{TRACE}%3A{SPAN}%3a0%3A0", TraceContext(TRACE, SPAN, 0)),
    (f"{TRACE}:{SPAN}:0:2", TraceContext(TRACE, SPAN, 1)),
    ("5a2:53:0:1", TraceContext("5a2".rjust(32, "0"), "53".rjust(16, "0"), 1, ("trace.padded",))),
]


@pytest.mark.parametrize(("written", "expected"), FORMS, ids=[form[0] for form in FORMS])
def test_a_trace_id_is_read_in_all_its_forms(written: str, expected: TraceContext) -> None:
    assert read_trace(written) == expected


PADDED = ("trace.padded",)

DECIMALS: list[tuple[Any, TraceContext]] = [
    ("7210948127463781221", TraceContext("000000000000000064126f1ddf3f3365", flags=PADDED)),
    ("17947005427386152706", TraceContext("0000000000000000f9109259515bf702", flags=PADDED)),
    (7210948127463781221, TraceContext("000000000000000064126f1ddf3f3365", flags=PADDED)),
    ("1234567890123456", TraceContext(f"{1234567890123456:032x}", flags=PADDED)),
    (str(2**64), TraceContext(f"{2**64:032x}")),
    (str(2**128 - 1), TraceContext("f" * 32)),
    ("12345678901234567890123456789012", TraceContext("12345678901234567890123456789012")),
    (TRACE, TraceContext(TRACE)),
    ("116a1a427c28ef7c", TraceContext("0000000000000000116a1a427c28ef7c", flags=PADDED)),
    ("a1b2c3d4", INVALID),
    (str(2**128), INVALID),
    ("-5", INVALID),
    (-5, INVALID),
    (1.5, INVALID),
    (True, INVALID),
    ("\u0661\u0662", INVALID),
    ("0", NOTHING),
    (0, NOTHING),
    ("", NOTHING),
]


@pytest.mark.parametrize(("written", "expected"), DECIMALS)
def test_datadogs_ids_are_decimal_unless_they_have_a_letter_or_32_digits(written: Any, expected: TraceContext) -> None:
    assert read_trace(written, decimal=True) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("481902384712", "00000070339ed648"),
        (481902384712, "00000070339ed648"),
        ("7394150500141365499", "669d4cb438b3f8fb"),
        ("1234567890123456", f"{1234567890123456:016x}"),
        (str(2**64 - 1), "f" * 16),
        ("000000000000004a", "000000000000004a"),
        (SPAN, SPAN),
        ("0", None),
    ],
)
def test_a_decimal_span_has_up_to_20_digits(written: Any, expected: str | None) -> None:
    assert read_span(written, decimal=True) == TraceContext(None, expected)


@pytest.mark.parametrize("written", [str(2**64), "1" * 21, "4a", -1, True])
def test_what_is_no_decimal_span_is_invalid(written: Any) -> None:
    assert read_span(written, decimal=True) == INVALID


def test_digits_elsewhere_are_hexadecimal() -> None:
    assert read_trace("1234567890123456").trace_id == "00000000000000001234567890123456"
    assert read_span("1234567890123456").span_id == "1234567890123456"
    assert read_trace("7210948127463781221") == INVALID


@given(st.integers(1, 2**128 - 1), st.integers(1, 2**64 - 1))
def test_a_decimal_id_is_the_number_that_its_digits_in_hexadecimal_are(trace: int, span: int) -> None:
    decimal = str(trace)
    expected = f"{trace:032x}" if len(decimal) != 32 else decimal
    assert read_trace(decimal, decimal=True).trace_id == expected
    assert read_span(str(span), decimal=True).span_id == f"{span:016x}"


@pytest.mark.parametrize("written", [None, "", "-", "0" * 32, "0" * 16, "00000000-0000-0000-0000-000000000000"])
def test_empty_and_zero_ids_are_no_trace(written: Any) -> None:
    assert read_trace(written) == NOTHING


@pytest.mark.parametrize(
    "written",
    [TRACE[:-1], TRACE + "0", "g" * 32, "\u0660" * 32, 42, True, {"id": TRACE}, [TRACE], "a" * 600, "W/8yAAE=", "x"],
)
def test_any_other_form_is_invalid(written: Any) -> None:
    assert read_trace(written) == INVALID


@pytest.mark.parametrize(
    ("written", "expected"),
    [(SPAN, SPAN), (SPAN.upper(), SPAN), (f"0x{SPAN}", SPAN), ("0" * 16, None), ("", None), (None, None)],
)
def test_a_span_id_is_16_digits(written: Any, expected: str | None) -> None:
    assert read_span(written) == TraceContext(None, expected)


@pytest.mark.parametrize("written", [SPAN[:-1], "x" * 16, 7, []])
def test_a_malformed_span_id_is_invalid(written: Any) -> None:
    assert read_span(written) == INVALID


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (f"00-{TRACE}-{SPAN}-01", TraceContext(TRACE, SPAN, 1)),
        (f"00-{TRACE}-{SPAN}-00", TraceContext(TRACE, SPAN, 0)),
        (f"00-{TRACE}-{SPAN}-ff", TraceContext(TRACE, SPAN, 3)),
        (f"cc-{TRACE}-{SPAN}-01", TraceContext(TRACE, SPAN, 1)),
        (f"cc-{TRACE}-{SPAN}-01-what-comes-later", TraceContext(TRACE, SPAN, 1)),
        (f"00-{TRACE}-{SPAN}-01-more", NOTHING),
        (f"cc-{TRACE}-{SPAN}-01.more", NOTHING),
        (f"ff-{TRACE}-{SPAN}-01", NOTHING),
        (f"00-{TRACE.upper()}-{SPAN}-01", NOTHING),
        (f"00-{'0' * 32}-{SPAN}-01", NOTHING),
        (f"00-{TRACE}-{'0' * 16}-01", NOTHING),
        (f"0-{TRACE}-{SPAN}-01", NOTHING),
        ("", NOTHING),
    ],
)
def test_traceparent_counts_as_a_whole_or_not_at_all(header: str, expected: TraceContext) -> None:
    assert read_traceparent(header) == expected


@pytest.mark.parametrize(
    ("written", "expected"), [(1, 1), (0, 0), (255, 255), (256, None), (-1, None), ("01", 1), ("1", None), (True, None)]
)
def test_flags_are_one_byte(written: Any, expected: int | None) -> None:
    assert read_trace_flags(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (True, 1),
        (False, 0),
        ("true", 1),
        ("False", 0),
        (1, 1),
        ("0", 0),
        (2, None),
        ("yes", None),
        (None, None),
        ([], None),
    ],
)
def test_sampled_is_a_yes_or_no_in_many_words(written: Any, expected: int | None) -> None:
    assert read_sampled(written) == expected


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=8, max_size=8))
def test_canonical_ids_are_the_lower_case_of_any_that_are_not_zero(trace: bytes, span: bytes) -> None:
    expected_trace = trace.hex() if any(trace) else None
    expected_span = span.hex() if any(span) else None
    assert canonical_trace_id(trace.hex().upper()) == expected_trace
    assert canonical_span_id(span.hex().upper()) == expected_span
    assert is_canonical(trace.hex(), span.hex()) == bool(expected_trace and expected_span)


@given(st.one_of(st.text(max_size=50), st.integers(), st.none(), st.lists(st.integers())), st.text(max_size=50))
def test_only_what_is_canonical_passes_the_quick_check(trace: Any, span: Any) -> None:
    expected = isinstance(trace, str) and canonical_trace_id(trace) == trace and canonical_span_id(span) == span
    assert is_canonical(trace, span) == expected
