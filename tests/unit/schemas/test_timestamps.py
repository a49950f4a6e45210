"""The one form of a point in time, checked against the standard library's calendar."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.timestamps import FIRST_YEAR, LAST_YEAR, Timestamp

ADAPTER = TypeAdapter(Timestamp)


def accepts(text: str) -> bool:
    try:
        ADAPTER.validate_python(text)
    except ValidationError:
        return False
    return True


def is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("year", [*range(FIRST_YEAR, LAST_YEAR + 1)])
def test_accepts_exactly_the_days_of_the_calendar(year: int) -> None:
    possible = [(month, day) for month in range(14) for day in range(33)]

    accepted = [at for at in possible if accepts(f"{year}-{at[0]:02}-{at[1]:02}T00:00:00.000000000Z")]

    assert accepted == [at for at in possible if is_date(year, *at)]


@pytest.mark.parametrize("time", ["00:00:00.000000000", "23:59:59.999999999", "09:10:20.123456789"])
def test_accepts_every_time_of_day(time: str) -> None:
    assert accepts(f"2026-03-01T{time}Z")


@pytest.mark.parametrize(
    "text",
    [
        "1989-12-31T23:59:59.999999999Z",
        "2262-01-01T00:00:00.000000000Z",
        "2026-03-01T24:00:00.000000000Z",
        "2026-03-01T23:60:00.000000000Z",
        "2026-03-01T23:59:60.000000000Z",
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00.123Z",
        "2026-03-01T12:00:00.1234567890Z",
        "2026-03-01T12:00:00.123456789+00:00",
        "2026-03-01T12:00:00.123456789z",
        "2026-03-01 12:00:00.123456789Z",
        "2026-03-01T12:00:00,123456789Z",
        "2026-03-01T12:00:00.123456789Z\n",
        " 2026-03-01T12:00:00.123456789Z",
        "٢٠٢٦-03-01T12:00:00.123456789Z",
        "",
    ],
)
def test_refuses_every_other_form(text: str) -> None:
    assert not accepts(text)
