"""Every written form of a point in time, to the nanosecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.values.epochs import epoch_nanoseconds
from streams.values.instants import FIRST, LAST, render
from streams.values.json import WrittenFloat
from streams.values.time import UNPARSABLE, Time, read_epoch, read_seconds, read_time, utc_text

OBSERVED = "2026-11-21T10:00:00.000000000Z"

NO_ZONE = ("timestamp.no_zone",)
OUT_OF_RANGE = ("timestamp.out_of_range",)
NO_YEAR = ("timestamp.year_inferred", "timestamp.no_zone")
LEAP = ("timestamp.leap_second",)

FORMS: list[tuple[Any, str | None, tuple[str, ...]]] = [
    # RFC 3339, with 0 to 9 digits and more
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
    ("2026-11-20T12:00:00.1234567+01:00", "2026-11-20T11:00:00.123456700Z", ()),
    ("2026-11-20T12:00:00.123456789-00:00", "2026-11-20T12:00:00.123456789Z", ()),
    ("2026-11-20T12:00Z", "2026-11-20T12:00:00.000000000Z", ()),
    ("  2026-11-20T12:00:00Z  ", "2026-11-20T12:00:00.000000000Z", ()),
    # its relatives
    ("2026-11-20T12:00:00", "2026-11-20T12:00:00.000000000Z", NO_ZONE),
    ("2026-11-20 12:00:00,123", "2026-11-20T12:00:00.123000000Z", NO_ZONE),
    ("2026-11-20 12:00:00,123+0100", "2026-11-20T11:00:00.123000000Z", ()),
    ("2026-11-20 12:00:00:123", "2026-11-20T12:00:00.123000000Z", NO_ZONE),
    ("2026/11/20 12:00:00", "2026-11-20T12:00:00.000000000Z", NO_ZONE),
    ("2026/11/20 12:00:00.123456", "2026-11-20T12:00:00.123456000Z", NO_ZONE),
    ("2026.11.20 12:00:00", "2026-11-20T12:00:00.000000000Z", NO_ZONE),
    ("17/06/09 20:10:40", "2017-06-09T20:10:40.000000000Z", NO_ZONE),
    ("98/06/09 20:10:40", "1998-06-09T20:10:40.000000000Z", NO_ZONE),
    ("Sun 2024-03-10 14:13:06 UTC", "2024-03-10T14:13:06.000000000Z", ()),
    ("[2024-03-10 14:13:06.719]", "2024-03-10T14:13:06.719000000Z", NO_ZONE),
    # ISO 8601 basic
    ("20261120T120000Z", "2026-11-20T12:00:00.000000000Z", ()),
    ("20261120T120000.25+0100", "2026-11-20T11:00:00.250000000Z", ()),
    ("20261120T120000", "2026-11-20T12:00:00.000000000Z", NO_ZONE),
    # Go's time.String(), Java's ZonedDateTime, JavaScript's Date.toString()
    ("2009-11-10 23:00:00 +0000 UTC m=+0.000000001", "2009-11-10T23:00:00.000000000Z", ()),
    ("2024-03-10 14:13:06.719123456 +0100 CET m=+0.012345", "2024-03-10T13:13:06.719123456Z", ()),
    ("2024-03-10 14:13:06.7 -0300 -03", "2024-03-10T17:13:06.700000000Z", ()),
    ("2024-03-10 14:13:06 +0530 +0530 m=+12.5", "2024-03-10T08:43:06.000000000Z", ()),
    ("2024-03-10T14:13:06+01:00[Europe/Berlin]", "2024-03-10T13:13:06.000000000Z", ()),
    ("2024-03-10T14:13:06.719Z[UTC]", "2024-03-10T14:13:06.719000000Z", ()),
    ("Sun Mar 10 2024 14:13:06 GMT+0100 (Central European Time)", "2024-03-10T13:13:06.000000000Z", ()),
    # zones by name
    ("2024-07-10T14:13:06 Europe/Berlin", "2024-07-10T12:13:06.000000000Z", ()),
    ("2024-01-10T14:13:06 America/Argentina/Buenos_Aires", "2024-01-10T17:13:06.000000000Z", ()),
    ("2024-03-10 14:13:06 GMT+02:00", "2024-03-10T12:13:06.000000000Z", ()),
    ("2024-03-10 14:13:06 UTC-3", "2024-03-10T17:13:06.000000000Z", ()),
    ("2024-03-10 14:13:06 XYZ", "2024-03-10T14:13:06.000000000Z", NO_ZONE),
    ("2024-03-10 14:13:06 Atlantis/Capital", "2024-03-10T14:13:06.000000000Z", NO_ZONE),
    # access logs, mail, PHP
    ("10/Mar/2024:14:13:06 +0530", "2024-03-10T08:43:06.000000000Z", ()),
    ("[10/Oct/2000:13:55:36 -0700]", "2000-10-10T20:55:36.000000000Z", ()),
    ("Sun, 10 Mar 2024 14:13:06 GMT", "2024-03-10T14:13:06.000000000Z", ()),
    ("Sun, 10 Mar 2024 14:13:06 +0000 (UTC)", "2024-03-10T14:13:06.000000000Z", ()),
    ("Sun, 10 Mar 69 14:13:06 GMT", None, OUT_OF_RANGE),
    ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000000000Z", ()),
    ("Wednesday, 06-Nov-68 08:49:37 GMT", "2068-11-06T08:49:37.000000000Z", ()),
    ("10-Mar-2024 14:13:06 Europe/Berlin", "2024-03-10T13:13:06.000000000Z", ()),
    # ctime, date(1), Apache's error log, java.util.logging
    ("Sun Mar 10 14:13:06 2024", "2024-03-10T14:13:06.000000000Z", NO_ZONE),
    ("[Wed Oct 11 14:32:52.123456 2000]", "2000-10-11T14:32:52.123456000Z", NO_ZONE),
    ("Sun Mar  3 14:13:06 UTC 2024", "2024-03-03T14:13:06.000000000Z", ()),
    ("Mar 10, 2024 2:13:06 PM", "2024-03-10T14:13:06.000000000Z", NO_ZONE),
    ("Mar 10, 2024, 2:13:06\u202fPM", "2024-03-10T14:13:06.000000000Z", NO_ZONE),
    ("Mar 10, 2024 12:13:06 AM", "2024-03-10T00:13:06.000000000Z", NO_ZONE),
    # databases: PostgreSQL, MySQL before 5.7, Redis; IIS's date and time
    ("2024-03-10 14:13:06.719 UTC", "2024-03-10T14:13:06.719000000Z", ()),
    ("2024-03-10 14:13:06.719 CET", "2024-03-10T13:13:06.719000000Z", ()),
    ("240310 14:13:06", "2024-03-10T14:13:06.000000000Z", NO_ZONE),
    ("240310  4:13:06", "2024-03-10T04:13:06.000000000Z", NO_ZONE),
    ("10 Mar 2024 14:13:06.123", "2024-03-10T14:13:06.123000000Z", NO_ZONE),
    ("10 Mar 14:13:06.123", "2027-03-10T14:13:06.123000000Z", NO_YEAR),
    ("10 Mar 14:13:06", "2027-03-10T14:13:06.000000000Z", NO_YEAR),
    ("2024-03-10 14:13:06", "2024-03-10T14:13:06.000000000Z", NO_ZONE),
    # syslog, with a year and without
    ("Mar 10 2024 14:13:06", "2024-03-10T14:13:06.000000000Z", NO_ZONE),
    ("Mar 10 2024 14:13:06.719 CET", "2024-03-10T13:13:06.719000000Z", ()),
    ("2024 Mar 10 14:13:06", "2024-03-10T14:13:06.000000000Z", NO_ZONE),
    ("Mar 10 14:13:06 UTC", "2027-03-10T14:13:06.000000000Z", ("timestamp.year_inferred",)),
    ("Nov 20 12:00:00", "2026-11-20T12:00:00.000000000Z", NO_YEAR),
    ("Nov 20 12:00:00.123456", "2026-11-20T12:00:00.123456000Z", NO_YEAR),
    ("Dec 31 23:59:59", "2026-12-31T23:59:59.000000000Z", NO_YEAR),
    ("Mar  1 00:00:00", "2027-03-01T00:00:00.000000000Z", NO_YEAR),
    ("Feb 29 01:00:00", "2028-02-29T01:00:00.000000000Z", NO_YEAR),
    # klog and glog
    ("1120 15:04:05.000123", "2026-11-20T15:04:05.000123000Z", NO_YEAR),
    ("20240310 14:13:06.719123", "2024-03-10T14:13:06.719123000Z", NO_ZONE),
    # leap seconds
    ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999999Z", LEAP),
    ("2016-12-31T23:59:60.25Z", "2016-12-31T23:59:59.999999999Z", LEAP),
    ("2017-01-01T00:59:60+01:00", "2016-12-31T23:59:59.999999999Z", LEAP),
    # numbers since 1970: unit by magnitude, as numbers and as text, with exponents
    (1761019822, "2025-10-21T04:10:22.000000000Z", ()),
    (1761019822315, "2025-10-21T04:10:22.315000000Z", ()),
    (1761019822315275, "2025-10-21T04:10:22.315275000Z", ()),
    (1761019822315275799, "2025-10-21T04:10:22.315275799Z", ()),
    ("1761019822", "2025-10-21T04:10:22.000000000Z", ()),
    ("1761019822315", "2025-10-21T04:10:22.315000000Z", ()),
    ("1761019822315275799", "2025-10-21T04:10:22.315275799Z", ()),
    (" +1761019822.5 ", "2025-10-21T04:10:22.500000000Z", ()),
    (1761019822.3152757, "2025-10-21T04:10:22.315275700Z", ()),
    ("1761019822.315275712", "2025-10-21T04:10:22.315275712Z", ()),
    ("1761019822.31527571299", "2025-10-21T04:10:22.315275712Z", ()),
    (WrittenFloat("1761019822.315275712"), "2025-10-21T04:10:22.315275712Z", ()),
    (1761019822315.25, "2025-10-21T04:10:22.315250000Z", ()),
    ("1.761019822e9", "2025-10-21T04:10:22.000000000Z", ()),
    ("1.7610198223152757E+09", "2025-10-21T04:10:22.315275700Z", ()),
    (1.761019822315e12, "2025-10-21T04:10:22.315000000Z", ()),
    ("17610198223152757e-7", "2025-10-21T04:10:22.315275700Z", ()),
    (99_999_999_999, None, OUT_OF_RANGE),
    (631_152_000_000, "1990-01-01T00:00:00.000000000Z", ()),
    (99_999_999_999_999, None, OUT_OF_RANGE),
    (631_152_000_000_000, "1990-01-01T00:00:00.000000000Z", ()),
    (631_152_000_000_000_000, "1990-01-01T00:00:00.000000000Z", ()),
    # the edges of what a record may carry
    ("1990-01-01T00:00:00Z", "1990-01-01T00:00:00.000000000Z", ()),
    ("2261-12-31T23:59:59.999999999Z", "2261-12-31T23:59:59.999999999Z", ()),
    ("1989-12-31T23:30:00-01:00", "1990-01-01T00:30:00.000000000Z", ()),
]


@pytest.mark.parametrize(("written", "expected", "flags"), FORMS, ids=[str(form[0]) for form in FORMS])
def test_a_written_time_becomes_utc_with_nine_digits(
    written: Any, expected: str | None, flags: tuple[str, ...]
) -> None:
    assert read_time(written, UTC, OBSERVED) == (expected, flags)


OFFSETS = {
    "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "CET": 1, "CEST": 2, "WET": 0, "WEST": 1, "EET": 2, "EEST": 3, "BST": 1, "JST": 9,
}  # fmt: skip


@pytest.mark.parametrize("zone", OFFSETS)
def test_the_zones_of_the_contract_are_known_by_name(zone: str) -> None:
    expected = datetime(2024, 3, 10, 12, tzinfo=UTC) - timedelta(hours=OFFSETS[zone])
    for written in (f"2024-03-10 12:00:00 {zone}", f"Sun Mar 10 12:00:00 {zone} 2024", f"10 Mar 2024 12:00:00 {zone}"):
        assert read_time(written, UTC, OBSERVED) == (f"{expected:%Y-%m-%dT%H:%M:%S}.000000000Z", ())


def test_of_a_local_time_that_exists_twice_the_first_is_taken() -> None:
    assert read_time("2024-10-27 02:30:00 Europe/Berlin", UTC, OBSERVED).text == "2024-10-27T00:30:00.000000000Z"


@pytest.mark.parametrize("written", [None, ""])
def test_no_time_is_missing(written: Any) -> None:
    assert read_time(written, UTC, OBSERVED) == (None, ("timestamp.missing",))


@pytest.mark.parametrize(
    "written",
    [
        "14:13:06",
        "14:13:06.719",
        "2:13 PM",
        "2024-03-10",
        "yesterday",
        "10 Mar 14",
        "03/10/2024, 2:13:06 PM",
        "1320 15:04:05.000123",
        "2026-11-20T12:00.5Z",
        "[2026-11-20T12:00:00Z",
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
    assert read_time(written, UTC, OBSERVED) == (None, OUT_OF_RANGE)


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


def year_of(written: str, observed: str) -> str:
    return str(read_time(written, UTC, observed).text)[:4]


def test_a_tie_between_years_goes_to_the_past() -> None:
    assert year_of("Jan  1 00:00:00", "2026-07-02T12:00:00.000000000Z") == "2026"
    assert year_of("Jan  1 00:00:00", "2026-07-02T12:00:00.000000001Z") == "2027"


def test_29_february_waits_for_a_leap_year_also_around_2100() -> None:
    assert read_time("Feb 29 00:00:00", UTC, "2098-01-01T00:00:00.000000000Z").text == "2096-02-29T00:00:00.000000000Z"
    assert read_time("Feb 29 00:00:00", UTC, "2102-01-01T00:00:00.000000000Z").text == "2104-02-29T00:00:00.000000000Z"


def test_a_tie_between_29_februaries_goes_to_the_past() -> None:
    assert year_of("Feb 29 00:00:00", "2026-02-28T12:00:00.000000000Z") == "2024"
    assert year_of("Feb 29 00:00:00", "2026-02-28T12:00:00.000000001Z") == "2028"


@pytest.mark.parametrize(
    ("seconds", "beyond", "expected"),
    [
        (1674803032, 752000093, ("2023-01-27T07:03:52.752000093Z", ())),
        ("1674803032", "752000093", ("2023-01-27T07:03:52.752000093Z", ())),
        (1674803032, None, ("2023-01-27T07:03:52.000000000Z", ())),
        (0, 0, (None, OUT_OF_RANGE)),
        (1674803032, 10**9, UNPARSABLE),
        (1674803032, -1, UNPARSABLE),
        (1674803032.5, 0, UNPARSABLE),
        (None, 5, UNPARSABLE),
        (True, 0, UNPARSABLE),
        ("x", 0, UNPARSABLE),
    ],
)
def test_a_time_may_stand_in_two_integers(seconds: Any, beyond: Any, expected: Time) -> None:
    assert read_seconds(seconds, beyond) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1761019822315275, 10**3, "2025-10-21T04:10:22.315275000Z"),
        ("1761019822315275", 10**3, "2025-10-21T04:10:22.315275000Z"),
        (900_000_000_000, 10**6, "1998-07-09T16:00:00.000000000Z"),
        (900_000_000.25, 10**9, "1998-07-09T16:00:00.250000000Z"),
        ("2025-10-21T04:10:22Z", 10**3, "2025-10-21T04:10:22.000000000Z"),
        (1761019822, 10**6, None),
    ],
)
def test_the_unit_that_a_dialect_declares_wins_over_magnitude(value: Any, unit: int, expected: str | None) -> None:
    assert read_time(value, UTC, OBSERVED, unit).text == expected


def test_what_is_remembered_of_a_second_changes_no_other_time() -> None:
    """Neighbours share a second; each still has its own fraction, zone and flags, in any order."""
    berlin = ZoneInfo("Europe/Berlin")
    for _ in range(2):
        assert read_time("2026-07-01 12:00:00,5", UTC, OBSERVED) == ("2026-07-01T12:00:00.500000000Z", NO_ZONE)
        assert read_time("2026-07-01 12:00:00", UTC, OBSERVED) == ("2026-07-01T12:00:00.000000000Z", NO_ZONE)
        assert read_time("2026-07-01 12:00:00,25", berlin, OBSERVED) == ("2026-07-01T10:00:00.250000000Z", NO_ZONE)
        assert read_time("2026-07-01 12:00:00.123456789123 JST", UTC, OBSERVED).text == "2026-07-01T03:00:00.123456789Z"
        assert read_time("2026-07-01 12:00:00.1.2", UTC, OBSERVED).text is None
        assert read_time("2016-12-31 23:59:60,5", UTC, OBSERVED).text == "2016-12-31T23:59:59.999999999Z"
        assert read_time("Nov 20 12:00:00.5", UTC, OBSERVED).text == "2026-11-20T12:00:00.500000000Z"
        assert year_of("Nov 20 12:00:00.5", "2030-11-21T10:00:00.000000000Z") == "2030"


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


@given(
    st.datetimes(datetime(1990, 1, 2), datetime(2261, 12, 30)),  # noqa: DTZ001 - the offset is drawn
    st.integers(-18 * 60, 18 * 60),
    st.integers(0, 9),
    st.integers(0, 10**9 - 1),
    st.sampled_from(
        ["%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y%m%d %H:%M:%S", "%d/%b/%Y:%H:%M:%S", "%b %d %Y %H:%M:%S"]
    ),
)
def test_every_form_agrees_with_the_standard_library(
    local: datetime, offset: int, digits: int, beyond: int, form: str
) -> None:
    local = local.replace(microsecond=0)
    fraction = f"{beyond:09}"[:digits]
    sign = "-" if offset < 0 else "+"
    written = f"{local:{form}}{'.' if digits else ''}{fraction} {sign}{abs(offset) // 60:02}{abs(offset) % 60:02}"
    expected = local - timedelta(minutes=offset)
    assert read_time(written, UTC, OBSERVED) == (f"{expected:%Y-%m-%dT%H:%M:%S}.{fraction:0<9}Z", ())


@given(st.integers(-(10**22), 10**22), st.integers(0, 12), st.sampled_from([1, 10**3, 10**6, 10**9]))
def test_an_epoch_is_multiplied_in_integers(number: int, places: int, unit: int) -> None:
    text = f"{number}e-{places}"
    expected = abs(number) * unit // 10**places * (-1 if number < 0 else 1)
    assert epoch_nanoseconds(text, unit) == expected
    if number >= 0:
        digits = str(number).rjust(places + 1, "0")
        plain = f"{digits[:-places]}.{digits[-places:]}" if places else digits
        assert epoch_nanoseconds(plain, unit) == expected


@given(st.text(max_size=60))
def test_any_text_gives_a_time_or_a_reason(text: str) -> None:
    time = read_time(text, UTC, OBSERVED)
    assert (time.text is None) == bool(
        {"timestamp.missing", "timestamp.unparsable", "timestamp.out_of_range"} & {*time.flags}
    )
