"""When the books of a raw partition are wrong."""

from __future__ import annotations

import pytest
from aiokafka import TopicPartition

from streams.kafka.ledger import Account
from streams.kafka.metadata import CommitState
from streams.types import Counts

TP = TopicPartition("raw-logs", 0)
GOOD = Counts(consumed=50, split=2, enriched=40, dead=5, sampled=4, joined=3)


def _account(counts: Counts, *, base: int = 0, offset: int = 50, guard: bool = False, begin: int = 0) -> Account:
    return Account(TP, begin, 100, CommitState(offset=offset, base=base, counts=counts, guard=guard))


@pytest.mark.parametrize(
    ("account", "problem"),
    [
        (_account(GOOD), None),
        (Account(TP, 0, 100, None), None),
        (_account(Counts(consumed=50, enriched=49)), "1 outcomes are missing"),
        (_account(Counts(consumed=50, enriched=52)), "2 outcomes are too many"),
        (_account(GOOD, base=10), "50 records are counted, but only 40 offsets committed"),
        (_account(GOOD, offset=101), "the log ends at 100, before the committed offset"),
        (_account(GOOD, begin=60), "offsets 50 to 59 were deleted before they were read"),
        (_account(GOOD, guard=True), "the flood guard has paused it"),
    ],
)
def test_each_way_to_be_wrong_is_told(account: Account, problem: str | None) -> None:
    found = list(account.problems())

    assert len(found) == (problem is not None)
    assert all(text.startswith(problem or "") for text in found)


@pytest.mark.parametrize(("account", "lag"), [(_account(GOOD), 50), (Account(TP, 30, 100, None), 70)])
def test_lag_counts_from_the_commit_or_from_the_beginning(account: Account, lag: int) -> None:
    assert account.lag == lag
