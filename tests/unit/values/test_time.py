"""Every written form of a point in time, to the nanosecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.values.instants import FIRST, LAST, render
from streams.values.json import WrittenFloat
from streams.values.time import read_epoch, read_time, utc_text

OBSERVED = "2026-11-21T10:00:00.000000000Z"

NO_ZONE = ("timestamp.no_zone",)
NO_YEAR = ("timestamp.year_inferred", "timestamp.no_zone")
LEAP = ("timestamp.leap_second",)

FORMS: list[tuple[Any, str, tuple[str, ...]]] = [
    # RFC 3339
    ("2026-11-20T12:00:00Z", "2026-11-20T12:00:00.000000000Z", ()),
    ("2026-11-20t12:00:00z", "2026-11-20T12:00:00.000000000Z", ()),
    ("2026-11-20T12:00:00.1Z", "2026-11-20T12:00:00.100000000Z", ()),
    ("2026-11-20T12:00:00.123Z", "2026-11-20T12:00:00.123000000Z", ()),
    ("2026-11-20T12:00:00.1234567Z", "2026-11-20T12:00:00.123456700Z", ()),
    ("2026-11-20T12:00:00.123456789Z", "2026-11-20T12:00:00.123456789Z", ()),
    ("2026-11-20T12:00:00.123456789999Z", "2026-11-20T12:00:00.123456789Z", ()),
    ("2026-11-20 12:00:00.123Z", "2026-11-20T12:00:00.123000000Z", ()),
    ("2026-11-20T12:00:00+05:30", "2026-11-20T06:30:00.000000000Z", ()),
    ("2026-11-20T12:00:00-0700", "2026-11-20T19:00:00.000000000Z", ()),
    ("2026-11-20T12:00:00+01", "2026-11-20T11:00:00.000000000Z", ()),
    ("2026-11-20T00:30:00.5+01:00", "2026-11-19T23:30:00.500000000Z", ()),
    ("2026-11-20T12:00Z", "2026-11-20T12:00:00.000000000Z", ()),
    ("  2026-11-20T12:00:00Z  ", "2026-11-20T12:00:00.000000000Z", ()),
    # its relatives
    ("2026-11-20T12:00:00", "2026-11-20T12:00:00.000000000Z", NO_ZONE),
    ("2026-11-20 12:00:00,123", "2026-11-20T12:00:00.123000000Z", NO_ZONE),
    ("2026/11/20 12:00:00", "2026-11-20T12:00:00.000000000Z", NO_ZONE),
    ("17/06/09 20:10:40", "2017-06-09T20:10:40.000000000Z", NO_ZONE),
    ("98/06/09 20:10:40", "1998-06-09T20:10:40.000000000Z", NO_ZONE),
    ("20261120T120000Z", "2026-11-20T12:00:00.000000000Z", ()),
    ("20261120T120000.25+0100", "2026-11-20T11:00:00.250000000Z", ()),
    ("2024-03-10 14:13:06.719 +0100 CET m=+0.012", "2024-03-10T13:13:06.719000000Z", ()),
    ("2024-03-10T14:13:06+01:00[Europe/Berlin]", "2024-03-10T13:13:06.000000000Z", ()),
    ("2024-07-10T14:13:06 Europe/Berlin", "2024-07-10T12:13:06.000000000Z", ()),
    ("2024-03-10 14:13:06 PST", "2024-03-10T22:13:06.000000000Z", ()),
    ("2024-03-10 14:13:06 JST", "2024-03-10T05:13:06.000000000Z", ()),
    ("2024-03-10 14:13:06 GMT+02:00", "2024-03-10T12:13:06.000000000Z", ()),
    ("2024-03-10 14:13:06 XYZ", "2024-03-10T14:13:06.000000000Z", NO_ZONE),
    # access logs, mail, ctime, Java, syslog
    ("10/Mar/2024:14:13:06 +0530", "2024-03-10T08:43:06.000000000Z", ()),
    ("10 Mar 2024 14:13:06.123", "2024-03-10T14:13:06.123000000Z", NO_ZONE),
    ("28 Oct 10:11:51", "2026-10-28T10:11:51.000000000Z", NO_YEAR),
    ("Sun, 10 Mar 2024 14:13:06 GMT", "2024-03-10T14:13:06.000000000Z", ()),
    ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000000000Z", ()),
    ("Sun Mar 10 14:13:06.123456 2024", "2024-03-10T14:13:06.123456000Z", NO_ZONE),
    ("Sun Mar  3 14:13:06 UTC 2024", "2024-03-03T14:13:06.000000000Z", ()),
    ("Mar 10, 2024 2:13:06 PM", "2024-03-10T14:13:06.000000000Z", NO_ZONE),
    ("Mar 10, 2024 12:13:06 AM", "2024-03-10T00:13:06.000000000Z", NO_ZONE),
    ("2024 Mar 10 14:13:06", "2024-03-10T14:13:06.000000000Z", NO_ZONE),
    ("Nov 20 12:00:00", "2026-11-20T12:00:00.000000000Z", NO_YEAR),
    ("Dec 31 23:59:59", "2026-12-31T23:59:59.000000000Z", NO_YEAR),
    ("Mar  1 00:00:00", "2027-03-01T00:00:00.000000000Z", NO_YEAR),
    ("Feb 29 01:00:00", "2028-02-29T01:00:00.000000000Z", NO_YEAR),
    # leap seconds
    ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999999Z", LEAP),
    ("2016-12-31T23:59:60.25Z", "2016-12-31T23:59:59.999999999Z", LEAP),
    # numbers since 1970: unit by magnitude, as numbers and as text
    (1761019822, "2025-10-21T04:10:22.000000000Z", ()),
    (1761019822315, "2025-10-21T04:10:22.315000000Z", ()),
    (1761019822315275, "2025-10-21T04:10:22.315275000Z", ()),
    (1761019822315275799, "2025-10-21T04:10:22.315275799Z", ()),
    ("1761019822315275799", "2025-10-21T04:10:22.315275799Z", ()),
    (1761019822.3152757, "2025-10-21T04:10:22.315275700Z", ()),
    ("1761019822.315275712", "2025-10-21T04:10:22.315275712Z", ()),
    (WrittenFloat("1761019822.315275712"), "2025-10-21T04:10:22.315275712Z", ()),
    (1761019822315.25, "2025-10-21T04:10:22.315250000Z", ()),
    ("1.761019822e9", "2025-10-21T04:10:22.000000000Z", ()),
    (1.761019822315e12, "2025-10-21T04:10:22.315000000Z", ()),
    # the edges of what a record may carry
    ("1990-01-01T00:00:00Z", "1990-01-01T00:00:00.000000000Z", ()),
    ("2261-12-31T23:59:59.999999999Z", "2261-12-31T23:59:59.999999999Z", ()),
]


@pytest.mark.parametrize(("written", "expected", "flags"), FORMS, ids=[str(form[0]) for form in FORMS])
def test_a_written_time_becomes_utc_with_nine_digits(written: Any, expected: str, flags: tuple[str, ...]) -> None:
    assert read_time(written, UTC, OBSERVED) == (expected, flags)


@pytest.mark.parametrize("written", [None, ""])
def test_no_time_is_missing(written: Any) -> None:
    assert read_time(written, UTC, OBSERVED) == (None, ("timestamp.missing",))


@pytest.mark.parametrize(
    "written",
    [
        "14:13:06",
        "yesterday",
        "2026-02-29T12:00:00Z",
        "2026-13-01T12:00:00Z",
        "2026-11-20T24:00:00Z",
        "2026-11-20T12:60:00Z",
        "2026-11-20T12:00:61Z",
        "2026-11-20T12:00:00.Z",
        "2026-11-20T12:00:00.12x3Z",
        "\u0662\u0660\u0662\u0666-11-20T12:00:00Z",
        "2026-11-20T12:00:00.\u0661\u0662\u0663Z",
        "Mar 10, 2024 14:13:06 PM",
        "Feb 30 12:00:00",
        "-",
        True,
        False,
        {"seconds": 1},
        [1761019822],
        "1e99",
        "9" * 60,
        "2026-11-20T12:00:00Z" * 20,
        float("nan"),
        float("inf"),
    ],
)
def test_what_is_no_time_is_unparsable_or_out_of_range(written: Any) -> None:
    time = read_time(written, UTC, OBSERVED)
    assert time.text is None
    assert time.flags in {("timestamp.unparsable",), ("timestamp.out_of_range",)}


@pytest.mark.parametrize(
    "written",
    ["1989-12-31T23:59:59.999999999Z", "2262-01-01T00:00:00Z", "0001-01-01T00:00:00Z", 0, 5, -1761019822, 10**19],
)
def test_years_outside_1990_to_2261_are_out_of_range(written: Any) -> None:
    assert read_time(written, UTC, OBSERVED) == (None, ("timestamp.out_of_range",))


def test_an_offset_may_carry_a_time_over_the_edge() -> None:
    assert read_time("2261-12-31T23:30:00-01:00", UTC, OBSERVED).flags == ("timestamp.out_of_range",)
    assert read_time("1990-01-01T00:30:00+01:00", UTC, OBSERVED).flags == ("timestamp.out_of_range",)


def test_the_configured_zone_is_for_times_that_name_none() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert read_time("2026-07-01 12:00:00", berlin, OBSERVED) == ("2026-07-01T10:00:00.000000000Z", NO_ZONE)
    assert read_time("2026-12-01 12:00:00", berlin, OBSERVED) == ("2026-12-01T11:00:00.000000000Z", NO_ZONE)
    assert read_time("2026-12-01 12:00:00Z", berlin, OBSERVED) == ("2026-12-01T12:00:00.000000000Z", ())


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ("2026-01-01T00:00:00.000000000Z", "2025-12-31T23:00:00.000000000Z"),
        ("2026-06-30T00:00:00.000000000Z", "2025-12-31T23:00:00.000000000Z"),
        ("2026-07-15T00:00:00.000000000Z", "2026-12-31T23:00:00.000000000Z"),
        ("1990-01-05T00:00:00.000000000Z", None),
    ],
)
def test_a_missing_year_is_the_one_nearest_to_the_observed_time(observed: str, expected: str | None) -> None:
    assert read_time("Dec 31 23:00:00", UTC, observed).text == expected


def test_a_tie_between_years_goes_to_the_past() -> None:
    halfway = "2026-07-02T12:00:00.000000000Z"
    assert read_time("Jan  1 00:00:00", UTC, halfway).text == "2026-01-01T00:00:00.000000000Z"


@pytest.mark.parametrize(
    ("unit", "expected"),
    [(10**9, "2001-09-09T01:46:40.000000000Z"), (10**6, None), (None, "2001-09-09T01:46:40.000000000Z")],
)
def test_a_declared_unit_wins_over_magnitude(unit: int | None, expected: str | None) -> None:
    assert read_epoch("1000000000", unit).text == expected


@given(st.integers(FIRST, LAST))
def test_what_is_rendered_is_read_back_exactly(instant: int) -> None:
    text = render(instant)
    assert utc_text(text) == text
    assert read_epoch(str(instant), 1).text == text


@given(st.integers(FIRST, LAST), st.integers(0, 9))
def test_rendering_agrees_with_the_standard_library(instant: int, digits: int) -> None:
    text = render(instant)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant // 1000)
    assert text[:26] == moment.strftime("%Y-%m-%dT%H:%M:%S.%f")
    assert int(text[20:29]) == instant % 10**9
    written = f"{text[:20]}{text[20 : 20 + digits]}Z" if digits else f"{text[:19]}Z"
    assert utc_text(written) == f"{text[:20]}{text[20 : 20 + digits].ljust(9, '0')}Z"


@given(st.text(max_size=60))
def test_any_text_gives_a_time_or_a_reason(text: str) -> None:
    time = read_time(text, UTC, OBSERVED)
    assert (time.text is None) == bool(
        {"timestamp.missing", "timestamp.unparsable", "timestamp.out_of_range"} & {*time.flags}
    )
