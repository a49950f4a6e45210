"""Small rules of the source and the watchdog."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from streams.kafka.pace import Pace
from streams.kafka.source import split
from streams.kafka.watchdog import stuck
from streams.settings import Flow
from streams.testing import FakeRecord


@pytest.mark.parametrize(
    ("sizes", "parts"),
    [
        pytest.param([], [([], 9)], id="only control records"),
        pytest.param([1, 1, 1], [([0, 1, 2], 9)], id="all fit"),
        pytest.param([6, 5, 4], [([0], 1), ([1, 2], 9)], id="cut before the one that does not fit"),
        pytest.param([50, 1], [([0], 1), ([1], 9)], id="a large one alone"),
        pytest.param([1, 50, 1], [([0], 1), ([1], 2), ([2], 9)], id="a large one in the middle"),
    ],
)
def test_a_fetch_is_cut_at_the_limit_of_bytes_and_loses_nothing(
    sizes: list[int], parts: list[tuple[list[int], int]]
) -> None:
    records = [FakeRecord(b"x" * size, offset=index) for index, size in enumerate(sizes)]

    cut = split(records, sizes, 9, most_bytes=10)

    assert [([record.offset for record in part], end) for part, end in cut] == parts


def test_chunks_get_smaller_when_records_are_slow_and_never_empty() -> None:
    pace = Pace(Flow(chunk_records=1_000, chunk_milliseconds=20))

    assert pace.records == 1_000

    for _ in range(50):
        pace.observe(100, 0.1)  # 1 ms a record

    assert 19 <= pace.records <= 25

    for _ in range(50):
        pace.observe(1, 10)

    assert pace.records == 1


def owning(
    *,
    oldest: float | None = None,
    caught_up_at: float = 0.0,
    holds: Any = (),
    readable: bool = False,
    heard: float | None = None,
) -> Any:
    work = None if heard is None else SimpleNamespace(heard=heard)
    tracker = SimpleNamespace(oldest=oldest)
    assignment = SimpleNamespace(tracker=tracker, caught_up_at=caught_up_at, holds=holds, work=work)
    tp = SimpleNamespace(topic="raw-logs", partition=3)
    return SimpleNamespace(assignments=SimpleNamespace(items=lambda: [(tp, assignment)]), readable=lambda tp: readable)


@pytest.mark.parametrize(
    ("state", "outputs_held", "told"),
    [
        pytest.param({"oldest": 95.0}, False, None, id="young work"),
        pytest.param({"oldest": 50.0}, False, "raw-logs-3: work from 50 s ago", id="old work"),
        pytest.param({"oldest": 50.0, "heard": 95.0}, False, None, id="old work that shows signs of life"),
        pytest.param({"oldest": 40.0, "heard": 50.0}, False, "work from 50 s ago", id="old work, silent for long"),
        pytest.param({"oldest": 50.0}, True, None, id="old work, but an output is held"),
        pytest.param({"oldest": 50.0, "holds": {"flood": ""}}, False, None, id="old work of a held partition"),
        pytest.param({"readable": True}, False, "raw-logs-3: readable records", id="nothing fetched"),
        pytest.param({"readable": False}, False, None, id="nothing to fetch"),
        pytest.param({"readable": True, "caught_up_at": 95.0}, False, None, id="fetched just now"),
        pytest.param({"readable": True}, True, None, id="nothing fetched, but an output is held"),
        pytest.param({"readable": True, "holds": {"flood": ""}}, False, None, id="not fetched because held"),
    ],
)
def test_a_worker_is_stuck_when_what_it_could_do_is_not_done(
    state: dict[str, Any], outputs_held: bool, told: str | None
) -> None:
    reason = stuck(owning(**state), 100.0, 20, outputs_held=outputs_held)

    assert (reason is None) if told is None else (reason is not None and told in reason)
