"""Severity words of many loggers as OpenTelemetry numbers."""

from __future__ import annotations

import pytest

from streams.values.severity import GENERAL, read, vocabulary

WORDS = [
    ("TRACE", 1), ("trace", 1), ("finest", 1), ("silly", 1),
    ("DEBUG", 5), ("dbug", 5), ("Verbose", 5), ("FINER", 5), ("FINE", 6), ("CONFIG", 7),
    ("INFO", 9), ("Info", 9), ("Information", 9), ("informational", 9),
    ("notice", 10), ("NOTICE", 10),
    ("WARN", 13), ("warning", 13), ("Warning", 13), ("W", 13),
    ("ERROR", 17), ("err", 17), ("eror", 17), ("SEVERE", 17),
    ("dpanic", 18), ("alert", 19),
    ("FATAL", 21), ("critical", 21), ("CRIT", 21), ("emerg", 21), ("Emergency", 21), ("panic", 22),
]  # fmt: skip


@pytest.mark.parametrize(("word", "number"), WORDS)
def test_a_word_has_its_number_and_stays_as_written(word: str, number: int) -> None:
    assert read(word) == (number, word)


@pytest.mark.parametrize(
    ("written", "text", "number"),
    [
        (" INFO ", "INFO", 9),
        ("\x1b[33mWARN\x1b[0m", "WARN", 13),
        ("\x1b[1;31m ERROR\x1b[0m ", "ERROR", 17),
        ("wARN", "wARN", 13),
        ("INFO+2", "INFO+2", 11),
        ("DEBUG-4", "DEBUG-4", 1),
        ("ERROR+12", "ERROR+12", 24),
        ("DEBUG-99", "DEBUG-99", 1),
    ],
)
def test_dress_and_steps_are_understood(written: str, text: str, number: int) -> None:
    assert read(written) == (number, text)


@pytest.mark.parametrize("word", ["", "   ", "loud", "30", "ok+1", "INFO+", "INFO+1234"])
def test_an_unknown_word_is_unspecified_and_kept(word: str) -> None:
    assert read(word) == (0, word.strip() or None)


def test_a_dialect_may_mean_something_else() -> None:
    syslog = vocabulary((18, "critical"), base=GENERAL)
    assert (read("CRITICAL", syslog).number, read("critical").number) == (18, 21)
    assert read("info", syslog).number == 9
