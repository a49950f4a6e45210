"""Which lines are one event, for the stack traces of each language."""

from __future__ import annotations

import pytest

from tests.joined import events_of

BEFORE, NEXT = "2026-11-24 12:00:00,000 INFO [main] Shop - before", "2026-11-24 12:00:01,000 INFO [main] Shop - next"

TRACES = {
    "Java, below the line that logs it": """\
2026-11-24 12:00:00,123 ERROR [pay-1] Checkout - payment failed
java.lang.IllegalStateException: no stock
\tat shop.Checkout.pay(Checkout.java:7) ~[shop.jar:?]
\tat java.base/java.lang.Thread.run(Thread.java:840) [?:?]
\tSuppressed: java.io.IOException: closed
\t\tat shop.Stock.close(Stock.java:9)
Caused by: shop.Stock$Empty: nothing left
\tat shop.Stock.take(Stock.java:31)
\t... 12 more""",
    "Java, uncaught": """\
Exception in thread "main" java.lang.IllegalStateException: no stock
\tat shop.Main.main(Main.java:3)
Caused by: java.lang.NullPointerException
\t... 1 more""",
    "Java, frames that lost their tabs": """\
ERROR payment failed
java.lang.IllegalStateException: no stock
at shop.Checkout.pay(Checkout.java:7)
Suppressed: java.io.IOException: closed
... 3 more""",
    "Python, below the line that logs it": """\
ERROR:shop:payment failed
Traceback (most recent call last):
  File "/srv/shop/pay.py", line 7, in pay
    stock.take(1)
    ~~~~~~~~~~^^^
  File "/srv/shop/stock.py", line 31, in take
    raise Empty("nothing left")
shop.stock.Empty: nothing left""",
    "Python, one exception after the other": """\
2026-11-24 12:00:00,123 - shop - ERROR - payment failed
Traceback (most recent call last):
  File "/srv/shop/pay.py", line 7, in pay
    price = prices["tea"]
KeyError: 'tea'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/shop/pay.py", line 9, in pay
    raise Unknown from None
Unknown

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/shop/main.py", line 3, in <module>
    pay()
RuntimeError: it failed""",
    "Python, a group of exceptions": """\
[2026-11-24 12:00:00] ERROR Traceback (most recent call last):
  + Exception Group Traceback (most recent call last):
  |   File "/srv/shop/main.py", line 3, in <module>
  | ExceptionGroup: both failed (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: one
    +------------------------------------""",
    "Python, deep recursion": """\
Traceback (most recent call last):
  File "/srv/shop/main.py", line 3, in again
    again()
  [Previous line repeated 995 more times]
RecursionError: maximum recursion depth exceeded""",
    "Go, a panic with two goroutines": """\
panic: nothing left [recovered]
\tpanic: nothing left

goroutine 7 [running]:
panic({0x45cb40?, 0x47ad70?})
\t/usr/local/go/src/runtime/panic.go:884 +0x213
main.(*Stock).Take(...)
\t/srv/shop/stock.go:31
created by main.main in goroutine 1
\t/srv/shop/main.go:5 +0x58

goroutine 1 [chan receive, 2 minutes]:
main.main()
\t/srv/shop/main.go:9 +0x34
exit status 2""",
    "Go, a signal": """\
fatal error: unexpected signal during runtime execution
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x45cb40]

runtime stack:
runtime.throw({0x47ad70, 0x2a})
\t/usr/local/go/src/runtime/panic.go:1047 +0x5d

goroutine 1 [running]:
main.main()
\t/srv/shop/main.go:9 +0x34""",
    "Go, below the line that logs it": """\
2026/11/24 12:00:00 http: panic serving 127.0.0.1:51234: nothing left
goroutine 35 [running]:
net/http.(*conn).serve.func1(0xc0000b4000)
\t/usr/local/go/src/net/http/server.go:1769 +0x139""",
    "Node, uncaught": """\
/srv/shop/stock.js:31
    throw new TypeError("nothing left");
    ^

TypeError: nothing left
    at take (/srv/shop/stock.js:31:11)
    at async pay (/srv/shop/pay.js:7:3) {
  code: 'EMPTY',
  [cause]: Error: closed
      at close (/srv/shop/stock.js:9:11)
}

Node.js v22.4.0""",
    "Node, logged": """\
TypeError [ERR_EMPTY]: nothing left
    at take (/srv/shop/stock.js:31:11)
    at node:internal/main/run_main_module:28:49""",
    "Ruby, uncaught": """\
stock.rb:31:in `take': nothing left (RuntimeError)
\tfrom pay.rb:7:in `pay'
\tfrom main.rb:3:in `<main>'""",
    "Ruby, below the line that logs it": """\
E, [2026-11-24T12:00:00.123456 #42] ERROR -- : payment failed
/srv/shop/stock.rb:31:in `take'
/srv/shop/pay.rb:7:in 'Shop::Pay#pay'
from /srv/shop/main.rb:3:in 'block in <main>'""",
    ".NET, unhandled": """\
Unhandled exception. System.InvalidOperationException: payment failed
 ---> Shop.EmptyException: nothing left
   at Shop.Stock.Take(Int32 count) in /srv/shop/Stock.cs:line 31
   --- End of inner exception stack trace ---
   at Shop.Checkout.PayAsync()
--- End of stack trace from previous location ---
   at Shop.Program.Main(String[] args)""",
    ".NET, on the console": """\
fail: Shop.Checkout[7]
      payment failed
      System.InvalidOperationException: nothing left
         at Shop.Stock.Take(Int32 count)""",
    ".NET, below the line that logs it": """\
2026-11-24 12:00:00.123 +01:00 [ERR] payment failed
System.InvalidOperationException: nothing left
   at Shop.Stock.Take(Int32 count)""",
    "PHP": """\
[24-Nov-2026 12:00:00 UTC] PHP Fatal error:  Uncaught RuntimeException: nothing left in /srv/shop/stock.php:31
Stack trace:
#0 /srv/shop/pay.php(7): Stock->take(1)
#1 [internal function]: pay()
#2 {main}
  thrown in /srv/shop/stock.php on line 31""",
    "a statement over several lines": """\
2026-11-24 12:00:00.123 UTC [42] LOG:  statement: SELECT name

\tFROM stock
\tWHERE count > 0""",
    "an object written over several lines": """\
{
  "level": "error",
  "message": "payment failed"
}""",
}

APART = {
    "lines without any mark": ["one", "two", "three"],
    "lines with a time each": [BEFORE, NEXT],
    "an indented line that begins with a time": [
        "  2026-11-24T12:00:00.1Z  INFO shop: a",
        "  2026-11-24T12:00:01.1Z  INFO b",
    ],
    "JSON objects": ['{"message":"one"}', '{"message":"two"}'],
    "an indented line behind a JSON object": ['{"message":"one"}', "\tat shop.Main.main(Main.java:3)"],
    "an exception below a line that has neither time nor level": ["starting", "java.lang.Error: no stock"],
    "a traceback below a line that has neither": ["starting", "Traceback (most recent call last):"],
    "one uncaught panic after another": ["panic: one", "panic: two"],
    "a qualified name in a sentence": [BEFORE, "www.example.org answered"],
    "words that begin like a frame": [BEFORE, "at noon the shop opens", "from now on it is closed"],
    "a head in the middle of a traceback": ["Traceback (most recent call last):", NEXT],
}


@pytest.mark.parametrize("name", TRACES)
def test_a_stack_trace_is_one_event(name: str) -> None:
    lines = TRACES[name].split("\n")

    events = events_of(*lines)

    assert [event.offsets for event in events] == [tuple(range(len(lines)))]
    assert events[0].value == TRACES[name].encode()
    assert events[0].flags == ("multiline",)


@pytest.mark.parametrize("name", TRACES)
def test_lines_with_a_time_around_it_stay_apart_but_a_bare_traceback_is_that_of_the_line_above(name: str) -> None:
    lines = TRACES[name].split("\n")
    first = [(0,)] if not lines[0].startswith("Traceback") else []

    events = events_of(BEFORE, *lines, NEXT)

    trace = tuple(range(len(first), len(lines) + 1))
    assert [event.offsets for event in events] == [*first, trace, (len(lines) + 1,)]


@pytest.mark.parametrize("name", APART)
def test_other_lines_are_events_of_their_own(name: str) -> None:
    assert [event.value for event in events_of(*APART[name])] == [line.encode() for line in APART[name]]


def test_a_second_traceback_is_another_event() -> None:
    traceback = ["Traceback (most recent call last):", '  File "a.py", line 1, in a', "KeyError: 'tea'"]

    assert [event.offsets for event in events_of(*traceback, *traceback)] == [(0, 1, 2), (3, 4, 5)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_that_were_sent_along_do_not_matter(end: str) -> None:
    lines = TRACES["Python, one exception after the other"].split("\n")

    (event,) = events_of(*(line + end for line in lines))

    assert (event.value or b"").replace(b"\r", b"") == "\n".join(lines).encode()
