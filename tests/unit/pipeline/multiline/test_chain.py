"""The bounds of what waits, measured so that a replay from any complete offset agrees."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.pipeline.multiline.chain import Chain
from streams.settings import Multiline
from streams.testing import NOON, FakeRecord

RECORDS = st.lists(st.tuples(st.integers(0, 400), st.integers(-20, 20)), min_size=1, max_size=12)


def chain_of(records: list[tuple[int, int]], *, start: int = 0) -> Chain:
    chain = Chain(Multiline(chain_records=6, chain_bytes=1_024, chain_milliseconds=15))
    for offset, (size, time) in enumerate(records, start):
        chain.add(FakeRecord(b"x" * size, offset, timestamp=NOON + time))
    return chain


@given(RECORDS, st.integers(0, 12))
def test_forgetting_is_the_same_as_never_having_seen(records: list[tuple[int, int]], before: int) -> None:
    now = NOON + records[-1][1]
    chain = chain_of(records)
    chain.forget(before)

    assert chain.is_full(now) == chain_of(records[before:], start=before).is_full(now)


@given(RECORDS, st.integers(0, 12))
def test_a_replay_never_finds_a_chain_full_that_was_not(records: list[tuple[int, int]], before: int) -> None:
    now = NOON + records[-1][1]

    assert chain_of(records).is_full(now) or not chain_of(records[before:], start=before).is_full(now)


def test_an_empty_chain_is_not_full() -> None:
    assert not chain_of([]).is_full(NOON)
