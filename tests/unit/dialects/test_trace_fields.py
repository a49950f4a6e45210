"""Where an object may name its trace: keys, places, and which of several wins (data contract, section 8b.3)."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.dialects.roles import KEYS, PLACES, words
from streams.testing import FakeRecord
from tests.through import record_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
OTHER, OTHER_SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
DECIMAL_TRACE, DECIMAL_SPAN = "000000000000000064126f1ddf3f3365", "00000070339ed648"
"""7210948127463781221 and 481902384712."""
MISSING = "timestamp.missing"


def read(document: dict[str, Any]) -> dict[str, Any]:
    """Read an object as common JSON, whichever dialect its keys may also be signs of."""
    value = json.dumps({"message": "x"} | document).encode()
    return record_of(FakeRecord(value, headers=[("weft-dialect", b"json")]))


def ids(record: dict[str, Any]) -> tuple[str | None, str | None]:
    return record["trace_id"], record["span_id"]


ORDER = words(
    "trace_id trace.id traceId trace-id otelTraceID otel.trace_id dd.trace_id x_b3_traceid x-b3-traceid"
    " logging.googleapis.com/trace trace xray_trace_id _X_AMZN_TRACE_ID X-Amzn-Trace-Id uber-trace-id traceparent"
)


@pytest.mark.parametrize(("first", "second"), list(pairwise(ORDER)))
def test_of_two_keys_the_one_that_the_contract_lists_first_wins(first: str, second: str) -> None:
    written = {"traceparent": f"00-{OTHER}-{OTHER_SPAN}-01", "uber-trace-id": f"{OTHER}:{OTHER_SPAN}:0:1"}
    loser = written.get(second, OTHER)
    winner = f"{TRACE}:{SPAN}:0:1" if first == "uber-trace-id" else TRACE
    record = read({second: loser, first: winner})
    assert record["trace_id"] == TRACE
    assert record["attributes"] == {second: loser}


@pytest.mark.parametrize("key", [*ORDER[:-2], "TRACE_ID", "TraceID", "Trace.Id", "X-B3-TRACEID", "OTELTRACEID"])
def test_a_key_is_known_in_any_case_and_leaves_the_attributes(key: str) -> None:
    record = read({key: TRACE.upper()})
    assert (record["trace_id"], record["attributes"], record["flags"]) == (TRACE, {}, [MISSING])


FORMS: list[tuple[dict[str, Any], str, str | None, int | None]] = [
    ({"trace_id": TRACE, "span_id": SPAN, "trace_flags": "01"}, TRACE, SPAN, 1),
    ({"trace_id": TRACE, "span_id": SPAN, "trace_flags": 3}, TRACE, SPAN, 3),
    ({"trace_id": f"0x{TRACE}", "span_id": f"0x{SPAN}"}, TRACE, SPAN, None),
    ({"otelTraceID": TRACE, "otelSpanID": SPAN, "otelTraceSampled": True}, TRACE, SPAN, 1),
    ({"otelTraceID": TRACE, "otelSpanID": SPAN, "otelTraceSampled": "False"}, TRACE, SPAN, 0),
    ({"trace.id": TRACE, "span.id": SPAN, "transaction.id": OTHER_SPAN}, TRACE, SPAN, None),
    ({"trace.id": TRACE, "transaction.id": SPAN}, TRACE, SPAN, None),
    ({"trace": {"id": TRACE}, "transaction": {"id": SPAN}}, TRACE, SPAN, None),
    ({"trace": {"id": TRACE}, "span": {"id": SPAN}}, TRACE, SPAN, None),
    ({"trace": f"projects/p/traces/{TRACE}", "spanId": SPAN, "traceSampled": True}, TRACE, SPAN, 1),
    ({"trace": f"projects/p/traces/{TRACE}", "spanId": "67667974448284343"}, TRACE, SPAN, None),
    (
        {
            "logging.googleapis.com/trace": f"projects/p/traces/{TRACE}",
            "logging.googleapis.com/spanId": SPAN,
            "logging.googleapis.com/trace_sampled": False,
        },
        TRACE,
        SPAN,
        0,
    ),
    (
        {"logging.googleapis.com/trace": TRACE, "logging.googleapis.com/spanId": "1234567890123456"},
        TRACE,
        "000462d53c8abac0",
        None,
    ),
    ({"logging.googleapis.com/trace": f"{TRACE}/67667974448284343;o=1"}, TRACE, SPAN, 1),
    (
        {"X-Amzn-Trace-Id": f"Self=1-{OTHER[:8]}-{OTHER[8:]};Root=1-{TRACE[:8]}-{TRACE[8:]};Parent={SPAN};Sampled=1"},
        TRACE,
        SPAN,
        1,
    ),
    ({"uber-trace-id": f"{TRACE}:{SPAN}:0:1"}, TRACE, SPAN, 1),
    ({"traceparent": f"00-{TRACE}-{SPAN}-01"}, TRACE, SPAN, 1),
    ({"traceparent": f"00-{TRACE}-{OTHER_SPAN}-01", "span_id": SPAN}, TRACE, SPAN, 1),
    ({"x_b3_traceid": TRACE, "x_b3_spanid": SPAN, "x_b3_sampled": "1"}, TRACE, SPAN, 1),
    ({"dd.trace_id": "7210948127463781221", "dd.span_id": "481902384712"}, DECIMAL_TRACE, DECIMAL_SPAN, None),
    ({"dd.trace_id": 7210948127463781221, "dd.span_id": 481902384712}, DECIMAL_TRACE, DECIMAL_SPAN, None),
    ({"dd.trace_id": TRACE, "dd.span_id": "1234567890123456"}, TRACE, "000462d53c8abac0", None),
    ({"dd": {"trace_id": "7210948127463781221", "span_id": "481902384712"}}, DECIMAL_TRACE, DECIMAL_SPAN, None),
    ({"otel.trace_id": TRACE, "otel.span_id": SPAN, "dd.trace_id": "5", "dd.span_id": "6"}, TRACE, SPAN, None),
    ({"dd.trace_id": "5", "dd.span_id": "6", "otel": {"trace_id": TRACE, "span_id": SPAN}}, TRACE, SPAN, None),
    ({"dd": {"trace_id": "5", "span_id": "6"}, "otel": {"trace_id": TRACE, "span_id": SPAN}}, TRACE, SPAN, None),
    ({"trace_id": TRACE, "dd.span_id": "481902384712"}, TRACE, DECIMAL_SPAN, None),
    ({"mdc": {"traceId": TRACE, "spanId": SPAN, "traceFlags": "01"}}, TRACE, SPAN, 1),
    ({"span_id": SPAN, "mdc": {"traceId": TRACE}}, TRACE, SPAN, None),
    ({"trace_id": TRACE, "mdc": {"spanId": SPAN}}, TRACE, SPAN, None),
    ({"context": {"trace_id": OTHER, "span_id": OTHER_SPAN}, "trace_id": TRACE, "span_id": SPAN}, TRACE, SPAN, None),
    ({"extra": {"trace_id": OTHER}, "context": {"trace_id": TRACE, "span_id": SPAN}}, TRACE, SPAN, None),
    ({"Scopes": ["GET /", {"Message": "m"}, {"TraceId": TRACE, "SpanId": SPAN}]}, TRACE, SPAN, None),
    ({"spans": [{"name": "a"}, {"trace_id": TRACE, "span_id": SPAN}, {"trace_id": OTHER}]}, TRACE, SPAN, None),
    ({"request": {"headers": {"Traceparent": [f"00-{TRACE}-{SPAN}-01"]}}}, TRACE, SPAN, 1),
    ({"request": {"headers": {"X-B3-TraceId": TRACE, "X-B3-SpanId": SPAN}}}, TRACE, SPAN, None),
    (
        {"request": {"Headers": {"x-datadog-trace-id": "7210948127463781221", "x-datadog-parent-id": "481902384712"}}},
        DECIMAL_TRACE,
        DECIMAL_SPAN,
        None,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("document", "trace", "span", "flags"), FORMS, ids=[json.dumps(form[0]) for form in FORMS])
def test_a_trace_is_found_with_its_span_and_flags(
    document: dict[str, Any], trace: str, span: str | None, flags: int | None
) -> None:
    record = read(document)
    assert (record["trace_id"], record["span_id"], record.get("trace_flags")) == (trace, span, flags)


def test_what_is_used_at_the_top_leaves_and_what_is_not_used_stays() -> None:
    record = read({"trace_id": TRACE, "dd.trace_id": "5", "traceparent": "x", "trace_flags": 1, "x_b3_sampled": "0"})
    assert record["attributes"] == {"dd.trace_id": "5", "traceparent": "x", "x_b3_sampled": "0"}
    assert (record["trace_flags"], record["flags"]) == (1, [MISSING])


def test_ecs_transaction_stays_an_attribute_also_when_it_stands_for_the_span() -> None:
    assert read({"trace.id": TRACE, "transaction.id": SPAN})["attributes"] == {"transaction.id": SPAN}


@pytest.mark.parametrize("transaction", ["12345", "checkout", 7, None])
def test_another_transaction_id_is_no_span_and_no_fault(transaction: Any) -> None:
    record = read({"trace.id": TRACE, "transaction.id": transaction})
    assert (ids(record), record["flags"]) == ((TRACE, None), [MISSING])


def test_a_transaction_without_a_trace_says_nothing_of_a_span() -> None:
    assert ids(read({"transaction.id": SPAN})) == (None, None)


def test_an_id_that_cannot_be_read_gives_way_to_the_next_and_is_flagged() -> None:
    record = read({"traceId": "undefined", "xray_trace_id": f"1-{TRACE[:8]}-{TRACE[8:]}"})
    assert (record["trace_id"], record["attributes"]) == (TRACE, {"traceId": "undefined"})
    assert record["flags"] == [MISSING, "trace.invalid"]


@pytest.mark.parametrize(
    "document",
    [{"dd.trace_id": "a1b2c3d4"}, {"dd": {"trace_id": "a1b2c3d4"}}, {"trace_id": "481902384712"}, {"trace_id": 48190}],
)
def test_what_is_no_id_stays_where_it_is_with_a_flag(document: dict[str, Any]) -> None:
    record = read(document)
    assert (ids(record), record["attributes"], record["flags"]) == ((None, None), document, [MISSING, "trace.invalid"])


@pytest.mark.parametrize("trace", ["Error: x\n  at f (a.js:1)", ["frame"], {"id": 5}, 5, True])
def test_a_trace_of_another_kind_is_no_fault(trace: Any) -> None:
    record = read({"trace": trace})
    assert (ids(record), record["attributes"], record["flags"]) == ((None, None), {"trace": trace}, [MISSING])


@pytest.mark.parametrize("nothing", ["0", "-", "0" * 32, "", None])
def test_an_id_that_says_nothing_gives_way_to_the_next(nothing: Any) -> None:
    record = read({"otelTraceID": nothing, "otelSpanID": nothing, "dd.trace_id": "5", "mdc": {"trace_id": nothing}})
    assert (record["trace_id"], "trace.invalid" in record["flags"]) == ("5".rjust(32, "0"), False)


def test_a_padded_id_is_flagged_in_every_place() -> None:
    for document in ({"traceId": SPAN}, {"mdc": {"traceId": SPAN}}, {"dd": {"trace_id": 5}}, {"dd.trace_id": "5"}):
        assert read(document)["flags"] == [MISSING, "trace.padded"]


def test_flags_without_a_trace_stay_an_attribute() -> None:
    record = read({"trace_flags": "01", "otelTraceID": "0", "otelTraceSampled": False})
    assert "trace_flags" not in record
    assert record["attributes"] == {"trace_flags": "01", "otelTraceSampled": False}


def test_a_span_in_a_place_without_any_trace_is_kept_and_flagged() -> None:
    record = read({"context": {"span_id": SPAN}})
    assert (ids(record), record["flags"]) == ((None, SPAN), [MISSING, "trace.missing"])


def test_request_ids_are_no_traces() -> None:
    document = {"request_id": TRACE, "correlation_id": TRACE, "correlationId": TRACE, "x-request-id": TRACE}
    record = read(document)
    assert (ids(record), record["attributes"]) == ((None, None), document)


VALUES = st.sampled_from(
    [TRACE, TRACE.upper(), SPAN, "5", 5, "", None, "x", [TRACE], {"id": TRACE}, f"00-{TRACE}-{SPAN}-01", True]
)
TOP = st.sampled_from([*KEYS.trace, *KEYS.span, *KEYS.trace_flags])
NESTED = st.dictionaries(TOP, VALUES, max_size=3)
PLACE = st.sampled_from([name.partition(".")[0] for name in PLACES])
PLACES_WITH_IDS = st.dictionaries(
    PLACE, NESTED | st.lists(NESTED, max_size=2) | st.fixed_dictionaries({"headers": NESTED}), max_size=3
)
SAYS_NO_MORE = [None, "", TRACE, TRACE.upper(), SPAN, "5", 5, True, f"00-{TRACE}-{SPAN}-01"]
"""Values that an id or a flag may have, or that say nothing; only such may leave the attributes."""


@given(st.dictionaries(TOP, VALUES, max_size=4), PLACES_WITH_IDS)
def test_whatever_stands_where_no_value_is_lost(top: dict[str, Any], nested: dict[str, Any]) -> None:
    top = {key: value for key, value in top.items() if key not in nested}
    record = read(top | nested)
    attributes = record["attributes"]
    assert {key: attributes[key] for key in nested} == nested
    assert all(attributes.get(key) == value or value in SAYS_NO_MORE for key, value in top.items())
    trace, span = ids(record)
    assert trace is None or (len(trace) == 32 and int(trace, 16) > 0)
    assert span is None or (len(span) == 16 and int(span, 16) > 0)
