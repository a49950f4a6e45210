"""The limit of batches: raised by steps while writes are quick, lowered by shares when they are slow or fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.resilience.adaptive import AdaptiveLimit, AdaptivePolicy
from streams.resilience.attempts import Attempt

POLICY = AdaptivePolicy(most_records=1_000, most_concurrency=8, target_seconds=1)


def attempt(
    limit: AdaptiveLimit, began: float, *, seconds: float = 0.5, settled: bool = True, used: float = 1
) -> Attempt:
    return Attempt(int(limit.records * used), began, began + seconds, settled)


def after(*writes: dict[str, float | bool], policy: AdaptivePolicy = POLICY) -> AdaptiveLimit:
    """Make a limit that has seen writes, one after another."""
    limit, now = AdaptiveLimit(policy), 0.0
    for write in writes:
        made = attempt(limit, now, **write)  # type: ignore[arg-type]
        limit.observe(made)
        now = made.ended
    return limit


QUICK: dict[str, float | bool] = {}
SLOW: dict[str, float | bool] = {"seconds": 1.5}
FAILED: dict[str, float | bool] = {"settled": False}
SMALL: dict[str, float | bool] = {"used": 0.4}


@pytest.mark.parametrize(
    ("writes", "records", "concurrency"),
    [
        pytest.param([], 1_000, 8, id="it begins with most"),
        pytest.param([QUICK], 1_000, 8, id="which is never passed"),
        pytest.param([FAILED], 500, 4, id="halved by a failure"),
        pytest.param([FAILED, FAILED], 250, 2, id="and again"),
        pytest.param([SLOW], 800, 6, id="lowered by a slow write"),
        pytest.param([FAILED, QUICK], 550, 4, id="raised by a step"),
        pytest.param([FAILED, SMALL], 500, 4, id="not by a write that used little of it"),
        pytest.param([FAILED] * 30, 1, 1, id="down to the least"),
        pytest.param([FAILED] * 30 + [QUICK] * 20, 1_000, 8, id="and up to the most in twenty steps"),
    ],
)
def test_it_follows_what_writes_tell(writes: list[dict[str, float | bool]], records: int, concurrency: int) -> None:
    limit = after(*writes)
    assert (limit.records, limit.concurrency) == (records, concurrency)


def test_a_record_that_fails_alone_tells_nothing() -> None:
    limit = AdaptiveLimit(POLICY)
    limit.observe(Attempt(1, 0.0, 1.0, settled=False, suspect=True))
    assert (limit.records, limit.concurrency) == (1_000, 8)


def test_failures_that_were_under_way_together_count_once() -> None:
    limit = AdaptiveLimit(POLICY)
    for _ in range(8):
        limit.observe(Attempt(1_000, 0.0, 5.0, settled=False))
    assert limit.records == 500
    limit.observe(Attempt(500, 5.0, 6.0, settled=False))
    assert limit.records == 250


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0, 10), st.booleans(), st.integers(1, 1_000)), max_size=60),
    st.integers(1, 50), st.integers(50, 1_000), st.integers(1, 4), st.integers(4, 16),
)  # fmt: skip
def test_it_stays_within_its_bounds(
    writes: list[tuple[float, float, bool, int]], least: int, most: int, fewest: int, widest: int
) -> None:
    limit = AdaptiveLimit(
        AdaptivePolicy(
            least_records=least, most_records=most, least_concurrency=fewest, most_concurrency=widest, target_seconds=1
        )
    )
    for began, seconds, settled, records in writes:
        limit.observe(Attempt(records, began, began + seconds, settled))
        assert least <= limit.records <= most
        assert fewest <= limit.concurrency <= widest


@given(st.integers(20, 5_000), st.integers(20, 5_000))
def test_it_finds_out_what_a_store_takes_in_the_time(capacity: int, most: int) -> None:
    """Of a store whose time is proportional to the records, a write takes at least two thirds of the target."""
    limit, now = AdaptiveLimit(AdaptivePolicy(most_records=most, most_concurrency=1, target_seconds=1)), 0.0
    for _ in range(60):
        made = attempt(limit, now, seconds=limit.records / capacity)
        limit.observe(made)
        now = made.ended
    assert limit.records <= capacity + most / 20 + 1
    assert limit.records >= min(most, 0.66 * capacity)
