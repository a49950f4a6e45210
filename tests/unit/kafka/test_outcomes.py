"""What is told about outputs that were seen: replays, other bytes, and offsets without any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.outcomes import Outcomes

A, B = 0, 1
"""Provenances."""


@pytest.mark.parametrize(
    ("seen", "counted"),
    [
        ([(b"x", A)], (0, 0, 0)),
        ([(b"x", A), (b"x", A)], (1, 0, 0)),
        ([(b"x", A), (b"x", B)], (1, 0, 0)),
        ([(b"x", A), (b"y", B)], (1, 1, 0)),
        ([(b"x", A), (b"y", A)], (1, 0, 1)),
        ([(b"x", A), (b"y", B), (b"y", B)], (2, 1, 0)),
        ([(b"x", A), (b"y", B), (b"z", B)], (2, 1, 1)),
    ],
)
@pytest.mark.parametrize("inner", [None, 0])
def test_the_same_id_again_is_a_replay_reprocessed_or_altered(
    seen: list[tuple[bytes, int]], counted: tuple[int, int, int], inner: int | None
) -> None:
    outcomes = Outcomes(100, 110)
    for content, provenance in seen:
        assert outcomes.note(105, inner, content, provenance)

    assert (outcomes.replays, outcomes.reprocessed, outcomes.altered) == counted
    assert outcomes.altered_examples == (["105" if inner is None else "105.0"] if counted[2] else [])
    assert outcomes.distinct(110) == 1


@pytest.mark.parametrize("offset", [99, 110, -1])
def test_outputs_outside_of_the_range_are_not_taken(offset: int) -> None:
    outcomes = Outcomes(100, 110)

    assert not outcomes.note(offset, None, b"x", A)
    assert outcomes.distinct(110) == 0


def test_inner_records_are_counted_each_and_cover_their_offset_once() -> None:
    outcomes = Outcomes(0, 2)
    for inner in range(3):
        outcomes.note(1, inner, b"x", A)

    assert outcomes.missing(2).tolist() == [0]
    assert outcomes.distinct(2) == 3
    assert outcomes.distinct(1) == 0


def test_one_dead_letter_for_a_whole_batch_covers_its_offsets_and_counts_once() -> None:
    outcomes = Outcomes(10, 20)
    outcomes.note(12, None, b"x", A)
    outcomes.cover(12, 100)

    assert outcomes.missing(20).tolist() == [10, 11]
    assert outcomes.distinct(20) == 1


@given(st.integers(0, 1_000), st.sets(st.integers(0, 60)), st.integers(0, 60))
def test_missing_is_what_was_not_noted_below_the_committed_offset(base: int, noted: set[int], committed: int) -> None:
    outcomes = Outcomes(base, base + 50)
    for offset in noted:
        outcomes.note(base + offset, None, b"x", A)

    expected = [base + offset for offset in range(min(committed, 50)) if offset not in noted]
    assert outcomes.missing(base + committed).tolist() == expected
    assert outcomes.distinct(base + committed) == len([o for o in noted if o < min(committed, 50)])
