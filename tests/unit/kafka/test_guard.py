"""When a partition is paused instead of drained into the dead-letter topic."""

from __future__ import annotations

import pytest

from streams.kafka.guard import FloodGuard
from streams.settings import Guard

SETTINGS = Guard(window_records=10, dead_ratio=0.5, dead_run=4)


@pytest.mark.parametrize(
    ("chunks", "tripped"),
    [
        pytest.param([(100, [])], False, id="healthy"),
        pytest.param([(10, [0, 1, 2])], False, id="a run below the limit"),
        pytest.param([(10, [0, 1, 2, 3])], True, id="a run at the limit"),
        pytest.param([(3, [1, 2]), (5, [0, 1])], True, id="a run over two chunks"),
        pytest.param([(3, [1, 2]), (1, []), (5, [0, 1])], False, id="a run broken by a good chunk"),
        pytest.param([(10, [0, 2, 4, 6, 8])], False, id="half of the window"),
        pytest.param([(12, [0, 2, 4, 5, 7, 9])], True, id="more than half of the window"),
        pytest.param([(12, [0, 2, 4]), (12, [0, 2, 4])], False, id="spread over more than a window"),
    ],
)
def test_the_guard_trips_by_run_or_by_share(chunks: list[tuple[int, list[int]]], tripped: bool) -> None:
    guard = FloodGuard(SETTINGS)

    for records, dead in chunks:
        guard.observe(records, dead)

    assert guard.tripped is tripped


def test_a_tripped_guard_stays_tripped() -> None:
    guard = FloodGuard(SETTINGS, tripped=True)

    assert guard.observe(1000, [])
