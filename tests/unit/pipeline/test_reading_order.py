"""Records of several dialects are read in another order than theirs, of which nothing can be seen in what comes out."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.pipeline import Pipeline
from streams.settings import Flow, ProcessorEntry, Settings
from streams.testing import chunk_of
from streams.types import Chunk, Counts, Outcome

VALUES = [
    '{"level":"INFO","message":"of json"}',
    '{"level":30,"time":1531171074631,"pid":657,"hostname":"h","msg":"of pino","v":1}',
    "ts=2024-03-10T14:13:06Z level=info msg=logfmt",
    "2024-03-10 14:13:06,719 ERROR [main] of Java",
    "just words",
    json.dumps([{"message": f"inner {n}"} for n in range(3)]),
    "glork:320|ms\ngaugor:333|g\n",
    "",
    "{broken",
    gzip.compress(b'{"message":"packed"}').decode("latin-1"),
]


def chunk_in(mixed: bool, values: Sequence[str]) -> Chunk:
    chunk = chunk_of(*(value.encode("latin-1") for value in values))
    chunk.state.mixed = mixed
    return chunk


def parts_of(pipeline: Pipeline, chunk: Chunk) -> list[Outcome]:
    pipeline.prepare(chunk)
    parts = [pipeline.finish(chunk, {})]
    while parts[-1].more:
        parts.append(pipeline.finish(chunk, {}))
    return parts


def total_of(parts: Sequence[Outcome]) -> Counts:
    total = Counts()
    for part in parts:
        total.add(part.counts)
    return total


@given(
    values=st.lists(st.sampled_from(VALUES), min_size=1, max_size=20),
    size=st.integers(1, 6_000),
    percent=st.sampled_from([100, 50]),
)
def test_the_same_comes_out_in_the_same_order_in_parts_of_any_size(values: list[str], size: int, percent: int) -> None:
    sample = ProcessorEntry(name="sample", options={"percent": percent})
    pipeline = Pipeline(Settings(flow=Flow(part_bytes=size), processors=(sample,)))
    in_order, mixed = (parts_of(pipeline, chunk_in(is_mixed, values)) for is_mixed in (False, True))

    assert [value for part in mixed for value in part.values] == [value for part in in_order for value in part.values]
    assert [key for part in mixed for key in part.keys] == [key for part in in_order for key in part.keys]
    letters, expected = ([letter for part in parts for letter in part.dead] for parts in (mixed, in_order))
    assert [(one.raw.offset, one.inner, one.reason) for one in letters] == [
        (one.raw.offset, one.inner, one.reason) for one in expected
    ]
    assert total_of(mixed) == total_of(in_order)


@given(values=st.lists(st.sampled_from(VALUES), min_size=1, max_size=20), size=st.integers(1, 6_000))
def test_a_part_holds_what_comes_of_the_offsets_up_to_its_end_and_of_no_others(values: list[str], size: int) -> None:
    chunk = chunk_in(True, values)
    begin = 0
    for part in parts_of(Pipeline(Settings(flow=Flow(part_bytes=size), processors=())), chunk):
        offsets = {raw.offset for raw in part.origins} | {letter.raw.offset for letter in part.dead}
        assert offsets == set(range(begin, part.complete_through + 1))
        assert offsets
        assert part.counts.enriched + part.counts.dead - part.counts.split == len(offsets)
        begin = part.complete_through + 1
    assert begin == chunk.end


@pytest.mark.parametrize(
    ("values", "mixed"),
    [
        (VALUES[:5], True),
        (VALUES[:1] * 20, False),
        (VALUES[:1] * 19 + ["one other"], False),
        (VALUES[:1] * 17 + ["some", "others", "too"], True),
        ([""], False),
    ],
)
def test_the_order_of_the_next_chunk_follows_from_the_dialects_of_this_one(values: list[str], mixed: bool) -> None:
    chunk = chunk_in(not mixed, values)
    parts_of(Pipeline(Settings()), chunk)
    assert chunk.state.mixed is mixed


def test_many_values_that_open_to_much_are_not_all_opened_for_one_part() -> None:
    opened = base64.b64encode(gzip.compress(b"x" * 100_000)).decode()
    event = f'{{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"{opened}"}}'
    chunk = chunk_in(True, [event] * 20)

    parts = parts_of(Pipeline(Settings(flow=Flow(part_bytes=250_000), processors=())), chunk)

    assert [len(part.values) for part in parts] == [4, 3, 3, 3, 3, 3, 1]


def test_what_was_kept_of_a_chunk_that_was_given_up_is_forgotten() -> None:
    pipeline, chunk = (
        Pipeline(Settings(flow=Flow(part_bytes=1), processors=())),
        chunk_in(True, ["zz", "yy", "one", VALUES[5]]),
    )
    pipeline.prepare(chunk)
    assert pipeline.finish(chunk, {}).more
    assert chunk.state.ahead.kept.values

    again = Chunk("raw-logs", 0, chunk.records[:1], 1, chunk.state)
    assert [len(part.values) for part in parts_of(pipeline, again)] == [1]
