"""Traces that a text names in passing, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.pipeline.trace_text import read_trace_text
from streams.values.trace import NOTHING, PADDED, TraceContext

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
UUID = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736"
OTHER, OTHER_SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SHORT = TraceContext(SPAN.rjust(32, "0"), None, None, PADDED)
DECIMAL = TraceContext("000000000000000064126f1ddf3f3365", "00000070339ed648", None, PADDED)
"""7210948127463781221 and 481902384712."""

NAMED: list[tuple[str, TraceContext]] = [
    (f"failed trace_id={TRACE} span_id={SPAN}", TraceContext(TRACE, SPAN)),
    (f"failed traceId: {TRACE}, spanId: {SPAN}.", TraceContext(TRACE, SPAN)),
    (f"trace.id={TRACE} span.id={SPAN}", TraceContext(TRACE, SPAN)),
    (f"TRACE-ID={TRACE.upper()}", TraceContext(TRACE)),
    (f"trace_id:{TRACE}", TraceContext(TRACE)),
    (f"traceID={SPAN}", SHORT),
    (f"trace_id=0x{TRACE} span_id=0x{SPAN}", TraceContext(TRACE, SPAN)),
    (f"trace_id={UUID}", TraceContext(TRACE)),
    (f"otelTraceID={TRACE} otelSpanID={SPAN}", TraceContext(TRACE, SPAN)),
    (f"[trace_id={TRACE} span_id={SPAN} resource.service.name=x trace_sampled=True] - done", TraceContext(TRACE, SPAN)),
    (f'got {{"trace_id": "{TRACE}", "span_id": "{SPAN}"}}', TraceContext(TRACE, SPAN)),
    (f'got {{\\"trace_id\\":\\"{TRACE}\\"}}', TraceContext(TRACE)),
    (f"{{'traceId': '{TRACE}'}}", TraceContext(TRACE)),
    (f"parent-span-id={OTHER_SPAN} trace_id={TRACE} span-id={SPAN}", TraceContext(TRACE, SPAN)),
    (f"trace_id={'0' * 32} retried as trace_id={TRACE}", TraceContext(TRACE)),
    (f"REPORT XRAY TraceId: 1-{TRACE[:8]}-{TRACE[8:]} SegmentId: {SPAN}", TraceContext(TRACE)),
    (f"X-Amzn-Trace-Id: Root=1-{TRACE[:8]}-{TRACE[8:]}", TraceContext(TRACE)),
    (f"traceparent: 00-{TRACE}-{SPAN}-01", TraceContext(TRACE, SPAN, 1)),
    # Spring
    (f"INFO [cart,{TRACE},{SPAN}] ok", TraceContext(TRACE, SPAN)),
    (f"INFO [cart,{TRACE},{SPAN},true] ok", TraceContext(TRACE, SPAN)),
    (f"INFO [,{TRACE},{SPAN}] ok", TraceContext(TRACE, SPAN)),
    (f"INFO [cart] [main] [{TRACE.upper()}-{SPAN.upper()}] ok", TraceContext(TRACE, SPAN)),
    (f"INFO [cart,{OTHER_SPAN},{SPAN}] ok", TraceContext(OTHER_SPAN.rjust(32, "0"), SPAN, None, PADDED)),
    # Datadog
    ("[dd.service=a dd.trace_id=7210948127463781221 dd.span_id=481902384712] ok", DECIMAL),
    ('dd.trace_id="7210948127463781221" dd.span_id="481902384712"', DECIMAL),
    ("dd.trace_id=1234567890123456", TraceContext(f"{1234567890123456:032x}", None, None, PADDED)),
    (f"dd.trace_id={TRACE} dd.span_id=481902384712", TraceContext(TRACE, "00000070339ed648")),
    (f"dd.trace_id=5 dd.span_id=6 trace_id={TRACE} span_id={SPAN}", TraceContext(TRACE, SPAN)),
    (f"dd.trace_id=5 dd.span_id=6 otel.trace_id={TRACE} otel.span_id={SPAN}", TraceContext(TRACE, SPAN)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), NAMED)
def test_a_text_names_its_trace(text: str, expected: TraceContext) -> None:
    assert read_trace_text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "trace_id=",
        "trace_id=xyz",
        "trace_id=7210948127463781221",
        f"trace_id={TRACE}0",
        f"trace_id={'0' * 32}",
        f"id={TRACE}",
        f"retrace_id={TRACE}",
        f"request_id={TRACE} [trace]",
        "dd.trace_id=0 dd.span_id=0",
        "dd.trace_id=a1b2c3d4",
        f"[cart,{TRACE}] trace",
        f"[cart,,] [{SPAN}] trace",
        f"traceparent: ff-{TRACE}-{SPAN}-01",
        f"Stack trace: {TRACE}",
    ],
)
def test_other_text_is_no_trace_and_no_fault(text: str) -> None:
    assert read_trace_text(text) == NOTHING


def test_only_the_beginning_of_a_long_text_is_searched() -> None:
    assert read_trace_text("[" + " " * 60_000 + f"trace_id={TRACE}").trace_id == TRACE
    assert read_trace_text("[" + " " * 70_000 + f"trace_id={TRACE}") == NOTHING


@given(st.text("trace_id=:\"'[],-0123456789abcdefspndDOTEL. ", max_size=200))
def test_any_text_gives_a_canonical_trace_or_none(text: str) -> None:
    found = read_trace_text(text)
    assert found.trace_id is None or (len(found.trace_id) == 32 and int(found.trace_id, 16) > 0)
    assert found.trace_id or found == NOTHING
