"""A chunk whose output is large comes in parts, each ending behind a whole raw record."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from streams.pipeline import Pipeline
from streams.settings import Flow, Settings
from streams.testing import chunk_of
from streams.types import Counts, Outcome

BATCH = json.dumps([{"message": f"inner {n}"} for n in range(5)])


def parts_of(*values: str, part_bytes: int) -> list[Outcome]:
    pipeline, chunk = Pipeline(Settings(flow=Flow(part_bytes=part_bytes))), chunk_of(*values)
    pipeline.prepare(chunk)
    parts = [pipeline.finish(chunk, {})]
    while parts[-1].complete_through + 1 < chunk.end:
        parts.append(pipeline.finish(chunk, {}))
    return parts


def test_a_small_output_is_one_part() -> None:
    assert len(parts_of(BATCH, BATCH, part_bytes=1_000_000)) == 1


def test_a_part_ends_behind_the_raw_record_that_passes_the_limit_never_inside_it() -> None:
    parts = parts_of(BATCH, "one", "two", BATCH, "three", part_bytes=1_000)

    assert [(part.complete_through, len(part.values)) for part in parts] == [(0, 5), (3, 7), (4, 1)]


@given(
    values=st.lists(st.sampled_from([BATCH, "text", '{"level":"INFO"}', ""]), min_size=1, max_size=12),
    size=st.integers(1, 5_000),
)
def test_the_parts_together_are_the_whole(values: list[str], size: int) -> None:
    (whole,) = parts_of(*values, part_bytes=10_000_000)
    parts = parts_of(*values, part_bytes=size)

    assert [value for part in parts for value in part.values] == whole.values
    assert [letter.reason for part in parts for letter in part.dead] == [letter.reason for letter in whole.dead]
    total = Counts()
    for part in parts:
        total.add(part.counts)
    assert total == whole.counts
    assert [part.complete_through for part in parts] == sorted({part.complete_through for part in parts})
