"""What was thrown: read from a stack trace, from an object, and said under OpenTelemetry's names."""

from __future__ import annotations

from typing import Any

import pytest

from streams.dialects.base import new_record
from streams.dialects.exceptions import complete_exception, first_line, last_line, set_exception, take_exception
from streams.types import Record, Source

JAVA = "java.lang.IllegalStateException: pool is closed\n\tat com.acme.Pool.get(Pool.java:42)"
PYTHON = 'Traceback (most recent call last):\n  File "a.py", line 1\n    1 / 0\nZeroDivisionError: division by 0'


def record(body: Any = None, **attributes: Any) -> Record:
    new = new_record("x", "t-0-0", "2026-11-20T12:00:00.000000000Z", Source(topic="t", partition=0, offset=0))
    new["body"] = body
    new["attributes"] = attributes
    return new


@pytest.mark.parametrize(
    ("stacktrace", "expected"),
    [
        (JAVA, ("java.lang.IllegalStateException", "pool is closed")),
        ("java.lang.NullPointerException\r\n\tat a.B.c(B.java:1)", ("java.lang.NullPointerException", None)),
        ('Exception in thread "main" java.io.IOException: gone', ("java.io.IOException", "gone")),
        ("System.TimeoutException: too late\r\n   at Shop.Load()", ("System.TimeoutException", "too late")),
        ("System.TimeoutException: too late    at Shop.Load() in a.cs:line 1", ("System.TimeoutException", "too late")),
        ("TypeError: x is not a function\n    at f (a.js:1:2)", ("TypeError", "x is not a function")),
        ("AssertionError [ERR_ASSERTION]: no\n    at f", ("AssertionError", "no")),
        ("main.run\n\t/app/main.go:12", (None, None)),
        ("ERROR: it failed", (None, None)),
        ("it failed", (None, None)),
        ("", (None, None)),
    ],
)
def test_most_languages_say_first_what_was_thrown(stacktrace: str, expected: tuple[str | None, str | None]) -> None:
    assert first_line(stacktrace) == expected


@pytest.mark.parametrize(
    ("traceback", "expected"),
    [
        (PYTHON, ("ZeroDivisionError", "division by 0")),
        (f"{PYTHON}\n", ("ZeroDivisionError", "division by 0")),
        (f"{PYTHON}\nand more of the message", ("ZeroDivisionError", "division by 0")),
        (f"{PYTHON}\n\nDuring handling of the above exception, another occurred:\n\n{PYTHON[:-4]}one", (
            "ZeroDivisionError", "division one",
        )),
        ("NoneType: None", (None, None)),
    ],
)  # fmt: skip
def test_python_says_last_what_was_thrown(traceback: str, expected: tuple[str | None, str | None]) -> None:
    assert last_line(traceback) == expected


@pytest.mark.parametrize(
    "thrown",
    [
        {"type": "IOError", "message": "gone", "stack": "at x"},
        {"name": "IOError", "message": "gone", "extendedStackTrace": "at x"},
        {"ClassName": "IOError", "Message": "gone", "StackTraceString": "at x"},
        [{"type": "IOError", "message": "gone", "stack": "at x"}, {"type": "Cause"}],
    ],
)
def test_an_object_says_it_by_name(thrown: Any) -> None:
    new = record()
    set_exception(new, thrown)
    assert new["body"] == "IOError: gone"
    assert new["attributes"] == {
        "exception.type": "IOError",
        "exception.message": "gone",
        "exception.stacktrace": "at x",
    }


@pytest.mark.parametrize("thrown", [None, "", 7, [], {}, {"type": 7}, [[]]])
def test_what_says_nothing_changes_nothing(thrown: Any) -> None:
    new = record("hello")
    set_exception(new, thrown)
    assert (new["body"], new["attributes"]) == ("hello", {})


def test_a_stack_trace_gives_type_and_message_but_replaces_nothing() -> None:
    new = record("hello", **{"exception.stacktrace": JAVA, "exception.message": "mine"})
    complete_exception(new)
    assert new["body"] == "hello"
    assert new["attributes"] == {
        "exception.stacktrace": JAVA,
        "exception.message": "mine",
        "exception.type": "java.lang.IllegalStateException",
    }


def test_a_message_alone_is_the_body() -> None:
    new = record(None, **{"exception.message": "gone"})
    complete_exception(new)
    assert new["body"] == "gone"


@pytest.mark.parametrize(
    ("thrown", "attributes"),
    [
        ("it failed", {"exception.message": "it failed"}),
        ("IOError: gone", {
            "exception.type": "IOError", "exception.message": "gone", "exception.stacktrace": "IOError: gone",
        }),
        ("main.run\n\t/app/main.go:12", {"exception.stacktrace": "main.run\n\t/app/main.go:12"}),
        ({"type": "IOError"}, {"exception.type": "IOError", "thrown": {"type": "IOError"}}),
        (7, {"thrown": 7}),
    ],
)  # fmt: skip
def test_a_text_is_renamed_and_an_object_stays(thrown: Any, attributes: dict[str, Any]) -> None:
    new = record("hello", thrown=thrown)
    take_exception(new, "thrown")
    assert new["attributes"] == attributes


def test_nothing_is_renamed_where_the_name_is_taken() -> None:
    new = record("hello", thrown="it failed", **{"exception.message": "mine"})
    take_exception(new, "thrown")
    assert new["attributes"] == {"thrown": "it failed", "exception.message": "mine"}
