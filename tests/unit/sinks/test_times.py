"""Times of records as numbers and days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sinks.times import day_of, nanoseconds
from streams.values.instants import FIRST, LAST, render


@given(st.integers(FIRST, LAST))
def test_what_a_record_writes_is_read_to_the_nanosecond(instant: int) -> None:
    assert nanoseconds(render(instant)) == instant
    assert day_of(render(instant)) == (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=instant // 10**9)).date()


def test_a_leap_day_is_one() -> None:
    assert day_of("2028-02-29T23:59:59.999999999Z") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-01T12:00:00Z",
        "2026-02-30T12:00:00.000000000Z",
        "2026-03-01T12:00:00.00000000xZ",
        "2026-03-01T25:00:00.000000000Z",
        "1969-12-31T23:59:59.999999999Z",
        "2262-04-12T00:00:00.000000000Z",
    ],
)
def test_what_no_record_writes_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the standard library's
        nanoseconds(text)
