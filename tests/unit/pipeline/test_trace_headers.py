"""The trace that Kafka headers name: every propagation format, and which of them wins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.pipeline.trace_headers import TRACE_HEADERS, read_trace_headers
from streams.testing import FakeRecord
from streams.values.trace import INVALID, NOTHING, PADDED, TraceContext
from tests.through import record_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
OTHER = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
SHORT = "a3ce929d0e0e4736"
LOW = 11803532876627986230
"""The lower half of TRACE, and its upper one is 4bf92f3577b34da6."""

Named = dict[str, str]

FORMATS: dict[str, tuple[Named, TraceContext]] = {
    "W3C": ({"traceparent": f"00-{TRACE}-{SPAN}-01"}, TraceContext(TRACE, SPAN, 1)),
    "W3C, not sampled": ({"traceparent": f"00-{TRACE}-{SPAN}-00"}, TraceContext(TRACE, SPAN, 0)),
    "B3": ({"b3": f"{TRACE}-{SPAN}-1-{PARENT}"}, TraceContext(TRACE, SPAN, 1)),
    "B3, debug": ({"b3": f"{TRACE}-{SPAN}-d"}, TraceContext(TRACE, SPAN, 1)),
    "B3, not sampled": ({"b3": f"{TRACE}-{SPAN}-0"}, TraceContext(TRACE, SPAN, 0)),
    "B3, decision deferred": ({"b3": f"{TRACE.upper()}-{SPAN}"}, TraceContext(TRACE, SPAN)),
    "B3, 64 bit": ({"b3": f"{SHORT}-{SPAN}-1"}, TraceContext(SHORT.rjust(32, "0"), SPAN, 1, PADDED)),
    "B3 multi": (
        {"X-B3-TraceId": TRACE, "X-B3-SpanId": SPAN, "X-B3-ParentSpanId": PARENT, "X-B3-Sampled": "1"},
        TraceContext(TRACE, SPAN, 1),
    ),
    "B3 multi, debug": (
        {"x-b3-traceid": TRACE, "x-b3-spanid": SPAN, "x-b3-flags": "1"},
        TraceContext(TRACE, SPAN, 1),
    ),
    "B3 multi, old words": (
        {"x-b3-traceid": SHORT, "x-b3-spanid": SPAN, "x-b3-sampled": "false"},
        TraceContext(SHORT.rjust(32, "0"), SPAN, 0, PADDED),
    ),
    "B3 multi, trace alone": ({"x-b3-traceid": TRACE}, TraceContext(TRACE)),
    "Datadog": (
        {"x-datadog-trace-id": "7210948127463781221", "x-datadog-parent-id": "481902384712"},
        TraceContext("000000000000000064126f1ddf3f3365", "00000070339ed648", None, PADDED),
    ),
    "Datadog, 128 bit": (
        {
            "x-datadog-trace-id": str(LOW),
            "x-datadog-parent-id": "1234567890123456",
            "x-datadog-tags": "_dd.p.dm=-1,_dd.p.tid=4bf92f3577b34da6",
            "x-datadog-sampling-priority": "2",
        },
        TraceContext(TRACE, "000462d53c8abac0", 1),
    ),
    "Datadog, dropped": (
        {"x-datadog-trace-id": "1", "x-datadog-tags": "_dd.p.tid=zz", "x-datadog-sampling-priority": "-1"},
        TraceContext("1".rjust(32, "0"), None, 0, PADDED),
    ),
    "X-Ray": (
        {"X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"},
        TraceContext("5759e988bd862e3fe1be46a994272793", "53995c3f42cd8ad8", 1),
    ),
    "Google": ({"X-Cloud-Trace-Context": f"{TRACE}/67667974448284343;o=1"}, TraceContext(TRACE, SPAN, 1)),
    "Jaeger": ({"uber-trace-id": f"{TRACE}%3A{SPAN.lstrip('0')}%3A0%3A3"}, TraceContext(TRACE, SPAN, 1)),
    "Jaeger, short": (
        {"uber-trace-id": "5a2:53:0:0"},
        TraceContext("5a2".rjust(32, "0"), "53".rjust(16, "0"), 0, PADDED),
    ),
}


def context_of(named: Named) -> TraceContext:
    return read_trace_headers([(name, value.encode()) for name, value in named.items()]).context


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_read(form: str) -> None:
    named, expected = FORMATS[form]
    assert context_of(named) == expected


ORDER: list[Named] = [
    {"traceparent": f"00-{TRACE}-{SPAN}-01"},
    {"b3": f"{TRACE}-{SPAN}-1"},
    {"x-b3-traceid": TRACE, "x-b3-spanid": SPAN},
    {"x-datadog-trace-id": str(LOW), "x-datadog-tags": "_dd.p.tid=4bf92f3577b34da6"},
    {"x-amzn-trace-id": f"Root=1-{TRACE[:8]}-{TRACE[8:]};Parent={SPAN}"},
    {"x-cloud-trace-context": f"{TRACE}/1;o=1"},
    {"uber-trace-id": f"{TRACE}:{SPAN}:0:1"},
]
OTHERS: list[Named] = [
    {},
    {"b3": f"{OTHER}-{SPAN}-1"},
    {"x-b3-traceid": OTHER, "x-b3-spanid": SPAN},
    {"x-datadog-trace-id": "5"},
    {"x-amzn-trace-id": f"Root=1-{OTHER[:8]}-{OTHER[8:]}"},
    {"x-cloud-trace-context": f"{OTHER}/1;o=1"},
    {"uber-trace-id": f"{OTHER}:{SPAN}:0:1"},
]


@pytest.mark.parametrize("place", range(len(ORDER) - 1))
def test_a_format_wins_over_all_behind_it_wherever_they_stand(place: int) -> None:
    rest = {name: value for other in OTHERS[place + 1 :] for name, value in other.items()}
    assert context_of(ORDER[place] | rest).trace_id == TRACE
    assert context_of(rest | ORDER[place]).trace_id == TRACE


@pytest.mark.parametrize(
    "broken",
    [
        {"traceparent": f"00-{TRACE}-{SPAN}-01-more"},
        {"traceparent": f"00-{'0' * 32}-{SPAN}-01"},
        {"b3": "junk"},
        {"b3": f"{TRACE}-{SPAN}-x"},
        {"x-b3-traceid": TRACE[:-1]},
        {"x-datadog-trace-id": str(2**128)},
        {"x-amzn-trace-id": "Self=1-5759e988-bd862e3fe1be46a994272793"},
        {"x-cloud-trace-context": "a/b"},
        {"uber-trace-id": "1:2:3"},
    ],
)
def test_a_malformed_header_is_invalid_and_gives_way_to_the_next(broken: Named) -> None:
    assert context_of(broken) == INVALID
    assert context_of(broken | {"uber-trace-id": f"{TRACE}:{SPAN}:0:1"}) == TraceContext(TRACE, SPAN, 1)


@pytest.mark.parametrize(
    "named",
    [
        {},
        {"b3": "0"},
        {"b3": "1"},
        {"b3": f"{'0' * 32}-{'0' * 16}"},
        {"x-b3-traceid": "0" * 32},
        {"x-b3-sampled": "1"},
        {"x-datadog-trace-id": "0"},
        {"uber-trace-id": "0:0:0:0"},
        {"baggage": f"trace_id={TRACE}"},
        {"x-request-id": TRACE},
        {"tracestate": "a=1"},
    ],
)
def test_zero_ids_decisions_and_other_headers_name_no_trace(named: Named) -> None:
    assert context_of(named) == NOTHING


def test_the_zero_upper_half_of_a_datadog_id_is_none() -> None:
    named = {"x-datadog-trace-id": "5", "x-datadog-tags": f"_dd.p.tid={'0' * 16}"}
    assert context_of(named) == TraceContext("5".rjust(32, "0"), flags=PADDED)


def test_tracestate_belongs_to_traceparent_alone() -> None:
    state = ("tracestate", b"a=1")
    assert read_trace_headers([("traceparent", f"00-{TRACE}-{SPAN}-01".encode()), state]).tracestate == "a=1"
    assert read_trace_headers([("b3", f"{TRACE}-{SPAN}-1".encode()), state]).tracestate is None


def test_a_record_tells_that_its_trace_comes_from_a_header() -> None:
    headers = [("B3", f"{SHORT}-{SPAN}-1".encode()), ("baggage", b"user=alice")]
    record = record_of(FakeRecord(b'{"message":"x"}', headers=headers))
    assert (record["trace_id"], record["span_id"], record["trace_flags"]) == (SHORT.rjust(32, "0"), SPAN, 1)
    assert record["flags"] == ["timestamp.missing", "trace.from_header", "trace.padded"]
    assert record["attributes"] == {}


def test_a_header_that_names_no_readable_trace_is_flagged() -> None:
    record = record_of(FakeRecord(b'{"message":"x"}', headers=[("uber-trace-id", b"nonsense")]))
    assert (record["trace_id"], record["flags"]) == (None, ["timestamp.missing", "trace.invalid"])


@pytest.mark.parametrize("header", sorted(TRACE_HEADERS))
def test_the_records_own_trace_wins_over_every_header(header: str) -> None:
    value = f'{{"message":"x","trace_id":"{TRACE}"}}'.encode()
    record = record_of(FakeRecord(value, headers=[(header, b"nonsense")]))
    assert (record["trace_id"], record["flags"]) == (TRACE, ["timestamp.missing"])


NAMES = st.sampled_from([*sorted(TRACE_HEADERS), "x-b3-spanid", "x-datadog-tags", "x-datadog-parent-id", "tracestate"])


@given(st.lists(st.tuples(NAMES, st.none() | st.binary(max_size=80)), max_size=6))
def test_any_headers_give_a_canonical_trace_or_none(headers: list[tuple[str, bytes | None]]) -> None:
    context = read_trace_headers(headers).context
    assert context.trace_id is None or (len(context.trace_id) == 32 and int(context.trace_id, 16) > 0)
    assert context.trace_id or context in {NOTHING, INVALID}
