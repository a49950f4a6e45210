"""The W3C's own cases for `traceparent` and `tracestate`, as Kafka headers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streams.testing import FakeRecord
from tests.shared_data import ROOT, needs_shared_data
from tests.through import record_of

FILE = ROOT / "trace_context" / "cases.json"
CASES = json.loads(FILE.read_text())["cases"] if FILE.exists() else []


@needs_shared_data
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_trace_is_continued_or_restarted_as_the_specification_says(case: dict[str, Any]) -> None:
    record = record_of(FakeRecord(b"x", headers=[(name, value.encode()) for name, value in case["headers"]]))
    expected = case["expect"]
    continued = expected["traceparent"] == "continue"
    assert record["trace_id"] == (expected["trace_id"] if continued else None)
    assert record["span_id"] == (expected["parent_id"] if continued else None)
    if continued:
        assert record["trace_flags"] == expected["flags_in"] & 0x03
    assert ("tracestate" in record["attributes"]) == (continued and expected["tracestate"] == "propagate")
