"""What a commit carries, and what foreign metadata becomes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.metadata import CommitState, decode, encode
from streams.types import Counts

BROKER_LIMIT_BYTES = 4_096
numbers = st.integers(0, 2**63 - 1)
states = st.builds(
    CommitState,
    offset=numbers,
    base=numbers,
    counts=st.builds(Counts, numbers, numbers, numbers, numbers, numbers, numbers),
    cut=st.none() | numbers,
    guard=st.booleans(),
    epoch=st.none() | st.from_regex(r"[A-Za-z0-9_]{1,32}", fullmatch=True),
)


@given(state=states)
def test_a_state_survives_its_own_text_within_the_brokers_limit(state: CommitState) -> None:
    text = encode(state)

    assert decode(state.offset, text) == state
    assert len(text.encode()) < BROKER_LIMIT_BYTES


FOREIGN = [None, "", "x", "[]", "7", "null", "{}", '{"v":2}', '{"v":1}', '{"v":1,"base":null}', "[" * 4_000]


def test_a_cut_that_is_no_offset_is_foreign() -> None:
    assert decode(42, encode(CommitState.fresh(42)).replace('"cut":null', '"cut":"x"')).foreign


@pytest.mark.parametrize("text", FOREIGN)
def test_missing_or_foreign_metadata_starts_a_new_base(text: str | None) -> None:
    assert decode(42, text) == CommitState(42, 42, foreign=True)
