"""The books of one run."""

from collections import Counter

import pytest
from aiokafka import TopicPartition

from streams.dev.books import Observed, close
from streams.kafka.ledger import Account
from streams.kafka.metadata import CommitState
from streams.types import Counts


def _account(counts: Counts | None, *, base: int = 0, end: int = 100, partition: int = 0) -> Account:
    state = None if counts is None else CommitState(base + counts.consumed, base, counts)
    return Account(TopicPartition("raw-logs", partition), 0, end, state)


def _counts(consumed: int, dead: int = 0) -> Counts:
    return Counts(consumed=consumed, enriched=consumed - dead, dead=dead)


def _observed(produced: int, enriched: int, dead: int) -> Observed:
    return Observed(produced, Counter({"json": enriched}), Counter({"decode.json": dead}))


def test_a_run_counts_what_was_committed_since_it_began() -> None:
    books = close([_account(_counts(40, 1))], [_account(_counts(100, 3))])
    assert (books.counts, books.in_flight, books.balanced) == (_counts(60, 2), 0, True)


@pytest.mark.parametrize(
    "before",
    [
        pytest.param([], id="topic is new"),
        pytest.param([_account(None)], id="group never committed"),
        pytest.param([_account(_counts(40), base=20)], id="counters began anew"),
    ],
)
def test_counters_that_began_in_the_run_count_fully(before: list[Account]) -> None:
    assert close(before, [_account(_counts(7), end=7)]).counts == _counts(7)


def test_partitions_are_added_up() -> None:
    accounts = [_account(_counts(5, 1), end=6), _account(_counts(7), end=9, partition=1)]
    books = close([], accounts)
    assert (books.counts, books.in_flight) == (_counts(12, 1), 3)


def test_what_was_never_committed_is_in_flight() -> None:
    books = close([], [_account(None, end=9)])
    assert (books.counts, books.in_flight, books.balanced) == (Counts(), 9, True)


def test_a_missing_outcome_does_not_balance() -> None:
    books = close([], [_account(Counts(consumed=10, enriched=9), end=10)])
    assert not books.balanced
    assert "1 outcomes of this run are missing" in books.problems


@pytest.mark.parametrize(
    ("observed", "problem"),
    [
        pytest.param(_observed(10, 8, 2), None, id="all was seen"),
        pytest.param(_observed(12, 8, 2), None, id="some is in flight"),
        pytest.param(_observed(10, 9, 3), None, id="replays are seen again"),
        pytest.param(_observed(13, 8, 2), "1 records that were produced did not reach the worker", id="lost input"),
        pytest.param(_observed(10, 7, 2), "1 enriched records are counted that are not in the topic", id="lost record"),
        pytest.param(_observed(10, 8, 1), "1 dead letters are counted that are not in the topic", id="lost letter"),
    ],
)
def test_the_worker_is_held_to_what_was_seen(observed: Observed, problem: str | None) -> None:
    books = close([], [_account(_counts(10, 2), end=12)], observed)
    assert books.problems == ((problem,) if problem else ())


@pytest.mark.parametrize(
    ("sink", "problem"),
    [
        pytest.param(_account(_counts(8), end=8), None, id="all is stored"),
        pytest.param(_account(_counts(5, 2), end=8), None, id="some is refused, some in flight"),
        pytest.param(_account(_counts(9), end=9), None, id="replays came again"),
        pytest.param(_account(_counts(7), end=7), "1 enriched records did not reach the sink", id="lost"),
        pytest.param(
            _account(Counts(consumed=8, enriched=7), end=8), "sink: 1 outcomes of this run are missing", id="unbalanced"
        ),
    ],
)
def test_the_sink_is_held_to_what_the_worker_made(sink: Account, problem: str | None) -> None:
    books = close([], [_account(_counts(10, 2), end=10)], sink=close([], [sink]))
    assert (problem in books.problems) if problem else books.balanced
