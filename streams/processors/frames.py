"""The frames of a stack trace, in the forms of seven runtimes.

Each form is one line (Go's are two) that is read by one pattern; all repetition is possessive or bounded. Names of
languages are those of `telemetry.sdk.language` (OpenTelemetry semantic conventions).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

_JAVA_FILE = r"Native Method|Unknown Source|SourceFile|<[\w ]{1,50}>|[\w$-]{1,200}\.\w{1,10}"
_NET_END = r"(?=[ \t\r]*$| {3,4}at )"

FORMS: Final[dict[str, tuple[str, re.Pattern[str]]]] = {
    "python": (
        'File "',
        re.compile(
            r'^[ \t|+]*+File "(?P<file>[^"\n]{1,1000})", line (?P<line>\d{1,9})(?:, in (?P<function>[^\r\n]{1,300}))?',
            re.MULTILINE,
        ),
    ),
    "go": (
        "\n\t",
        re.compile(
            r"^(?:created by )?(?P<function>[^\s(][^\n\t]{0,500})"
            r"\n\t(?P<file>[^\n]{1,500}\.(?:go|s)):(?P<line>\d{1,7})\b",
            re.MULTILINE,
        ),
    ),
    "ruby": (
        ":in ",
        re.compile(
            r"^(?:[ \t]*+(?:\d{1,5}: )?from |[ \t]*+)(?P<file>(?:<internal:)?[^\s:][^:\n]{0,500}):(?P<line>\d{1,7})"
            r":in [`'](?P<function>[^'\n]{1,300})'",
            re.MULTILINE,
        ),
    ),
    "php": (
        "#0 ",
        re.compile(
            r"^#\d{1,4} (?:(?P<file>[^\n(]{1,500})\((?P<line>\d{1,7})\)|\[internal function\])"
            r": (?P<function>[^\s(]{1,300})",
            re.MULTILINE,
        ),
    ),
    "java": (
        "at ",
        re.compile(
            rf"^[ \t]*+at (?P<function>[^\s()]{{1,500}})\((?P<file>{_JAVA_FILE})(?::(?P<line>\d{{1,7}}))?\)",
            re.MULTILINE,
        ),
    ),
    "nodejs": (
        "at ",
        re.compile(
            r"^[ \t]*+at (?:async )?(?:(?P<function>[^\n(]{1,300}) \()?"
            r"(?P<file>[^\s()][^\n()]{0,500}?):(?P<line>\d{1,7}):\d{1,7}\)?",
            re.MULTILINE,
        ),
    ),
    "dotnet": (
        "at ",
        re.compile(
            r"(?:^[ \t]*+| {3,4})at (?P<function>[^\s(]{1,500})\([^()\n]{0,1000}\)"
            rf"(?: in (?P<file>[^\n]{{1,500}}?):line (?P<line>\d{{1,7}}))?{_NET_END}",
            re.MULTILINE,
        ),
    ),
}
"""Language to a text that its traces hold and the pattern of a frame; the first that matches is the trace's."""


class Frame(NamedTuple):
    """One call; what the trace does not say is empty or None."""

    function: str
    file: str
    line: int | None


class Frames(NamedTuple):
    """The calls of a trace in the order of its text."""

    language: str
    calls: tuple[Frame, ...]


def read_frames(text: str, most: int) -> Frames | None:
    """Give the first frames of a stack trace; None for a text that has none."""
    for language, (mark, form) in FORMS.items():
        if mark in text:
            calls = tuple(islice(_calls(language, form, text), most))
            if calls:
                return Frames(language, calls)
    return None


def _calls(language: str, form: re.Pattern[str], text: str) -> Iterator[Frame]:
    for match in form.finditer(text):
        function, line = match["function"] or "", match["line"]
        if language == "go":
            function = _without_arguments(function)
        yield Frame(function.strip(), (match["file"] or "").strip(), int(line) if line else None)


def _without_arguments(function: str) -> str:
    """Drop what Go writes behind a function: its arguments, or the goroutine that started it."""
    function, _, _ = function.partition(" in goroutine ")
    at = function.rfind("(") if function.endswith(")") else -1
    return function[:at] if at > 0 and function[at : at + 2] != "(*" else function
