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
    ("1-5759e988-bd862e3fe1be46a994272793", TraceContext("5759e988bd862e3fe1be46a994272793")),
    (
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        TraceContext("5759e988bd862e3fe1be46a994272793", "53995c3f42cd8ad8", 1),
    ),
    (f"00-{TRACE}-{SPAN}-01", TraceContext(TRACE, SPAN, 1)),
    (f"{TRACE}:{SPAN}:0:1", TraceContext(TRACE, SPAN, 1)),
    ("5a2:53:0:1", TraceContext("5a2".rjust(32, "0"), "53".rjust(16, "0"), 1, ("trace.padded",))),
]


@pytest.mark.parametrize(("written", "expected"), FORMS, ids=[form[0] for form in FORMS])
def test_a_trace_id_is_read_in_all_its_forms(written: str, expected: TraceContext) -> None:
    assert read_trace(written) == expected


@pytest.mark.parametrize("written", [None, "", "0" * 32, "0" * 16, "00000000-0000-0000-0000-000000000000"])
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
