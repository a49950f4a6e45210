"""Which line begins an event and which goes on with the one before it, by how languages print their stack traces.

Java: Throwable.printStackTrace. Python: the `traceback` module. Go: runtime/panic.go and runtime/traceback.go.
Node: V8's Error.stack and node's fatal exceptions. Ruby: Exception#full_message. .NET: Exception.ToString. PHP:
Throwable::getTraceAsString. A line is judged by its own first characters and by what came before it, never by what
follows, and every pattern is anchored and without nested repetition, so that a line costs time linear in its length.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

_NEAR = 512
"""Characters of a line that are looked at."""


class After(Enum):
    """What an event's last telling line was; it decides what may follow."""

    HEAD = auto()
    """A line with a time or a level at its start: exceptions and tracebacks below it are its own."""

    TEXT = auto()
    """Any other first line."""

    TRACEBACK = auto()
    """Frames of a Python traceback, which ends with the exception."""

    RAISED = auto()
    """The exception that ends a Python traceback: another traceback is another event."""

    CHAINED = auto()
    """Python's sentence between two tracebacks of one event."""

    EXCERPT = auto()
    """The line under a piece of source, below which Node names the exception."""

    GOROUTINES = auto()
    """A Go panic or a goroutine's stack: calls, places and empty lines in turn."""


_TRACEBACK: Final = "Traceback (most recent call last):"
_BLANKS: Final = (" ", "\t")

_DATE = r"\d{4}[-/.]\d\d?[-/.]\d\d?[T ,:]"
_HEAD = re.compile(
    rf"\[?(?:{_DATE}"
    r"|\d{8}[T ]\d{4,6}"
    r"|\d\d?[/ -][A-Z][a-z]{2}[/ -]\d{4}[ :]"  # 28-Nov-2025 11:46:46
    r"|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} {1,2}\d\d? (?:\d{4} )?\d\d:\d\d:\d\d"  # Wed Oct 11 14:32:52
    r"|\d\d:\d\d:\d\d[.,\] ]"
    r"|(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRIT|CRITICAL|SEVERE|FATAL|ALERT|EMERG)\b"
    r"|(?:trace|dbug|debug|info|notice|warn|warning|fail|error|crit|critical|fatal)[:\]])"
    r"|<\d{1,3}>"  # syslog
    r"|[IWEF]\d{4} \d\d:"  # klog
    r"|[A-Z], \[\d{4}-"  # Ruby's Logger
    r"|(?:time|ts|level|lvl|timestamp)="
)
_INDENTED_HEAD = re.compile(rf"[ \t]+\[?{_DATE}\d\d:")
_GOES_ON = re.compile(
    r"at (?:async |new )?[A-Za-z_$<][\w$.<>/:\\@\[\]`,~-]* ?(?:\[as [^\]]*\] ?)?\("
    r"|at \S+:\d+:\d+$"
    r"|Caused by: |Suppressed: |\.\.\. \d+ (?:more|common )"
    r"|--- End of |---> "
    r"|from \S+:\d+:in "
    r"|\S+:\d+:in [`'][^`']*'$"
    r"|Stack trace:$|\[stacktrace\]$|#\d+ (?:\{main\}|\[internal function\]|\S+\(\d+\): | ?0x[0-9a-f])"
    r"|goroutine \d+ .{0,64}\[.*\]:$"
    r"|Node\.js v\d"
    r"|[}\])]+[,;]?$"
)
_RAISED_IN = re.compile(r"[\w$.]*[\w$]\.[A-Z][\w$]*(?::|$| --->)")
"""A qualified exception, as Java and .NET print it below the message that it was logged with."""

_RAISED = re.compile(r"[A-Za-z_][\w.<>]*(?::|$)")
"""The last line of a Python traceback."""

_THROWN = re.compile(r"(?:Uncaught )?[A-Za-z_$][\w$.]*(?: \[\w+\])?(?::|$)")
_CHAIN = re.compile(r"During handling of the above exception|The above exception was the direct cause")
_PANIC = re.compile(r"(?:panic|fatal error): ")
_GOROUTINE = re.compile(
    r"[^\s(]+\(.*\)$|created by |exit status \d|\[signal |\[originating |runtime stack:|goroutine running on"
    r"|\.\.\..*elided|r[a-z0-9]{1,5} +0x[0-9a-f]+$"
)
_EXCERPT_MARK = re.compile(r"[ \t]+[\^~]+[ \t]*$")


def begin(text: str) -> After:
    """Tell what stands after a text that begins an event; it may have several lines."""
    first, *rest = text.split("\n")
    return _through(_begin(_near(first)), rest)


def follow(after: After, text: str) -> After | None:
    """Tell what stands after a text that goes on with an event; None when it begins another."""
    first, *rest = text.split("\n")
    followed = _follow(after, _near(first))
    return None if followed is None else _through(followed, rest)


def _through(after: After, lines: list[str]) -> After:
    for line in lines:
        near = _near(line)
        after = _follow(after, near) or _begin(near)
    return after


def _near(line: str) -> str:
    return line[:_NEAR].rstrip("\r")


def _begin(line: str) -> After:
    if line.endswith(_TRACEBACK):
        return After.TRACEBACK
    if _PANIC.match(line) or line.startswith("goroutine "):
        return After.GOROUTINES
    return After.HEAD if _HEAD.match(line) else After.TEXT


def _follow(after: After, line: str) -> After | None:
    if not line.strip():
        return after
    if line.startswith(_BLANKS):
        return _follow_indented(after, line)
    if _HEAD.match(line) or _PANIC.match(line):
        return None
    if after is After.EXCERPT and _THROWN.match(line):
        return After.TEXT
    if after is After.TRACEBACK:
        return After.RAISED if _RAISED.match(line) else None
    if line.startswith(_TRACEBACK):
        return After.TRACEBACK if after in (After.HEAD, After.CHAINED) else None
    if _CHAIN.match(line):
        return After.CHAINED
    if after is After.GOROUTINES and _GOROUTINE.match(line):
        return after
    if _GOES_ON.match(line):
        return After.GOROUTINES if line.startswith("goroutine ") else after
    return after if after is After.HEAD and _RAISED_IN.match(line) else None


def _follow_indented(after: After, line: str) -> After | None:
    if after is After.TRACEBACK:
        return after
    if _INDENTED_HEAD.match(line):
        return None
    return After.EXCERPT if _EXCERPT_MARK.match(line) else after
