"""What may be committed, as a table and as properties."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import UnexpectedState
from streams.kafka.commits import CommitTracker
from streams.testing import FakeRecord
from streams.types import Counts


def fetched(offsets: Iterable[int]) -> list[FakeRecord]:
    return [FakeRecord(offset=offset) for offset in offsets]


def enriched(count: int) -> Counts:
    return Counts(enriched=count)


def test_nothing_is_committed_before_its_outputs_are_acknowledged() -> None:
    tracker = CommitTracker(100)
    tracker.register(fetched(range(100, 110)), 110, now=0.0)
    bundle = tracker.bundle(109, enriched(10))
    bundle.pending = 1

    assert not tracker.settle()
    assert tracker.prefix == 100

    bundle.pending = 0

    assert tracker.settle()
    assert tracker.prefix == 110
    assert tracker.counts == Counts(consumed=10, enriched=10)


def test_a_bundle_that_is_acknowledged_first_waits_for_those_before_it() -> None:
    tracker = CommitTracker(0)
    tracker.register(fetched(range(5)), 5, now=0.0)
    tracker.register(fetched(range(5, 9)), 9, now=0.0)
    first, second = tracker.bundle(4, enriched(5)), tracker.bundle(8, enriched(4))
    first.pending = second.pending = 1

    second.pending = 0
    tracker.settle()

    assert tracker.prefix == 0

    first.pending = 0
    tracker.settle()

    assert tracker.prefix == 9


def test_a_first_chunk_of_one_record_at_offset_zero_is_committed() -> None:
    tracker = CommitTracker(0)
    tracker.register(fetched([0]), 1, now=0.0)
    tracker.bundle(0, enriched(1))

    tracker.settle()

    assert tracker.prefix == 1


def test_offsets_without_records_are_committed_with_what_follows_them() -> None:
    tracker = CommitTracker(0)
    tracker.register(fetched([3, 7]), 12, now=0.0)
    tracker.bundle(11, enriched(2))

    tracker.settle()

    assert tracker.prefix == 12
    assert tracker.counts.consumed == 2


def test_a_chunk_that_is_only_partly_complete_counts_only_that_part() -> None:
    tracker = CommitTracker(0)
    tracker.register(fetched(range(10)), 10, now=0.0)
    tracker.bundle(6, enriched(7))

    tracker.settle()

    assert (tracker.prefix, tracker.counts.consumed, tracker.in_flight) == (7, 7, 1)

    tracker.bundle(9, enriched(3))
    tracker.settle()

    assert (tracker.prefix, tracker.counts.consumed, tracker.idle) == (10, 10, True)


@pytest.mark.parametrize(
    ("first", "end"),
    [
        pytest.param(11, 11, id="nothing new"),
        pytest.param(8, 20, id="records from before the tail"),
        pytest.param(20, 20, id="a record at the end"),
    ],
)
def test_records_that_do_not_continue_at_the_tail_end_the_process(first: int, end: int) -> None:
    tracker = CommitTracker(10)
    tracker.register(fetched([10]), 11, now=0.0)

    with pytest.raises(UnexpectedState, match="do not continue at 11"):
        tracker.register(fetched([first]), end, now=0.0)


def test_outcomes_that_do_not_balance_end_the_process() -> None:
    tracker = CommitTracker(0)
    tracker.register(fetched(range(3)), 3, now=0.0)

    with pytest.raises(UnexpectedState, match="do not balance"):
        tracker.bundle(2, enriched(2))


@pytest.mark.parametrize("complete_through", [-2, 3])
def test_a_bundle_outside_of_what_was_registered_ends_the_process(complete_through: int) -> None:
    tracker = CommitTracker(0)
    tracker.register(fetched(range(3)), 3, now=0.0)

    with pytest.raises(UnexpectedState, match="outside"):
        tracker.bundle(complete_through, enriched(0))


def test_a_rewind_forgets_what_is_in_no_bundle_and_keeps_the_rest() -> None:
    tracker = CommitTracker(0)
    tracker.register(fetched(range(5)), 5, now=0.0)
    tracker.bundle(4, enriched(5))
    tracker.register(fetched(range(5, 9)), 9, now=0.0)

    assert tracker.rewind() == 5

    tracker.register(fetched(range(5, 9)), 9, now=0.0)
    tracker.bundle(8, enriched(4))
    tracker.settle()

    assert (tracker.prefix, tracker.counts.consumed) == (9, 9)


def test_the_oldest_work_is_dated_by_its_registration() -> None:
    tracker = CommitTracker(0)

    assert tracker.oldest is None

    tracker.register(fetched([0]), 1, now=3.0)
    tracker.bundle(0, enriched(1)).pending = 1
    tracker.register(fetched([1]), 2, now=5.0)

    assert tracker.oldest == 3.0


class TestWaitingForLines:
    """Records that were processed and are in no bundle yet: lines that could go on."""

    def tracker(self) -> CommitTracker:
        tracker = CommitTracker(0)
        for offset in range(4):
            tracker.register(fetched([offset]), offset + 1, now=float(offset))
            tracker.bundle(0, enriched(1 if offset == 0 else 0))
            tracker.processed(offset + 1)
        tracker.settle()
        return tracker

    def test_they_are_neither_committed_nor_in_flight_and_hold_up_no_drain(self) -> None:
        tracker = self.tracker()

        assert (tracker.prefix, tracker.in_flight, tracker.idle, tracker.waits_for_lines) == (1, 0, True, True)
        assert (tracker.oldest, tracker.latest) == (1.0, 3.0)

    def test_what_is_not_processed_is_in_flight(self) -> None:
        tracker = self.tracker()
        tracker.register(fetched([4]), 5, now=9.0)

        assert (tracker.in_flight, tracker.idle, tracker.waits_for_lines) == (1, False, False)

    def test_a_later_bundle_covers_them(self) -> None:
        tracker = self.tracker()
        bundle = tracker.bundle(3, Counts(enriched=1, joined=2))
        tracker.settle()

        assert [record.offset for records in bundle.records for record in records] == [1, 2, 3]
        assert (tracker.prefix, tracker.idle, tracker.waits_for_lines) == (4, True, False)
        assert tracker.counts == Counts(consumed=4, enriched=2, joined=2)

    def test_a_rewind_fetches_them_again(self) -> None:
        tracker = self.tracker()

        assert tracker.rewind() == 1
        assert (tracker.idle, tracker.waits_for_lines) == (True, False)


@given(
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=20),
    acknowledgements=st.randoms(use_true_random=False),
)
def test_the_prefix_is_the_longest_acknowledged_one_in_any_order(
    sizes: list[int], acknowledgements: random.Random
) -> None:
    tracker = CommitTracker(0)
    bundles = []
    for size in sizes:
        tail = tracker.tail
        tracker.register(fetched(range(tail, tail + size)), tail + size, now=0.0)
        bundle = tracker.bundle(tail + size - 1, enriched(size))
        bundle.pending = 1
        bundles.append(bundle)
    order = list(range(len(bundles)))
    acknowledgements.shuffle(order)
    done: set[int] = set()

    for index in order:
        bundles[index].pending = 0
        done.add(index)
        tracker.settle()
        finished = next((i for i in range(len(bundles)) if i not in done), len(bundles))

        assert tracker.prefix == sum(sizes[:finished])
        assert tracker.counts.consumed == tracker.counts.enriched == tracker.prefix
