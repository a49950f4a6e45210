"""Where a record's trace comes from: its own fields, its text, its headers, in this order."""

from __future__ import annotations

import pytest

from streams.testing import FakeRecord
from tests.through import record_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
OTHER, OTHER_SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
HEADER = ("traceparent", f"00-{OTHER}-{OTHER_SPAN}-01".encode())


def with_header(value: str, *more: tuple[str, bytes]) -> FakeRecord:
    return FakeRecord(value.encode(), headers=[HEADER, *more])


def test_the_records_own_ids_win() -> None:
    record = record_of(with_header(f'{{"message":"trace_id={OTHER}","trace_id":"{TRACE}","span_id":"{SPAN}"}}'))
    assert (record["trace_id"], record["span_id"]) == (TRACE, SPAN)
    assert record["flags"] == ["timestamp.missing"]


@pytest.mark.parametrize(
    ("body", "span"),
    [
        (f"failed trace_id={TRACE} span_id={SPAN}", SPAN),
        (f"failed traceId: {TRACE}", None),
        (f'failed "trace.id"="{TRACE}"', None),
        (f"TRACE-ID={TRACE.upper()}", None),
        (f"INFO [cart,{TRACE},{SPAN}] ok", SPAN),
        (f"INFO [cart,{TRACE},{SPAN},true] ok", SPAN),
    ],
)
@pytest.mark.parametrize("form", ["%s", '{"message":"%s"}', 'level=info msg="%s"'])
def test_ids_in_the_text_win_over_headers(form: str, body: str, span: str | None) -> None:
    record = record_of(with_header(form % (body if form == "%s" else body.replace('"', '\\"'))))
    assert (record["trace_id"], record["span_id"]) == (TRACE, span)
    assert "trace.from_text" in record["flags"]


def test_headers_are_the_last_place() -> None:
    record = record_of(with_header('{"message":"x"}', ("tracestate", b"a=1,b=2")))
    assert (record["trace_id"], record["span_id"], record["trace_flags"]) == (OTHER, OTHER_SPAN, 1)
    assert record["attributes"] == {"tracestate": "a=1,b=2"}
    assert "trace.from_header" in record["flags"]


def test_header_names_have_no_case() -> None:
    raw = FakeRecord(b"x", headers=[("TraceParent", HEADER[1]), ("TRACESTATE", b"a=1"), ("tracestate", b"b=2")])
    record = record_of(raw)
    assert (record["trace_id"], record["attributes"]) == (OTHER, {"tracestate": "a=1,b=2"})


def test_two_parents_void_each_other() -> None:
    assert record_of(with_header("x", HEADER))["trace_id"] is None


@pytest.mark.parametrize("header", [b"", b"\xff\xfe", b"00-" + b"0" * 32 + b"-b7ad6b7169203331-01", b"x" * 10_000])
def test_a_broken_header_gives_no_trace_and_no_state(header: bytes) -> None:
    record = record_of(FakeRecord(b"x", headers=[("traceparent", header), ("tracestate", b"a=1")]))
    assert (record["trace_id"], record["attributes"]) == (None, {})


def test_a_span_without_a_trace_is_kept_and_flagged() -> None:
    record = record_of(f'{{"message":"x","span_id":"{SPAN}"}}')
    assert (record["trace_id"], record["span_id"]) == (None, SPAN)
    assert "trace.missing" in record["flags"]


@pytest.mark.parametrize(
    "body", ["trace_id=", "trace_id=xyz", f"trace_id={TRACE}0", f"id={TRACE}", f"retrace_id={TRACE}"]
)
def test_other_text_is_no_trace(body: str) -> None:
    assert record_of(body)["trace_id"] is None
