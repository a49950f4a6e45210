"""`exception`: stack traces of seven runtimes, and fingerprints that survive what changes from run to run."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.examples import example
from streams.processors.exception import Exceptions
from streams.processors.frames import read_frames
from streams.types import Record
from tests.processors import record_with

JAVA = """\
java.lang.IllegalStateException: no stock
\tat com.acme.Shop$Cart.lambda$sell$0(Shop.java:42)
\tat java.base/java.util.ArrayList.forEach(ArrayList.java:1511)
\tat com.acme.Shop$$Lambda$14/0x0000000800066840.accept(Unknown Source)
\tat com.acme.Main.<init>(Main.kt:7) ~[shop-1.2.jar:1.2]
\tat java.base@17.0.1/jdk.internal.reflect.NativeMethodAccessorImpl.invoke0(Native Method)
Caused by: java.io.IOException: disk full
\t... 4 more"""
PYTHON = """\
Traceback (most recent call last):
  File "/srv/app/shop/cart.py", line 17, in sell
    stock.take(item)
    ~~~~~~~~~~^^^^^^
  File "/usr/lib/python3.11/site-packages/db/core.py", line 8, in <module>
    raise NoStock(item)
shop.errors.NoStock: none left"""
GO = """\
panic: runtime error: index out of range [3] with length 3

goroutine 18 [running]:
main.(*Server).Handle(0xc000012345, {0x4a5b60, 0xc000010250})
\t/src/shop/server.go:120 +0x1d
github.com/acme/shop.Run(...)
\t/src/shop/run.go:8
created by main.main in goroutine 1
\t/src/shop/main.go:12 +0x65"""
NODE = """\
TypeError: Cannot read properties of undefined (reading 'id')
    at Object.<anonymous> (/app/dist/cart.3f2a9c.js:10:15)
    at new Shop (file:///app/shop.mjs:3:4)
    at async Promise.all (index 0)
    at async /app/main.js:7:3
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)"""
RUBY = """\
/app/shop.rb:3:in `sell': no stock (Shop::NoStock)
\tfrom /app/main.rb:7:in `block (2 levels) in <main>'
\tfrom <internal:kernel>:187:in `loop'"""
DOTNET = """\
System.InvalidOperationException: no stock
 ---> System.IO.IOException: disk full
   at Shop.Cart.Sell[T](String item, T price) in C:\\src\\Cart.cs:line 42
   at Shop.Program.<Main>d__3.MoveNext()
   --- End of inner exception stack trace ---
   at Shop.Program.<Main>$(String[] args)"""
PHP = """\
PHP Fatal error:  Uncaught App\\NoOrder: no order 7 in /srv/a.php:12
Stack trace:
#0 /srv/b.php(12): App\\Shop->find('x', Object(App\\Cart))
#1 [internal function]: {closure}()
#2 {main}
  thrown in /srv/a.php on line 12"""
TRACES = {
    "java": JAVA, "python": PYTHON, "go": GO, "nodejs": NODE, "ruby": RUBY, "dotnet": DOTNET, "php": PHP,
}  # fmt: skip


def described(body: Any = "", frames: int = 20, **attributes: Any) -> dict[str, Any]:
    """What the processor says of an exception."""
    record = record_with(attributes, body=body)
    acted = Exceptions(Exceptions.Options(frames=frames)).process(record)
    said = {name: value for name, value in record["attributes"].items() if name not in attributes}
    assert acted is bool(said)
    return said


def fingerprint(trace: str) -> str:
    return str(described(**{"exception.stacktrace": trace})["exception.fingerprint"])


@pytest.mark.parametrize(
    ("language", "kind", "message"),
    [
        ("java", "java.lang.IllegalStateException", "no stock"),
        ("python", "shop.errors.NoStock", "none left"),
        ("go", "panic", "runtime error: index out of range [3] with length 3"),
        ("nodejs", "TypeError", "Cannot read properties of undefined (reading 'id')"),
        ("ruby", "Shop::NoStock", "no stock"),
        ("dotnet", "System.InvalidOperationException", "no stock"),
        ("php", "App\\NoOrder", "no order 7"),
    ],
)
def test_a_trace_says_what_was_thrown_in_the_body_and_in_an_attribute(language: str, kind: str, message: str) -> None:
    trace = TRACES[language]
    for said in (described(f"it failed\n{trace}"), described("it failed", **{"exception.stacktrace": trace})):
        assert said["exception.language"] == language
        assert (said["exception.type"], said["exception.message"]) == (kind, message)


@pytest.mark.parametrize(
    ("language", "calls"),
    [
        (
            "java",
            [
                ("com.acme.Shop$Cart.lambda$sell$0", "Shop.java", 42),
                ("java.base/java.util.ArrayList.forEach", "ArrayList.java", 1511),
                ("com.acme.Shop$$Lambda$14/0x0000000800066840.accept", "Unknown Source", None),
                ("com.acme.Main.<init>", "Main.kt", 7),
                ("java.base@17.0.1/jdk.internal.reflect.NativeMethodAccessorImpl.invoke0", "Native Method", None),
            ],
        ),
        (
            "python",
            [
                ("sell", "/srv/app/shop/cart.py", 17),
                ("<module>", "/usr/lib/python3.11/site-packages/db/core.py", 8),
            ],
        ),
        (
            "go",
            [
                ("main.(*Server).Handle", "/src/shop/server.go", 120),
                ("github.com/acme/shop.Run", "/src/shop/run.go", 8),
                ("main.main", "/src/shop/main.go", 12),
            ],
        ),
        (
            "nodejs",
            [
                ("Object.<anonymous>", "/app/dist/cart.3f2a9c.js", 10),
                ("new Shop", "file:///app/shop.mjs", 3),
                ("", "/app/main.js", 7),
                ("process.processTicksAndRejections", "node:internal/process/task_queues", 95),
            ],
        ),
        (
            "ruby",
            [
                ("sell", "/app/shop.rb", 3),
                ("block (2 levels) in <main>", "/app/main.rb", 7),
                ("loop", "<internal:kernel>", 187),
            ],
        ),
        (
            "dotnet",
            [
                ("Shop.Cart.Sell[T]", "C:\\src\\Cart.cs", 42),
                ("Shop.Program.<Main>d__3.MoveNext", "", None),
                ("Shop.Program.<Main>$", "", None),
            ],
        ),
        ("php", [("App\\Shop->find", "/srv/b.php", 12), ("{closure}", "", None)]),
    ],
)
def test_frames_are_read_in_the_form_of_the_runtime(language: str, calls: list[tuple[str, str, int | None]]) -> None:
    frames = read_frames(TRACES[language], 50)
    assert frames is not None
    assert frames.language == language
    assert [tuple(call) for call in frames.calls] == calls


@pytest.mark.parametrize(
    ("trace", "function"),
    [
        ("main.(*Server).Handle\n\t/src/server.go:120", "main.(*Server).Handle"),
        ("main.main.func1()\n\t/src/main.go:1 +0x1", "main.main.func1"),
        ("App.rb:3:in 'Shop#sell': none (E)", "Shop#sell"),
        ("System.X: y    at A.B(C d) in e.cs:line 1    at F.G()", "A.B"),
    ],
)
def test_frames_are_read_in_their_rarer_forms(trace: str, function: str) -> None:
    frames = read_frames(trace, 50)
    assert frames is not None
    assert frames.calls[0].function == function


def test_frames_are_told_up_to_a_number_and_without_what_is_not_said() -> None:
    assert described(PHP, frames=1)["exception.frames"] == [
        {"function": "App\\Shop->find", "file": "/srv/b.php", "line": 12}
    ]
    assert described(PHP)["exception.frames"][1] == {"function": "{closure}"}
    assert "exception.frames" not in described(PHP, frames=0)


@pytest.mark.parametrize(
    ("trace", "same"),
    [
        pytest.param(JAVA, JAVA.replace("Shop.java:42", "Shop.java:43"), id="another line"),
        pytest.param(JAVA, JAVA.replace("no stock", "no stock of 17"), id="another message"),
        pytest.param(JAVA, JAVA.replace("$14/0x0000000800066840", "$9/0x00000008000aaaaa"), id="another lambda"),
        pytest.param(JAVA, JAVA.replace("java.base/", "java.base@21.0.2/"), id="another version of Java"),
        pytest.param(JAVA, JAVA.replace("sell$0", "sell$3"), id="another number of a lambda"),
        pytest.param(JAVA, JAVA.replace("shop-1.2.jar:1.2", "shop-1.3.jar:1.3"), id="another jar"),
        pytest.param(PYTHON, PYTHON.replace("/srv/app", "/home/me").replace("3.11", "3.12"), id="another folder"),
        pytest.param(PYTHON, f"a line before\n{PYTHON}", id="text before it"),
        pytest.param(GO, GO.replace("0xc000012345", "0xc0000aaaaa").replace("+0x1d", "+0x2e"), id="other addresses"),
        pytest.param(GO, GO.replace("goroutine 18", "goroutine 7"), id="another goroutine"),
        pytest.param(NODE, NODE.replace("3f2a9c", "b07e1d").replace(":10:15", ":11:2"), id="another bundle"),
        pytest.param(DOTNET, DOTNET.replace("C:\\src\\", "/build/").replace("d__3", "d__4"), id="another build"),
        pytest.param(RUBY, RUBY.replace("/app/", "/releases/20261120/"), id="another release"),
        pytest.param(PHP, PHP.replace("no order 7", "no order 8").replace("(12)", "(13)"), id="another order"),
        pytest.param(
            JAVA, JAVA.replace("\n\tat com.acme.Main", "\n\tat com.acme.Main.<init>(Main.kt:7)\n\tat com.acme.Main", 1),
            id="deeper recursion",
        ),
    ],
)  # fmt: skip
def test_one_fault_has_one_fingerprint(trace: str, same: str) -> None:
    assert trace != same
    assert fingerprint(trace) == fingerprint(same)


@pytest.mark.parametrize(
    ("trace", "other"),
    [
        pytest.param(JAVA, JAVA.replace("IllegalState", "IllegalArgument"), id="another type"),
        pytest.param(JAVA, JAVA.replace("java.io.IOException", "java.lang.NullPointerException"), id="another cause"),
        pytest.param(JAVA, JAVA.replace("Cart.lambda", "Basket.lambda"), id="another class"),
        pytest.param(PYTHON, PYTHON.replace("in sell", "in buy"), id="another function"),
        pytest.param(DOTNET, DOTNET.replace("IO.IOException", "TimeoutException"), id="another inner exception"),
    ],
)
def test_another_fault_has_another_fingerprint(trace: str, other: str) -> None:
    assert trace != other
    assert fingerprint(trace) != fingerprint(other)


def test_without_frames_type_and_template_of_the_message_are_the_fault() -> None:
    one, same, other = (
        described(**{"exception.type": "IOError", "exception.message": message})
        for message in ("order 7 failed", "order 8 failed", "no order")
    )
    assert one == same != other
    assert one.keys() == {"exception.fingerprint"}


def test_what_the_source_names_stays() -> None:
    said = described(**{"exception.type": "Own", "exception.message": "its own", "exception.stacktrace": JAVA})
    assert said.keys() == {"exception.language", "exception.frames", "exception.fingerprint"}


@pytest.mark.parametrize(
    "attributes",
    [
        {"stack": JAVA},
        {"error.stack_trace": JAVA},
        {"error": {"stack": JAVA}},
        {"err": {"stack": JAVA.split("\n")}},
        {"stack_trace": JAVA.split("\n")},
    ],
)
def test_a_trace_is_found_where_loggers_put_it(attributes: dict[str, Any]) -> None:
    assert described(**attributes)["exception.type"] == "java.lang.IllegalStateException"


@pytest.mark.parametrize(
    ("body", "attributes"),
    [
        ("it works", {}),
        ("two lines\nof prose", {}),
        ("look    at this", {}),
        ("a list:\n#0 is first\n#1 is second", {}),
        ({"a": 1}, {}),
        (None, {"error": True, "stack": 7, "exception": []}),
        ("x", {"error": "it failed", "stack": "of books"}),
    ],
)
def test_what_tells_of_no_exception_is_left_alone(body: Any, attributes: dict[str, Any]) -> None:
    assert described(body, **attributes) == {}


def test_exceptions_of_a_span_are_described_where_they_are() -> None:
    span: Any = example("span")
    thrown = {"exception.type": "X", "exception.stacktrace": PYTHON}
    span["span"]["events"] = [
        {"timestamp": None, "name": "exception", "attributes": dict(thrown)},
        {"timestamp": None, "name": "retry", "attributes": dict(thrown)},
        {"timestamp": None, "name": "exception"},
    ]
    record: Record = span
    assert Exceptions(Exceptions.Options()).process(record)
    first, second, _ = record["span"]["events"]
    assert first["attributes"]["exception.language"] == "python"
    assert second["attributes"] == thrown
