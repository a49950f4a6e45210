"""No input, however it is made, costs more than time linear in its length."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest

from streams.pipeline import Pipeline
from streams.settings import Limits, Settings
from streams.testing import FakeRecord, chunk_of

SMALL, FACTOR = 12_500, 16
TOO_MUCH = 5 * FACTOR
"""Between what is linear (16 times as long, up to 4 times more out of the caches) and what is quadratic (256 times)."""

ATTEMPTS = 6

BAITS: dict[str, Callable[[int], str]] = {
    "plain text": lambda size: "x" * size,
    "blanks in text": lambda size: "x" + " " * size + "x",
    "brackets in text": lambda size: "[" * size,
    "words in brackets": lambda size: "x " + "[a," * (size // 3),
    "escape codes that do not end": lambda size: "\x1b[" + "1;" * (size // 2),
    "starts of trace ids": lambda size: "trace_id=" * (size // 9),
    "half trace ids": lambda size: "trace_id=0123456789abcdef0123 " * (size // 30),
    "zero trace ids": lambda size: f"trace_id={'0' * 32} " * (size // 42),
    "Datadog ids that are none": lambda size: "dd.trace_id=a " * (size // 14),
    "many places of a trace": lambda size: '{"Scopes":[' + '{"TraceId":"x"},' * (size // 16) + "{}]}",
    "digits": lambda size: "1" * size,
    "pairs": lambda size: "a=1 " * (size // 4),
    "pairs of one key and loose words": lambda size: "level=x " + "word " * (size // 5),
    "quotes that do not close": lambda size: 'a="x ' * (size // 5),
    "escaped quotes in a pair": lambda size: 'a=1 b="' + '\\"' * (size // 2),
    "equals signs": lambda size: "a=1 " + "=" * size,
    "open arrays": lambda size: "[" * size,
    "alternating brackets": lambda size: "[{" * (size // 2),
    "empty arrays": lambda size: "[" + "[]," * (size // 3) + "[]]",
    "open objects": lambda size: '{"a":' * (size // 5),
    "a string that does not end": lambda size: '{"a":"' + "x" * size,
    "escapes in a string that does not end": lambda size: '["' + '\\"' * (size // 2),
    "blanks before colons": lambda size: '{"a"' + " " * size + ':1,"b":2}',
    "quotes and blanks": lambda size: '{"a":"' + '\\" ' * (size // 3) + '"}',
    "closing brackets and blanks": lambda size: '{"a":1} ' + "} " * (size // 2),
    "many documents": lambda size: '{"a":1} ' * (size // 8),
    "many documents and a broken one": lambda size: '{"a":1} ' * (size // 8) + "{",
    "many elements": lambda size: "[" + '{"a":1},' * (size // 8) + "1]",
    "many odd elements": lambda size: "[" + '{"a":1,"a":2},' * (size // 14) + "1]",
    "many deep elements": lambda size: "[" + ("[" * 70 + "]" * 70 + ",") * (size // 141) + "1]",
    "duplicate keys": lambda size: "{" + '"a":1,' * (size // 6) + '"a":1}',
    "many keys": lambda size: "{" + ",".join(f'"{number}":1' for number in range(size // 9)) + "}",
    "a long integer": lambda size: '{"a":' + "9" * size + "}",
    "a long fraction": lambda size: '{"a":0.' + "9" * size + "}",
    "a long exponent": lambda size: '{"a":1e' + "9" * size + "}",
    "surrogates": lambda size: '["' + "\\ud800" * (size // 6) + '"]',
    "a long time": lambda size: '{"timestamp":"' + "2026-" * (size // 5) + '"}',
    "a long trace id": lambda size: '{"trace_id":"' + "0" * size + '"}',
    "a long severity": lambda size: '{"level":"' + "INFO+" * (size // 5) + '"}',
    "quotes to be escaped in a body that is cut": lambda size: '{"message":"' + '\\"' * (size // 2) + '"}',
}

ACCESS = '10.0.0.1 - - [10/Oct/2000:13:55:36 +0000] "'
APACHE = "[Thu Sep 26 17:02:51.401841 2013] [core:error] [pid 7] "
NGINX = "2024/05/02 08:14:59 [error] 29#30: *1 x"
HAPROXY = "haproxy[1]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] "
PHP = "[10-Oct-2000 13:55:36 UTC] PHP Fatal error:  "
BAITS |= {
    "escaped quotes in a request": lambda size: ACCESS + '\\"' * (size // 2),
    "quotes in a request": lambda size: ACCESS + 'a" ' * (size // 3),
    "statuses behind quotes": lambda size: ACCESS + '" 200' * (size // 5),
    "quotes behind a request": lambda size: ACCESS + 'GET / HTTP/1.1" 200 5' + ' "' * (size // 2),
    "keys behind a request": lambda size: ACCESS + 'GET / HTTP/1.1" 200 5' + " key=" * (size // 5),
    "lists behind a request": lambda size: ACCESS + 'GET / HTTP/1.1" 200 5' + " a," * (size // 3),
    "brackets behind a request": lambda size: ACCESS + 'GET / HTTP/1.1" 200 5' + " [a" * (size // 3),
    "words before a time": lambda size: "a " * (size // 2) + ACCESS,
    "referrers of Apache": lambda size: APACHE + ", referer: " * (size // 11),
    "message ids of Apache": lambda size: APACHE + " AH0000" * (size // 7),
    "clients of Apache": lambda size: APACHE + "[client " * (size // 8),
    "clients of nginx": lambda size: NGINX + ", client: " * (size // 10),
    "hosts of nginx": lambda size: NGINX + ', host: "' * (size // 9),
    "fields of a load balancer": lambda size: "http 2018-07-02T22:23:00.186641Z a b c " + '"a' * (size // 2),
    "quoted fields of a load balancer": lambda size: "http 2018-07-02T22:23:00.186641Z a b c " + '"a" ' * (size // 4),
    "epochs of a flow": lambda size: "2 " + "1418530010 " * (size // 11),
    "names of a flow": lambda size: "version start end " + "a " * (size // 2) + "\n2",
    "flows under a header": lambda size: "version start end x\n" + "2 1 1 1\n" * (size // 8),
    "keys of CEF": lambda size: "CEF:0|a|b|1|2|n|5|" + " a=" * (size // 3),
    "backslashes of CEF": lambda size: "CEF:0|a|b|1|2|" + "\\" * size,
    "pipes of CEF": lambda size: "CEF:0" + "|" * size,
    "one key of CEF again": lambda size: "CEF:0|a|b|1|2|n|5|" + "act=x " * (size // 6),
    "pairs of LEEF": lambda size: "LEEF:2.0|a|b|1|2|^|" + "a=b^" * (size // 4),
    "braces of HAProxy": lambda size: HAPROXY + "a b/c 1/2/3/4/5 200 1 - - ---- 1/1/1/1/0 0/0 " + "{" * size,
    "timers of HAProxy": lambda size: HAPROXY + "a b/c " + "1/" * (size // 2),
    "quotes of the audit log": lambda size: "type=X msg=audit(1364481363.243:1):" + ' a="' * (size // 4),
    "nested pairs of the audit log": lambda size: "type=X msg=audit(1364481363.243:1):" + " msg='" * (size // 6),
    "words of the audit log": lambda size: "type=X msg=audit(1364481363.243:1):" + " a" * (size // 2),
    "places of PHP": lambda size: PHP + "Uncaught E: x" + " in /a:1" * (size // 8),
    "stacks of PHP": lambda size: PHP + "Uncaught E: x" + "\nStack trace:\n" * (size // 14),
    "braces of Monolog": lambda size: "[2022-12-09 16:02:42] app.INFO: " + " {" * (size // 2),
    "context of Monolog": lambda size: "[2022-12-09 16:02:42] app.INFO: " + ' {"a":1' * (size // 7),
    "field lists": lambda size: "#Fields: a\n" * (size // 11),
    "rows under a field list": lambda size: "#Fields: date time a\n" + "b c\n" * (size // 4),
    "one parameter of RFC 5424 again": lambda size: "<13>1 - - - - - [a" + ' b="c"' * (size // 6) + "] x",
    "blanks of Squid": lambda size: "1157689312.049" + " " * size,
    "blanks behind a request": lambda size: ACCESS + 'GET / HTTP/1.1" 200 5' + " " * size,
}

TIME = "2024-03-10 14:13:06,719 "
BAITS |= {
    "blanks in structured data": lambda size: "<13>1 - - - - - [a" + " " * size + "] x",
    "odd words in structured data": lambda size: "<13>1 - - - - - [a" + " b" * (size // 2) + "] x",
    "elements of structured data": lambda size: "<13>1 - - - - - " + "[a]" * (size // 3),
    "counts of frames": lambda size: "9 <13>a b" + "1 <13>" * (size // 6),
    "digits of a count": lambda size: "9 <13>a b" + "1" * size + " <13>x",
    "words of a tag": lambda size: "<13>Oct 11 22:14:15 " + "a " * (size // 2),
    "percents of Cisco": lambda size: "<13>Oct 11 22:14:15 a " + "%A-1-" * (size // 5),
    "brackets of a thread": lambda size: f"{TIME}INFO " + "[a] " * (size // 4),
    "dots of a logger": lambda size: f"{TIME}INFO [a] " + "a." * (size // 2),
    "loggers of Kafka": lambda size: f"[{TIME[:-1]}] INFO x" + " (a.b" * (size // 5),
    "lines of Kafka": lambda size: f"[{TIME[:-1]}] INFO x" + "\n (a.b)" * (size // 7) + "x",
    "spans of Rust": lambda size: "2024-03-10T14:13:06Z INFO " + "a{b}:" * (size // 5),
    "pairs of Rust": lambda size: "[2024-03-10T14:13:06Z INFO a] x" + " a=b" * (size // 4) + " x",
    "quotes of Rust": lambda size: "[2024-03-10T14:13:06Z INFO a] x" + ' a="' * (size // 4),
    "pairs of klog": lambda size: 'I0310 14:13:06.719000 7 a.go:12] "x"' + " a=[" * (size // 4),
    "lines of klog": lambda size: 'I0310 14:13:06.719000 7 a.go:12] "x" a=<' + "\n\tx" * (size // 3),
    "levels of PostgreSQL": lambda size: "2024-03-10 14:13:06 UTC :  " + "LOG: " * (size // 5),
    "tabs of zap": lambda size: "INFO" + "\t{" * (size // 2),
    "tags of Rails": lambda size: "I, [2024-03-10T14:13:06.719 #6]  INFO -- : " + "[a] " * (size // 4),
    "scopes of .NET": lambda size: "info: a[0]\n      " + "=> TraceId:" * (size // 11),
    "frames of Java": lambda size: "a\n" + "\tat a.b(c.java:1)\n" * (size // 19),
    "heads of Java": lambda size: "a.b.CError: " * (size // 12) + "\n\tat a.b(c.java:1)",
    "types of Java": lambda size: "a.b+" * (size // 4) + "\n\tat a.b(c.java:1)",
    "starts of a traceback": lambda size: "Traceback (most recent call last):\n" * (size // 35),
    "lines of a traceback": lambda size: "Traceback (most recent call last):" + "\n  a" * (size // 4),
    "frames of Ruby": lambda size: "a:1:in `b': c (D\n" * (size // 17),
    "words of Ruby": lambda size: "a" * size + ":1:in `",
    "exceptions of Rails": lambda size: ":in " + "\nA (" * (size // 4),
    "goroutines": lambda size: "x\n" + "goroutine 1 [\n" * (size // 14),
    "panics": lambda size: "goroutine 1 [a]:\n" + "panic " * (size // 6),
    "packages of Java": lambda size: "a.CError: b\n" + "\tat a.b(c.java:1) ~[d] " * (size // 22) + "\n",
    "loggers of CAS": lambda size: "2024-03-10 14:13:06,719 INFO [" + "a.b" * (size // 3),
    "places of PHP": lambda size: "PHP Warning:  " + " in a on line " * (size // 14),
    "colons of dmesg": lambda size: "[Sun Mar 10 14:13:06 2024] " + "a: " * (size // 3),
    "names of containers": lambda size: "a" * 100 + " | " + "ts=" * (size // 3),
    "levels between colons": lambda size: "10 " + "info error: " * (size // 12),
    "severities in text": lambda size: "[info " * (size // 6),
    "levels in text": lambda size: 'level" ' * (size // 7),
}


@pytest.mark.parametrize("bait", BAITS)
def test_time_grows_with_length_and_not_with_its_square(bait: str) -> None:
    """The best of several attempts counts, so that another process's load does not fail it."""
    short, long = BAITS[bait](SMALL), BAITS[bait](SMALL * FACTOR)
    ratios = []
    for _ in range(ATTEMPTS):
        ratios.append(seconds(long) / seconds(short))
        if ratios[-1] < TOO_MUCH:
            return
    pytest.fail(f"{FACTOR} times the length takes {min(ratios):.1f} times as long")


def seconds(value: str) -> float:
    """The time of one value alone, without the collector's walks over all else, which a worker has frozen too."""
    pipeline = Pipeline(Settings(limits=Limits(records=1_000_000, record_bytes=20_000)))
    chunk = chunk_of(FakeRecord(value.encode()))
    gc.freeze()
    try:
        began = time.process_time()
        pipeline.prepare(chunk)
        pipeline.finish(chunk, {})
        return time.process_time() - began
    finally:
        gc.unfreeze()
