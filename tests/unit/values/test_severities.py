"""The severity vocabularies, word by word as the data contract lists them (sections 2 and 8b.1)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from streams.values import severities
from streams.values.severities import read_datadog
from streams.values.severity import read

VOCABULARIES: dict[str, str] = {
    "SYSLOG": "emerg 21 alert 19 crit 18 critical 18 err 17 error 17 warning 13 notice 10 info 9 debug 5 panic 21",
    "LOG4J": "TRACE 1 DEBUG 5 INFO 9 WARN 13 ERROR 17 FATAL 21",
    "ZAP": "debug 5 info 9 warn 13 error 17 dpanic 18 panic 19 fatal 21 PANIC 19",
    "JUL": "FINEST 1 FINER 5 FINE 6 CONFIG 7 INFO 9 WARNING 13 SEVERE 17",
    "DOTNET": "Trace 1 Debug 5 Information 9 Warning 13 Error 17 Critical 21",
    "WINDOWS": "Verbose 5 Information 9 Warning 13 Error 17 Critical 18",
    "ETW": "Verbose 5 Information 9 Warning 13 Error 17 Critical 21",
    "GCP": "DEFAULT 0 DEBUG 5 INFO 9 NOTICE 10 WARNING 13 ERROR 17 CRITICAL 21 ALERT 22 EMERGENCY 24",
    "AZURE": "Informational 9 Warning 13 Error 17 Critical 21",
    "PINO": "trace 1 debug 5 info 9 warn 13 error 17 fatal 21",
    "PYTHON": "DEBUG 5 INFO 9 WARNING 13 ERROR 17 CRITICAL 21",
    "SERILOG": "Verbose 1 Debug 5 Information 9 Warning 13 Error 17 Fatal 21",
    "ZEROLOG": "trace 1 debug 5 info 9 warn 13 error 17 fatal 21 panic 22",
    "LOGRUS": "trace 1 debug 5 info 9 warning 13 error 17 fatal 21 panic 22",
    "LOG15": "dbug 5 info 9 warn 13 eror 17 crit 21",
    "SLOG": "DEBUG 5 INFO 9 INFO+2 11 WARN 13 ERROR 17 DEBUG-4 1",
    "WINSTON": "silly 1 debug 5 verbose 6 http 7 info 9 warn 13 error 17",
    "MONGODB": "F 21 E 17 W 13 I 9 D1 8 D2 7 D3 6 D4 5 D5 1",
    "KLOG": "I 9 W 13 E 17 F 21",
    "POSTGRES": "DEBUG1 5 DEBUG5 5 LOG 9 INFO 9 NOTICE 10 WARNING 13 ERROR 17 FATAL 21 PANIC 24"
    " STATEMENT 9 DETAIL 9 HINT 9 CONTEXT 9",
    "REDIS": ". 5 - 6 * 10 # 13",
    "MYSQL": "Note 9 Warning 13 Error 17 System 9",
    "APACHE": "trace1 1 trace8 1 debug 5 info 9 notice 10 warn 13 error 17 crit 18 alert 19 emerg 21",
    "MONOLOG": "DEBUG 5 INFO 9 NOTICE 10 WARNING 13 ERROR 17 CRITICAL 18 ALERT 19 EMERGENCY 21",
    "CEF": "Low 9 Medium 13 High 17 Very-High 21 Unknown 0",
    "DATADOG": "emergency 21 alert 19 critical 21 error 17 warning 13 notice 10 info 9 debug 5 ok 9",
}


CASES = [
    (name, word, int(number))
    for name, listed in VOCABULARIES.items()
    for word, number in zip(listed.split()[::2], listed.split()[1::2], strict=True)
]


@pytest.mark.parametrize(("name", "word", "number"), CASES)
def test_a_word_has_the_number_of_its_vocabulary_and_stays_as_written(name: str, word: str, number: int) -> None:
    words: Mapping[str, int] = getattr(severities, name)
    assert read(word, words) == (number, word)


@pytest.mark.parametrize(
    ("word", "number"),
    [("Notice", 10), ("Deprecated", 10), ("Strict Standards", 10), ("Warning", 13), ("Error", 17),
     ("Parse error", 21), ("Fatal error", 21), ("Recoverable fatal error", 21)],
)  # fmt: skip
def test_php_has_levels_of_two_words(word: str, number: int) -> None:
    assert read(word, severities.PHP) == (number, word)


@pytest.mark.parametrize(
    ("word", "number"),
    [("emerging", 21), ("failed", 21), ("action", 19), ("crash", 21), ("errored", 17), ("warned", 13), ("new", 10),
     ("initial", 9), ("done", 5), ("traced", 5), ("verbosely", 5), ("ok", 9), ("Success", 9), ("egg", 9), ("zzz", 9)],
)  # fmt: skip
def test_datadog_reads_an_unknown_status_by_how_it_begins(word: str, number: int) -> None:
    assert read_datadog(word) == (number, word)


def test_a_status_that_says_nothing_is_unspecified() -> None:
    assert read_datadog("  ") == (0, None)
