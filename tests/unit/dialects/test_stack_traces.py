"""Stack traces: bare ones of every runtime, and those inside a message."""

from __future__ import annotations

from typing import Any

import pytest

from streams.values.stack_traces import find_trace
from tests.through import record_of

JAVA = "java.io.IOException: disk full\n\tat com.acme.Shop.sell(Shop.java:42)\n\tat com.acme.Shop.main(Shop.java:7)"
CAUSED = f"{JAVA}\nCaused by: java.lang.NullPointerException\n\t... 2 more"
KOTLIN = "com.acme.NoStock: none\n\tat com.acme.ShopKt.sell(Shop.kt:42)"
PYTHON = 'Traceback (most recent call last):\n  File "/a.py", line 1, in <module>\n    1 / 0\n'
CHAINED = (
    f"{PYTHON}ZeroDivisionError: division by zero\n\n"
    f"During handling of the above exception, another exception occurred:\n\n{PYTHON}shop.errors.NoStock: none left"
)
NODE = "TypeError: no id\n    at load (/app/index.js:7:11)\n    at async Promise.all (index 0)"
NODE_CODE = "TypeError [ERR_INVALID_ARG_TYPE]: no id\n    at load (node:internal/errors:405:5)"
NODE_UNCAUGHT = f"/app/index.js:7\n    throw new TypeError('no id');\n    ^\n\n{NODE}\n\nNode.js v20.14.0"
NODE_REJECTED = (
    "node:internal/process/promises:288\n    triggerUncaughtException(err, true);\n    ^\n\n"
    "[UnhandledPromiseRejection: nobody caught the reason.] {\n  code: 'ERR_UNHANDLED_REJECTION'\n}\n\nNode.js v20.14.0"
)
DOTNET = (
    "System.InvalidOperationException: no stock\n ---> System.IO.IOException: disk full\n"
    "   at Shop.Store.Take(Int32 count) in C:\\src\\Store.cs:line 8\n"
    "   --- End of inner exception stack trace ---\n   at Shop.Program.Main(String[] args)"
)
RUBY = "/app/shop.rb:6:in `/': divided by 0 (ZeroDivisionError)\n\tfrom /app/shop.rb:6:in `block in <main>'"
RUBY_34 = "/app/shop.rb:6:in 'Integer#/': divided by 0 (ZeroDivisionError)\n\tfrom /app/shop.rb:6:in '<main>'"
GO = "panic: no stock\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:9 +0x1d\nexit status 2"
GO_SIGNAL = (
    "panic: runtime error: invalid memory address or nil pointer dereference\n"
    "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x45f2c0]\n\ngoroutine 1 [running]:\nmain.main()\n"
)
GO_STACK = (
    "runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow\n\ngoroutine 1 [running]:\n"
)


@pytest.mark.parametrize(
    ("text", "runtime", "thrown", "message"),
    [
        (JAVA, "java", "java.io.IOException", "disk full"),
        (CAUSED, "java", "java.io.IOException", "disk full"),
        (KOTLIN, "java", "com.acme.NoStock", "none"),
        ("java.io.IOException: a\nb\n\tat x.Y.z(Y.java:1)", "java", "java.io.IOException", "a\nb"),
        ("java.lang.NullPointerException\n\tat x.Y.z(Unknown Source)", "java", "java.lang.NullPointerException", ""),
        (f"no stock\n{JAVA}", "java", "java.io.IOException", "disk full"),
        (f"no stock {JAVA}", "java", "java.io.IOException", "disk full"),
        (f"{PYTHON}ZeroDivisionError: division by zero", "python", "ZeroDivisionError", "division by zero"),
        (f"{PYTHON}KeyboardInterrupt\n", "python", "KeyboardInterrupt", ""),
        (f"failed\n{PYTHON}shop.errors.NoStock: none", "python", "shop.errors.NoStock", "none"),
        (CHAINED, "python", "shop.errors.NoStock", "none left"),
        (NODE, "node", "TypeError", "no id"),
        (NODE_CODE, "node", "TypeError", "no id"),
        (NODE_UNCAUGHT, "node", "TypeError", "no id"),
        (f"{NODE_CODE} {{\n  code: 'ERR_INVALID_ARG_TYPE'\n}}", "node", "TypeError", "no id"),
        (f"(node:9) UnhandledPromiseRejectionWarning: {NODE}", "node", "TypeError", "no id"),
        ("NoStock: none\n    at sell (file:///app/shop.mjs:3:9)", "node", "NoStock", "none"),
        (DOTNET, "dotnet", "System.InvalidOperationException", "no stock"),
        (RUBY, "ruby", "ZeroDivisionError", "divided by 0"),
        (RUBY_34, "ruby", "ZeroDivisionError", "divided by 0"),
        (
            "NoMethodError (undefined method `x'):\n\napp/a.rb:12:in `y'",
            "ruby",
            "NoMethodError",
            "undefined method `x'",
        ),
        (GO, "go", "panic", "no stock"),
        (GO_SIGNAL, "go", "panic", "runtime error: invalid memory address or nil pointer dereference"),
        (GO_STACK, "go", "fatal error", "stack overflow"),
        ("http: panic serving 10.0.0.7:5: no\ngoroutine 35 [running]:\nx", "go", "panic", "no"),
    ],
)
def test_type_and_message_are_found(text: str, runtime: str, thrown: str, message: str) -> None:
    found = find_trace(text)
    assert found is not None
    assert (found.runtime, found.type, found.message) == (runtime, thrown, message)


@pytest.mark.parametrize(
    "text",
    [
        "we met\n  at the station",
        "we met\n  at the station (north)",
        "Dear Sir:\n  at last (sic)",
        "a: b\nc: d",
        "goroutine 5 was started",
        "see main.go:12:in the middle",
        "Traceback (most recent call last):",
    ],
)
def test_other_texts_hold_no_trace(text: str) -> None:
    assert find_trace(text) is None


@pytest.mark.parametrize(
    ("text", "dialect", "severity", "body"),
    [
        (JAVA, "java-stack", 17, "java.io.IOException: disk full"),
        (f'Exception in thread "main" {CAUSED}', "java-stack", 21, "java.io.IOException: disk full"),
        (f'Exception in thread "worker-1" {JAVA}', "java-stack", 17, "java.io.IOException: disk full"),
        (f"{PYTHON}KeyboardInterrupt\n", "python-traceback", 17, "KeyboardInterrupt"),
        (CHAINED, "python-traceback", 17, "shop.errors.NoStock: none left"),
        (NODE, "node-stack", 17, "TypeError: no id"),
        (NODE_UNCAUGHT, "node-stack", 21, "TypeError: no id"),
        (NODE_REJECTED, "node-stack", 21, "UnhandledPromiseRejection: nobody caught the reason."),
        (f"Uncaught {NODE}", "node-stack", 17, "TypeError: no id"),
        (DOTNET, "dotnet-stack", 17, "System.InvalidOperationException: no stock"),
        (f"Unhandled exception. {DOTNET}", "dotnet-stack", 21, "System.InvalidOperationException: no stock"),
        (RUBY, "ruby-stack", 17, "ZeroDivisionError: divided by 0"),
        (GO, "go-panic", 21, "panic: no stock"),
        (GO_STACK, "go-panic", 21, "fatal error: stack overflow"),
        ("panic: no stock", "go-panic", 21, "panic: no stock"),
        ("goroutine 7 [chan receive, 3 minutes]:\nmain.f()\n", "go-panic", 17, "goroutine"),
    ],
)
def test_a_bare_trace_is_an_error_or_the_end_of_a_program(text: str, dialect: str, severity: int, body: str) -> None:
    record = record_of(text)
    assert (record["dialect"], record["severity_number"], record["severity_text"]) == (dialect, severity, None)
    assert record["body"] == body
    assert record["attributes"]["exception.stacktrace"] == text.rstrip("\n")
    assert record["flags"] == ["severity.inferred", "timestamp.missing"]


@pytest.mark.parametrize(
    "head", ["2026-11-20 12:00:00,123 ERROR [main] a.b.C - no stock", "I1120 12:00:00.123456 7 a.go:1] no stock"]
)
@pytest.mark.parametrize("trace", [JAVA, f"{PYTHON}KeyError: 'x'", NODE, GO])
def test_a_trace_inside_a_message_stays_there_and_is_named(head: str, trace: str) -> None:
    record = record_of(f"{head}\n{trace}")
    assert record["body"] == f"no stock\n{trace}"
    assert record["attributes"]["exception.stacktrace"] == trace
    assert record["attributes"]["exception.type"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"no stock\n{JAVA}", (17, None, ["severity.inferred", "timestamp.missing"])),
        (f"WARN: no stock\n{JAVA}", (13, "WARN", ["timestamp.missing"])),
    ],
)
def test_the_severity_of_unknown_text_is_inferred_from_a_trace(text: str, expected: tuple[Any, ...]) -> None:
    record = record_of(text)
    assert record["dialect"] == "text"
    assert (record["severity_number"], record["severity_text"], record["flags"]) == expected
