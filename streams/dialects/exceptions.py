"""What was thrown, under OpenTelemetry's names (semantic conventions, "Exceptions in logs").

An exception that a logger writes as an object stays as it is, because it says more; a text is renamed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from streams.types import Record

TYPE, MESSAGE, STACKTRACE = "exception.type", "exception.message", "exception.stacktrace"

_TYPES = (
    "type", "name", "Name", "class", "className", "ClassName", "exception_class", "Exception", "exc_type",
)  # fmt: skip
_MESSAGES = ("message", "Message", "exception_message", "exc_value", "localizedMessage")
_STACKTRACES = (
    "stack", "stackTrace", "stack_trace", "stacktrace", "StackTrace", "StackTraceString", "extendedStackTrace",
)  # fmt: skip
_HEAD = re.compile(
    r'(?:Exception in thread "[^"\n]{0,200}" |Uncaught |Unhandled exception\. )?'
    r"([\w$.+`]{1,300}\.[\w$+`]{1,200}|\w{0,200}(?:Error|Exception|Throwable|Interrupt|Iteration|Exit|Warning|Failure))"
    r"(?: \[[\w-]{1,100}\])?(?:: ([^\r\n]*?)(?= {3,4}at |[\r\n]|$)|(?=\r?\n[ \t]{0,20}at |$))"
)

Head: TypeAlias = tuple[str | None, str | None]
"""Type and message of an exception, as far as they are said."""

HeadReader: TypeAlias = Callable[[str], Head]


def first_line(stacktrace: str) -> Head:
    """Read the `Type: message` that Java, .NET and Node write above the frames; .NET's console sets all in one line."""
    match = _HEAD.match(stacktrace.lstrip())
    return (match[1], match[2]) if match else (None, None)


def last_line(traceback: str) -> Head:
    """Read the `Type: message` that Python writes below the frames."""
    head = ""
    for line in reversed(traceback.rstrip().split("\n")):
        if line.startswith((" ", "Traceback ")):
            break
        head = line
    return first_line(head)


def set_exception(record: Record, thrown: Any, head: HeadReader = first_line) -> None:
    """Say what an exception's stack trace or message, its object, or the first of several objects says.

    A record without a body gets `Type: message`.
    """
    if isinstance(thrown, list) and thrown:
        thrown = thrown[0]
    if isinstance(thrown, dict):
        stacktrace = _text(thrown, _STACKTRACES)
        _say(record, _text(thrown, _TYPES), _text(thrown, _MESSAGES), stacktrace)
    elif isinstance(thrown, str) and thrown:
        kind, message = head(thrown)
        is_trace = kind is not None or "\n" in thrown
        _say(record, kind, message if is_trace else thrown, thrown if is_trace else None)


def take_exception(record: Record, key: str, head: HeadReader = first_line) -> None:
    """Say what an attribute says of an exception: a text is renamed, an object stays, because it says more."""
    attributes = record["attributes"]
    thrown = attributes.get(key)
    if thrown is None:
        return
    set_exception(record, thrown, head)
    if thrown in (attributes.get(STACKTRACE), attributes.get(MESSAGE)):
        del attributes[key]


def complete_exception(record: Record, head: HeadReader = first_line) -> None:
    """Say type and message of the stack trace, or make a body of type and message, where the record does not."""
    attributes = record["attributes"]
    if STACKTRACE in attributes and (TYPE not in attributes or record["body"] is None):
        set_exception(record, attributes[STACKTRACE], head)
    elif record["body"] is None and MESSAGE in attributes:
        _say(record, attributes.get(TYPE), attributes[MESSAGE], None)


def _say(record: Record, kind: Any, message: Any, stacktrace: Any) -> None:
    for name, value in ((TYPE, kind), (MESSAGE, message), (STACKTRACE, stacktrace)):
        if isinstance(value, str) and value:
            record["attributes"].setdefault(name, value)
    said = [part for part in (kind, message) if isinstance(part, str) and part]
    if record["body"] is None and said:
        record["body"] = ": ".join(said)


def _text(thrown: dict[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        if isinstance(said := thrown.get(name), str):
            return said
    return None
