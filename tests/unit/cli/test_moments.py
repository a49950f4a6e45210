"""Times and durations as people type them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.cli.moments import moment_of, seconds_of

NOW = datetime(2026, 11, 21, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1h", "2026-11-21T11:00:00.250000000Z"),
        ("90s", "2026-11-21T11:58:30.250000000Z"),
        ("2d", "2026-11-19T12:00:00.250000000Z"),
        ("1w", "2026-11-14T12:00:00.250000000Z"),
        ("2026-11-20", "2026-11-20T00:00:00.000000000Z"),
        ("2026-11-20T10:30", "2026-11-20T10:30:00.000000000Z"),
        ("2026-11-20T10:30:00.123456Z", "2026-11-20T10:30:00.123456000Z"),
        ("2026-11-20T10:30:00+02:00", "2026-11-20T08:30:00.000000000Z"),
    ],
)
def test_a_moment_is_a_time_or_how_long_ago(text: str, moment: str) -> None:
    assert moment_of(text, NOW) == moment


@pytest.mark.parametrize(
    "text", ["", "h", "1x", "-1h", "1.5h", "yesterday", "2026-13-01", "1980-01-01", "999999w", "1h "]
)
def test_what_is_no_moment_says_what_would_be(text: str) -> None:
    with pytest.raises(ValueError, match=r"no time as 2026-11-20T12:00Z|not within the years"):
        moment_of(text, NOW)


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "5M", "1h30m"])
def test_what_is_no_duration_says_what_would_be(text: str) -> None:
    with pytest.raises(ValueError, match="no duration as 90s"):
        seconds_of(text)
