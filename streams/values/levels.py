"""Severity levels written as numbers, which mean something only with their dialect (data contract 2 and 8b.1).

30 is `info` for pino and `WARNING` for Python; 4 is `warning` in syslog and `fatal` in Nextcloud.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from streams.values.severity import GENERAL, UNSPECIFIED, Severity, read

LevelReader: TypeAlias = Callable[[float], int]
"""A dialect's level to OpenTelemetry's number; 0 for a level that it does not have."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)


def read_level(value: Any, numbers: LevelReader, words: Mapping[str, int] = GENERAL) -> Severity:
    """Read what stands in a level field that usually holds a number, also one written in quotes, or else a word.

    A number's text is the number as it is written. What is neither gives 0 and None.
    """
    if isinstance(value, str):
        text = value.strip()
        return Severity(numbers(int(text)), text) if _NUMBER.fullmatch(text) else read(value, words)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Severity(UNSPECIFIED, None)
    return Severity(numbers(value), repr(value))


def exactly(levels: Mapping[float, int]) -> LevelReader:
    """Make the reader of a closed list of levels."""

    def level(number: float) -> int:
        return levels.get(number, UNSPECIFIED)

    return level


def banded(floors: Mapping[float, int], most: float = float("inf")) -> LevelReader:
    """Make the reader of levels with room between them: a custom one counts as the next below it.

    `floors` ascend; numbers below the first and above `most` are no level.
    """
    bounds, numbers = list(floors), list(floors.values())

    def level(number: float) -> int:
        at = bisect_right(bounds, number)
        return numbers[at - 1] if at and number <= most else UNSPECIFIED

    return level


def slog_level(number: float) -> int:
    """Give the number of Go's log/slog level, where INFO is 0 and a level has room for three more."""
    return min(max(int(number) + 9, 1), 24) if abs(number) < 1_000 else UNSPECIFIED


syslog_level = exactly({0: 21, 1: 19, 2: 18, 3: 17, 4: 13, 5: 10, 6: 9, 7: 5})
"""RFC 5424's severities; also GELF, journald and Datadog's numeric status."""

pino_level = banded({0: 1, 20: 5, 30: 9, 40: 13, 50: 17, 60: 21})
"""pino and bunyan; what is below their `trace`, 10, is `trace` too."""

python_level = banded({0: 0, 1: 1, 10: 5, 20: 9, 30: 13, 40: 17, 50: 21})
"""Python's logging; 0 is NOTSET, and below DEBUG are the TRACE levels that programs add."""

logback_level = banded({5_000: 1, 10_000: 5, 20_000: 9, 30_000: 13, 40_000: 17})
"""`level_value` of logstash-logback-encoder."""

monolog_level = exactly({100: 5, 200: 9, 250: 10, 300: 13, 400: 17, 500: 18, 550: 19, 600: 21})
"""Monolog's `level`, the twin of its `level_name`."""

gcp_level = banded({0: 0, 100: 5, 200: 9, 300: 10, 400: 13, 500: 17, 600: 21, 700: 22, 800: 24})
"""Google Cloud's LogSeverity as the number of its enumeration."""

nextcloud_level = exactly({0: 5, 1: 9, 2: 13, 3: 17, 4: 21})

azure_level = exactly({1: 21, 2: 17, 3: 13, 4: 9, 5: 5})
"""Azure's resource logs; also Event Tracing for Windows, where 0 is always logged."""

windows_level = exactly({1: 18, 2: 17, 3: 13, 4: 9, 5: 5})
"""Windows Event Log."""

cef_level = banded({0: 9, 4: 13, 7: 17, 9: 21}, most=10)
"""CEF and LEEF."""
