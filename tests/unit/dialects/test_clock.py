"""The clock of text grammars gives what `read_time` gives, to every digit, flag and year."""

from __future__ import annotations

from datetime import UTC, date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.dialects.lines.clock import Clock, month_name
from streams.values.time import read_time
from streams.values.zones import zone_named

OBSERVED = "2026-11-24T12:00:00.000000000Z"
SHARED = Clock(UTC)
"""One for all examples, so that what it remembers of one is put before the others."""

days = st.dates(date(1990, 1, 1), date(2261, 12, 31))
clocks = st.times().map(lambda time: f"{time:%H:%M:%S}")


@given(
    day=days,
    time=clocks,
    fraction=st.none() | st.text("0123456789", min_size=1, max_size=12),
    zone=st.sampled_from([None, "Z", " UTC", "+02:00", " -0730", " CEST", " XYZ"]),
)
def test_a_full_date_is_read_as_ever(day: date, time: str, fraction: str | None, zone: str | None) -> None:
    whole = f"{day} {time}{'.' + fraction if fraction else ''}{zone or ''}"
    assert SHARED.read(f"{day} {time}", fraction, zone, OBSERVED) == read_time(whole, UTC, OBSERVED)


@given(
    day=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    time=clocks,
    seen=st.dates(date(2024, 1, 1), date(2029, 12, 31)),
    hours=st.lists(st.integers(0, 23), min_size=1, max_size=4),
)
def test_a_date_without_a_year_is_read_as_ever_at_every_hour_of_the_day(
    day: date, time: str, seen: date, hours: list[int]
) -> None:
    for hour in hours:
        observed = f"{seen}T{hour:02}:30:00.000000000Z"
        text = f"{day:%b %d} {time}"
        assert SHARED.read(text, None, None, observed) == read_time(text, UTC, observed)


def test_dates_around_half_a_year_are_read_as_ever() -> None:
    clock = Clock(UTC)
    for distance in range(178, 188):
        for hour in (0, 6, 12, 18, 23):
            observed = f"2026-07-02T{hour:02}:00:00.000000000Z"
            text = f"{date(2026, 7, 2) + timedelta(days=distance):%b %d} 12:00:00"
            assert clock.read(text, None, None, observed) == read_time(text, UTC, observed)


@pytest.mark.parametrize("fraction", [None, "5", "123456789"])
def test_a_leap_second_stays_one(fraction: str | None) -> None:
    found = SHARED.read("2016-12-31T23:59:60", fraction, "Z", OBSERVED)
    assert (found.text, found.flags) == ("2016-12-31T23:59:59.999999999Z", ("timestamp.leap_second",))


def test_times_without_a_zone_are_in_the_clocks_own() -> None:
    berlin = Clock(zone_named("Europe/Berlin"))
    assert berlin.read("2026-07-01 12:00:00", "5", None, OBSERVED).text == "2026-07-01T10:00:00.500000000Z"


@pytest.mark.parametrize("second", ["2026-13-01 12:00:00", "12:00:00", "x", "1890-01-01 12:00:00"])
def test_what_is_no_time_or_out_of_range_stays_so(second: str) -> None:
    assert SHARED.read(second, "5", None, OBSERVED) == read_time(second, UTC, OBSERVED)


@pytest.mark.parametrize(("digits", "name"), [("01", "Jan"), ("12", "Dec"), ("00", ""), ("13", ""), ("99", "")])
def test_months_have_names(digits: str, name: str) -> None:
    assert month_name(digits) == name
