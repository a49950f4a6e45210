"""Where records of any time and signal go, and that nobody's clock makes thousands of folders."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.examples import example
from streams.sinks.base import Item
from streams.sinks.parquet.layout import arrange, bounds, hour_of, signal_of

TODAY = date(2026, 3, 10)
WITHIN = bounds(TODAY, past_days=2, future_days=1, folders=3)
OVERFLOW = "day=__HIVE_DEFAULT_PARTITION__/hour=__HIVE_DEFAULT_PARTITION__"


def item(offset: int, observed: Any, signal: Any = "log") -> Item:
    record = example("log_minimal", observed_timestamp=observed, signal=signal)
    return Item(offset, None, b"", f"raw-0-{offset}", record)


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ("2026-03-10T09:59:59.999999999Z", "day=2026-03-10/hour=09"),
        ("2026-03-08T00:00:00.000000000Z", "day=2026-03-08/hour=00"),
        ("2026-03-11T23:00:00.000000000Z", "day=2026-03-11/hour=23"),
        ("2026-03-07T23:59:59.999999999Z", OVERFLOW),
        ("2026-03-12T00:00:00.000000000Z", OVERFLOW),
        ("1990-01-01T00:00:00.000000000Z", OVERFLOW),
        ("2261-12-31T23:59:59.999999999Z", OVERFLOW),
    ],
)
def test_a_record_lies_in_its_hour_if_the_day_is_near(observed: str, expected: str) -> None:
    assert list(arrange([item(0, observed)], WITHIN).folders) == [f"signal=log/{expected}"]


@pytest.mark.parametrize(
    ("observed", "signal"),
    [
        (None, "log"),
        ("../../../etc/x", "log"),
        ("2026-03-10/../T", "log"),
        ([], "log"),
        ("2026-03-10T09:00:00.000000000Z", "../log"),
        ("2026-03-10T09:00:00.000000000Z", ["log"]),
        ("2026-03-10T09:00:00.000000000Z", None),
    ],
)
def test_what_is_no_record_has_no_folder(observed: Any, signal: Any) -> None:
    arranged = arrange([item(0, observed, signal)], WITHIN)

    assert not arranged.folders
    assert [stray.offset for stray in arranged.strays] == [0]


@given(st.lists(st.tuples(st.integers(0, 23), st.sampled_from(["log", "span"])), max_size=60))
def test_a_batch_has_few_folders_and_each_keeps_the_order(hours: list[tuple[int, str]]) -> None:
    items = [item(at, f"2026-03-10T{hour:02}:00:00.000000000Z", signal) for at, (hour, signal) in enumerate(hours)]

    folders = arrange(items, WITHIN).folders

    assert len(folders) <= WITHIN.folders + 2
    assert sorted(one.offset for group in folders.values() for one in group) == list(range(len(items)))
    for group in folders.values():
        assert [one.offset for one in group] == sorted(one.offset for one in group)


def test_the_folders_with_most_records_are_kept() -> None:
    hostile = [item(at, f"2026-03-09T{at:02}:00:00.000000000Z") for at in range(20)]
    honest = [item(20 + at, "2026-03-10T09:00:00.000000000Z") for at in range(2)]

    folders = arrange(hostile + honest, WITHIN).folders

    assert [one.offset for one in folders["signal=log/day=2026-03-10/hour=09"]] == [20, 21]
    assert len(folders[f"signal=log/{OVERFLOW}"]) == 18


def test_a_path_tells_hour_and_signal() -> None:
    hour = hour_of("signal=span/day=2026-03-10/hour=23/1.parquet")

    assert hour is not None
    assert (hour.start, hour.end) == (datetime(2026, 3, 10, 23, tzinfo=UTC), datetime(2026, 3, 11, 0, tzinfo=UTC))
    assert signal_of("signal=span/day=2026-03-10/hour=23/1.parquet") == "span"
    assert hour_of(f"signal=log/{OVERFLOW}/1.parquet") is None
