"""Stack traces without a log line around them, as a runtime prints them when nobody caught the exception.

The severity is inferred (data contract, 8b.1): 17, or 21 where the text says that the program ended of it. The body is
`Type: message` and the whole text is `exception.stacktrace`.
"""

from __future__ import annotations

import re
from datetime import tzinfo
from string import ascii_letters

from streams.dialects.base import CompileText, Dialect, Example, TextReader, new_record
from streams.dialects.lines.traces import describe
from streams.types import Record, Source
from streams.values.stack_traces import Trace, find_trace

_ERROR, _FATAL = 17, 21
_GO_ENDED = r"panic: |fatal error: |unexpected fault address |runtime: |SIG[A-Z]{2,6}: "
_ENDED = re.compile(rf'Exception in thread "main" |Unhandled exception\. |Unhandled Exception: |{_GO_ENDED}')
_NODE_SOURCE = re.compile(r"(?:node:[\w/]+|file:/[^\n]+|[^\s:][^:\n]*):\d+\n[^\n]*\n[ \t]*\^+[ \t]*\n")
_NODE_THROWN = re.compile(r"\s*\[?(?P<type>[A-Z]\w{0,200}): (?P<message>[^\n]*?)\]?(?: \{)?(?=\r?\n|$)")
_GO_LINE = re.compile(r"(?P<type>panic|fatal error): (?P<message>[^\n]*)")
_GO_PIECE = re.compile(r"goroutine \d+ (?:gp=[^\[\n]{1,80} )?\[[^\]\n]{1,200}\]:\n")
_LEAD = re.compile(
    r'(?:Exception in thread "[^"\n]*" |Caused by: |Unhandled exception\. |Unhandled Exception: |Uncaught '
    r"|\(node:\d+\) |UnhandledPromiseRejectionWarning: )?(?:UnhandledPromiseRejectionWarning: )?$"
)


def _compile(dialect: str, runtime: str) -> CompileText:
    """Make the compiler of the dialect of one runtime."""

    def compile_text(_zone: tzinfo) -> TextReader:
        def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
            trace = _find_go(text) if runtime == "go" else _find(text, runtime)
            if trace is None:
                return None
            record = new_record(dialect, event_id, observed, source)
            record["severity_number"] = _FATAL if _ENDED.match(text) or _NODE_SOURCE.match(text) else _ERROR
            record["body"] = f"{trace.type}: {trace.message}" if trace.message else trace.type
            record["flags"] = ["severity.inferred", "timestamp.missing"]
            describe(record, trace, text)
            return record

        return read

    return compile_text


def _find(text: str, runtime: str) -> Trace | None:
    """The trace of a text that consists of nothing else."""
    trace = find_trace(text) if "\n" in text else None
    if trace is None and runtime == "node":
        return _find_uncaught(text)
    if trace is None or trace.runtime != runtime:
        return None
    return trace if _LEAD.match(text[: trace.start].lstrip()) or _NODE_SOURCE.match(text) else None


def _find_uncaught(text: str) -> Trace | None:
    """What Node prints of an error without a stack, as of a promise's rejection, below the line of source."""
    source = _NODE_SOURCE.match(text)
    thrown = _NODE_THROWN.match(text, source.end()) if source else None
    return Trace("node", thrown["type"], thrown["message"], thrown.start()) if thrown else None


def _find_go(text: str) -> Trace | None:
    """Go's crash output, of which the first line is enough, or the stack of one goroutine."""
    line = _GO_LINE.match(text)
    if line:
        return Trace("go", line["type"], line["message"].strip(), 0)
    if _GO_PIECE.match(text):
        return Trace("go", "goroutine", "", 0)
    trace = find_trace(text) if "\n" in text and _ENDED.match(text) else None
    return trace if trace is not None and trace.runtime == "go" else None


GO = Dialect(
    name="go-panic",
    summary="Go's output of a panic or fatal error, with the stacks of its goroutines",
    link="https://pkg.go.dev/runtime#hdr-Environment_Variables",
    compile_text=_compile("go-panic", "go"),
    starts="pfgurS",
    head=r"panic: |fatal \Z|goroutine 0|unexpected \Z|runtime: |SIG",
    examples=(
        Example(
            "panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\nmain.main()\n"
            "\t/app/main.go:9 +0x1d\nexit status 2\n",
            {
                "severity_number": 21,
                "severity_text": None,
                "body": "panic: runtime error: index out of range [5] with length 3",
                "flags": ["severity.inferred", "timestamp.missing"],
            },
        ),
        Example(
            "fatal error: all goroutines are asleep - deadlock!",
            {"severity_number": 21, "body": "fatal error: all goroutines are asleep - deadlock!"},
        ),
    ),
)
_PYTHON_TEXT = (
    "Traceback (most recent call last):\n"
    '  File "/app/shop.py", line 12, in <module>\n    total = price / count\n            ~~~~~~^~~~~~~\n'
    "ZeroDivisionError: division by zero"
)
PYTHON = Dialect(
    name="python-traceback",
    summary="a Python traceback",
    link="https://docs.python.org/3/library/traceback.html",
    compile_text=_compile("python-traceback", "python"),
    starts="T ",
    holds=("Traceback (most recent call last):",),
    examples=(
        Example(
            f"{_PYTHON_TEXT}\n",
            {
                "severity_number": 17,
                "body": "ZeroDivisionError: division by zero",
                "attributes": {
                    "exception.type": "ZeroDivisionError",
                    "exception.message": "division by zero",
                    "exception.stacktrace": _PYTHON_TEXT,
                },
            },
        ),
    ),
)
_JAVA_TEXT = (
    'Exception in thread "main" java.lang.IllegalStateException: no stock\n'
    "\tat com.acme.Shop.sell(Shop.java:42)\n\tat com.acme.Shop.main(Shop.java:7)\n"
    "Caused by: java.io.IOException: disk full\n\t... 2 more"
)
JAVA = Dialect(
    name="java-stack",
    summary="a Java, Kotlin or Scala stack trace",
    link="https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Throwable.html#printStackTrace()",
    compile_text=_compile("java-stack", "java"),
    starts=ascii_letters,
    holds=("\n",),
    examples=(
        Example(
            _JAVA_TEXT,
            {
                "severity_number": 21,
                "body": "java.lang.IllegalStateException: no stock",
                "attributes": {
                    "exception.type": "java.lang.IllegalStateException",
                    "exception.message": "no stock",
                    "exception.stacktrace": _JAVA_TEXT,
                },
            },
        ),
    ),
)
NODE = Dialect(
    name="node-stack",
    summary="a JavaScript stack trace, also with the line of source that Node prints before it",
    link="https://nodejs.org/api/errors.html#errorstack",
    compile_text=_compile("node-stack", "node"),
    starts=f"{ascii_letters}/(_$",
    holds=("\n",),
    examples=(
        Example(
            "/app/index.js:7\n    throw new TypeError('no id');\n    ^\n\nTypeError: no id\n"
            "    at load (/app/index.js:7:11)\n    at node:internal/main/run_main_module:28:49\n\nNode.js v20.14.0\n",
            {"severity_number": 21, "body": "TypeError: no id"},
        ),
        Example(
            "(node:12) UnhandledPromiseRejectionWarning: Error: no build\n    at new Server (/srv/server.js:113:355)",
            {"severity_number": 17, "body": "Error: no build"},
        ),
    ),
)
DOTNET = Dialect(
    name="dotnet-stack",
    summary="a .NET stack trace",
    link="https://learn.microsoft.com/dotnet/api/system.exception.tostring",
    compile_text=_compile("dotnet-stack", "dotnet"),
    starts=ascii_letters,
    holds=("\n",),
    examples=(
        Example(
            "Unhandled exception. System.InvalidOperationException: no stock\n ---> System.IO.IOException: disk full\n"
            "   at Shop.Store.Take(Int32 count) in /src/Store.cs:line 8\n"
            "   --- End of inner exception stack trace ---\n   at Shop.Program.Main(String[] args)",
            {"severity_number": 21, "body": "System.InvalidOperationException: no stock"},
        ),
    ),
)
RUBY = Dialect(
    name="ruby-stack",
    summary="a Ruby backtrace",
    link="https://docs.ruby-lang.org/en/master/Exception.html#method-i-full_message",
    compile_text=_compile("ruby-stack", "ruby"),
    starts=f"{ascii_letters}/._-(",
    holds=(":in ",),
    examples=(
        Example(
            "/app/shop.rb:6:in `/': divided by 0 (ZeroDivisionError)\n\tfrom /app/shop.rb:6:in `<main>'",
            {"severity_number": 17, "body": "ZeroDivisionError: divided by 0"},
        ),
    ),
)

DIALECTS = (GO, PYTHON, JAVA, NODE, DOTNET, RUBY)
