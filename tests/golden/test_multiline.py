"""Real stack traces, line by line, become the events that they are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.joined import events_of
from tests.shared_data import ROOT, files, needs_shared_data

pytestmark = needs_shared_data

BROKER_LOGS = [path for path in files("elastic_examples/kafka_broker") if "gc" not in path.name]
SAMPLES = ["go_panic", "java_text", "node_stack", "php_error", "python_text"]
NEXT = "2026-11-24 12:00:01,000 INFO [main] Shop - next"


@pytest.mark.parametrize("path", BROKER_LOGS, ids=lambda path: path.name)
def test_a_brokers_log_has_as_many_events_as_lines_that_begin_with_a_time(path: Path) -> None:
    lines = path.read_text("utf-8").removesuffix("\n").split("\n")
    heads = [number for number, line in enumerate(lines) if re.match(r"\[\d{4}-", line)]

    events = events_of(*lines, event_milliseconds=10_000)

    assert [event.offsets[0] for event in events] == heads
    assert sum(len(event.offsets) for event in events) == len(lines)
    assert not [event for event in events if "partial" in event.flags]


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_lines_of_a_sample_become_the_sample(sample: str) -> None:
    text = (ROOT / "dialects" / f"{sample}.records.jsonl").read_text("utf-8")
    wholes = [json.loads(line)["value"].removesuffix("\n") for line in text.splitlines()]

    for whole in wholes:
        first, second = events_of(*whole.split("\n"), NEXT)
        assert (first.value, second.value) == (whole.encode(), NEXT.encode())
