"""Batches of what has been gathered: whatever their bounds, every record is in one, in order, and nothing is left."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.agents.gathered import Gathered
from streams.kafka.assignment import FetchedChunk


def sizes_of(slices: Any) -> list[int]:
    return [len(raw.value or b"") for piece in slices for raw in piece.records]


@pytest.mark.parametrize(
    ("chunks", "records", "size", "batches"),
    [
        pytest.param([[1, 1, 1]], 10, 100, [([1, 1, 1], 3)], id="one chunk"),
        pytest.param([[1, 1], [1, 1]], 10, 100, [([1, 1, 1, 1], 4)], id="several chunks in one"),
        pytest.param([[1, 1, 1]], 2, 100, [([1, 1], 2), ([1], 3)], id="by records"),
        pytest.param([[1, 2], [3, 4]], 3, 100, [([1, 2, 3], 3), ([4], 4)], id="in the middle of a chunk"),
        pytest.param([[5, 5, 5]], 10, 10, [([5, 5], 2), ([5], 3)], id="by bytes"),
        pytest.param([[50], [5]], 10, 10, [([50], 1), ([5], 2)], id="one record over the bound"),
        pytest.param([[5], [50]], 10, 10, [([5], 1), ([50], 2)], id="a large one is left for the next"),
        pytest.param([[], [1]], 10, 10, [([1], 1)], id="a chunk without records"),
        pytest.param([[1], []], 1, 10, [([1], 1), ([], 1)], id="one without records behind a full batch"),
    ],
)
def test_a_batch_has_what_fits(
    make_chunk: Any, make_assignment: Any, chunks: Any, records: int, size: int, batches: Any
) -> None:
    gathered, assignment = Gathered(), make_assignment()
    for chunk in chunks:
        values = [b"x" * length for length in chunk]
        tail = assignment.tracker.tail
        gathered.put(
            make_chunk(values, assignment)
            if values
            else FetchedChunk("enriched", 0, (), tail, assignment.state, assignment=assignment, rewinds=0),
            0.0,
        )

    taken = []
    while gathered:
        slices, total = gathered.take(records, size)
        assert total == sum(sizes_of(slices))
        taken.append((sizes_of(slices), slices[-1].end))
    assert taken == batches


@given(
    chunks=st.lists(st.lists(st.integers(0, 9), max_size=8), min_size=1, max_size=6),
    bounds=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 30)), min_size=1, max_size=4),
)
def test_any_bounds_give_every_record_once_and_end_at_the_end(chunks: Any, bounds: Any) -> None:
    gathered, offset, everything = Gathered(), 0, []
    for sizes in chunks:
        records = [_Raw(offset + index, b"x" * size) for index, size in enumerate(sizes)]
        offset += len(sizes) + 1  # a control record behind each chunk
        everything += records
        gathered.put(_Chunk(records, offset), 0.0)  # type: ignore[arg-type]

    found, end, turn = [], 0, 0
    while gathered:
        most, size = bounds[turn % len(bounds)]
        slices, total = gathered.take(most, size)
        taken = [raw for piece in slices for raw in piece.records]
        assert len(taken) <= most
        assert total <= size or len(taken) == 1
        assert all(raw.offset < piece.end for piece in slices for raw in piece.records)
        assert slices[-1].end > end
        found, end, turn = found + taken, slices[-1].end, turn + 1
    assert found == everything
    assert end == offset
    assert (gathered.records, gathered.bytes) == (0, 0)


class _Raw:
    def __init__(self, offset: int, value: bytes) -> None:
        self.offset, self.value, self.key = offset, value, None


class _Chunk:
    def __init__(self, records: list[_Raw], end: int) -> None:
        self.records, self.end = records, end
