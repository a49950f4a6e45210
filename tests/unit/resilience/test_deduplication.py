"""The filter of replays: against a set that remembers every id, for replays from any point in any split."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import RejectedRecord
from streams.resilience.deduplication import Deduplication, advanced, batch_of, part_of
from streams.sinks.base import Item, Marks
from streams.testing.items import make_items


def named(event_id: str) -> Item:
    return Item(0, None, b"", event_id, {})


@pytest.mark.parametrize(
    ("stored", "event_id", "new"),
    [
        pytest.param({}, "raw-0-0", True, id="nothing was stored"),
        pytest.param({("raw", 0): (9, -1)}, "raw-0-9", False, id="the last that was"),
        pytest.param({("raw", 0): (9, -1)}, "raw-0-10", True, id="numbers, not text"),
        pytest.param({("raw", 0): (10, -1)}, "raw-0-9", False, id="below it"),
        pytest.param({("raw", 0): (9, -1)}, "raw-1-3", True, id="another partition"),
        pytest.param({("raw", 0): (9, -1)}, "raw@2-0-3", True, id="another epoch"),
        pytest.param({("raw-0", 1): (9, -1)}, "raw-0-1-3", False, id="names have hyphens"),
        pytest.param({("raw", 0): (9, 9)}, "raw-0-9.10", True, id="numbers inside a message, too"),
        pytest.param({("raw", 0): (9, 10)}, "raw-0-9.9", False, id="and below it"),
        pytest.param({("raw", 0): (9, -1)}, "raw-0-9.0", True, id="a message that held several came alone before"),
    ],
)
def test_what_is_above_its_mark_is_new(stored: Marks, event_id: str, new: bool) -> None:
    assert Deduplication(stored).is_new(named(event_id)) is new


@pytest.mark.parametrize("event_id", ["", "raw", "raw-1", "-0-1", "raw-0-x", "raw-0-1.x", "raw-a-1"])
def test_what_does_not_say_where_it_comes_from_is_rejected(event_id: str) -> None:
    with pytest.raises(RejectedRecord, match="names no topic") as caught:
        Deduplication({}).is_new(named(event_id))
    assert caught.value.reason == "sink.rejected"


ITEMS = [
    one for source in ("raw", "raw@2") for number in (0, 1) for one in make_items(30, source=source, partition=number)
]


@st.composite
def logs(draw: st.DrawFn) -> list[Item]:
    """What a partition of `enriched` holds: a mix of raw partitions, each of which goes back now and then."""
    sources = [ITEMS[start : start + 30] for start in range(0, len(ITEMS), 30)]
    ends = [0] * len(sources)
    log: list[Item] = []
    for which, back, length in draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12), st.integers(1, 12)))):
        start = max(0, ends[which] - back)
        part = sources[which][start : start + length]
        ends[which] = max(ends[which], start + len(part))
        log += part
    return log


@given(logs(), st.data())
def test_every_record_passes_once_whatever_is_replayed_and_wherever_a_reader_begins_anew(
    log: list[Item], data: st.DataObject
) -> None:
    marks: Marks = {}
    known: set[str] = set()
    position = 0
    for _ in range(data.draw(st.integers(1, 4))):
        reader, pending = Deduplication(marks), Deduplication(marks)
        end = data.draw(st.integers(position, len(log)))
        passed = [one for one in log[:end] if reader.is_new(one)]
        assert [one.event_id for one in passed] == _unknown(log[:end], known)
        stored = passed[: data.draw(st.integers(0, len(passed)))]
        marks = advanced(marks, stored)
        known |= {one.event_id for one in stored}
        assert all(not Deduplication(marks).is_new(one) for one in stored)
        assert all(pending.is_new(one) for one in passed)


def _unknown(log: Sequence[Item], known: set[str]) -> list[str]:
    return list(dict.fromkeys(one.event_id for one in log if one.event_id not in known))


@given(st.integers(0, 30), st.integers(0, 30))
def test_a_part_of_a_batch_has_the_marks_of_where_it_ends(first: int, second: int) -> None:
    start, end = sorted((first, second))
    before: Marks = {("raw", 7): (1, -1), ("raw", 0): (-1, -1)}
    items = ITEMS[:30]
    part = part_of(batch_of("enriched", 3, items, before), items[start:end], end)
    assert (part.topic, part.partition, part.items) == ("enriched", 3, items[start:end])
    filtered = Deduplication(part.marks)
    assert [filtered.is_new(one) for one in items] == [False] * end + [True] * (30 - end)
    assert part.marks["raw", 7] == (1, -1)
