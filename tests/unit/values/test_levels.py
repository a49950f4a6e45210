"""Levels written as numbers, which each dialect counts in its own way (data contract, sections 2 and 8b.1)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.values import levels
from streams.values.levels import LevelReader, read_level
from streams.values.severities import SYSLOG

READERS: dict[str, dict[float, int]] = {
    "syslog_level": {0: 21, 1: 19, 2: 18, 3: 17, 4: 13, 5: 10, 6: 9, 7: 5, 8: 0, -1: 0},
    "pino_level": {10: 1, 20: 5, 30: 9, 40: 13, 50: 17, 60: 21, 35: 9, 59: 17, 1000: 21, 5: 1, 0: 1, -1: 0},
    "python_level": {10: 5, 20: 9, 25: 9, 30: 13, 40: 17, 50: 21, 60: 21, 5: 1, 0: 0, -1: 0},
    "logback_level": {5000: 1, 10000: 5, 20000: 9, 30000: 13, 40000: 17, 25000: 9, 0: 0},
    "monolog_level": {100: 5, 200: 9, 250: 10, 300: 13, 400: 17, 500: 18, 550: 19, 600: 21, 30: 0},
    "gcp_level": {0: 0, 100: 5, 200: 9, 300: 10, 400: 13, 500: 17, 600: 21, 700: 22, 800: 24, 250: 9},
    "nextcloud_level": {0: 5, 1: 9, 2: 13, 3: 17, 4: 21, 5: 0},
    "azure_level": {1: 21, 2: 17, 3: 13, 4: 9, 5: 5, 0: 0, 6: 0},
    "windows_level": {1: 18, 2: 17, 3: 13, 4: 9, 5: 5, 0: 0},
    "cef_level": {0: 9, 3: 9, 4: 13, 6: 13, 7: 17, 8: 17, 9: 21, 10: 21, 11: 0, -1: 0, 3.5: 9},
    "slog_level": {-4: 5, 0: 9, 2: 11, 4: 13, 8: 17, 12: 21, 40: 24, -20: 1, 10**9: 0},
}
CASES = [(name, level, number) for name, row in READERS.items() for level, number in row.items()]


@pytest.mark.parametrize(("name", "level", "number"), CASES)
def test_a_level_has_the_number_of_its_dialect(name: str, level: float, number: int) -> None:
    reader: LevelReader = getattr(levels, name)
    assert reader(level) == number


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (4, (13, "4")),
        ("4", (13, "4")),
        (" 4 ", (13, "4")),
        (4.0, (13, "4.0")),
        ("critical", (18, "critical")),
        ("loud", (0, "loud")),
        ("99999999999", (0, "99999999999")),
        ("\u0664", (0, "\u0664")),
        (99, (0, "99")),
        ("", (0, None)),
        (None, (0, None)),
        (True, (0, None)),
        ([4], (0, None)),
    ],
)
def test_a_level_field_holds_a_number_a_number_in_quotes_or_a_word(
    written: Any, expected: tuple[int, str | None]
) -> None:
    assert read_level(written, levels.syslog_level, SYSLOG) == expected


@pytest.mark.parametrize("name", READERS)
@given(st.one_of(st.integers(), st.floats()))
def test_any_number_is_a_level_or_none(name: str, number: float) -> None:
    assert 0 <= getattr(levels, name)(number) <= 24
