"""Error logs of web servers and of PHP: lines as their sources write them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.through import record_of

CTIME, AT = "Thu Sep 26 17:02:51.401841 2013", "2013-09-26T17:02:51.401841000Z"


@pytest.mark.parametrize(
    ("line", "timestamp", "number", "scope", "body", "attributes"),
    [
        (
            (
                f"[{CTIME}] [core:error] [pid 29603:tid 140488246] (13)Permission denied: [client 192.0.2.3:62022]"
                " AH00035: access to / denied"
            ),
            AT,
            17,
            "core",
            "(13)Permission denied: [client 192.0.2.3:62022] AH00035: access to / denied",
            {
                "process.pid": 29603,
                "thread.id": 140488246,
                "client.address": "192.0.2.3",
                "client.port": 62022,
                "apache.message_id": "AH00035",
                "apache.status": 13,
            },
        ),
        (
            f"[{CTIME}] [:error] [pid 523] [client 2001:db8::7] script not found, referer: http://a/",
            AT,
            17,
            None,
            "script not found, referer: http://a/",
            {"process.pid": 523, "client.address": "2001:db8::7", "http.request.header.referer": ["http://a/"]},
        ),
        (
            f"[{CTIME}] [proxy:trace7] [pid 1:tid 2] mod_proxy.c(1234): [client ::1:34924] AH01143: running",
            AT,
            1,
            "proxy",
            "AH01143: running",
            {
                "process.pid": 1,
                "thread.id": 2,
                "code.file.path": "mod_proxy.c",
                "code.line.number": 1234,
                "client.address": "::1",
                "client.port": 34924,
                "apache.message_id": "AH01143",
            },
        ),
        (
            f"[{CTIME}] [ssl:info] [pid 7] [remote 192.0.2.9:443] AH01964: Connection to child 0 established",
            AT,
            9,
            "ssl",
            "AH01964: Connection to child 0 established",
            {
                "process.pid": 7,
                "network.peer.address": "192.0.2.9",
                "network.peer.port": 443,
                "apache.message_id": "AH01964",
            },
        ),
        ("[Wed Oct  1 14:32:52 2000] [warn] slow", "2000-10-01T14:32:52.000000000Z", 13, None, "slow", {}),
        (
            f"[{CTIME}] [php7:warn] [pid 7] [client 192.0.2.9:1] PHP Warning:  a\nb in /x.php on line 3",
            AT,
            13,
            "php7",
            "PHP Warning:  a\nb in /x.php on line 3",
            {"process.pid": 7, "client.address": "192.0.2.9", "client.port": 1},
        ),
    ],
)
def test_apache_writes_fields_in_brackets_then_the_message(
    line: str, timestamp: str, number: int, scope: str | None, body: str, attributes: dict[str, Any]
) -> None:
    record = record_of(line)
    assert (record["dialect"], record["timestamp"], record["severity_number"]) == ("apache-error", timestamp, number)
    assert (record.get("scope", {}).get("name"), record["body"]) == (scope, body)
    assert record["attributes"] == attributes


@pytest.mark.parametrize(
    "line",
    [
        "[2013-09-26 17:02:51] [error] no module",
        "[2013-09-26 17:02:51] [ERROR] [pid 7] x",
        f"[{CTIME}] something else",
        "[error] [client 10.0.0.1] no time",
    ],
)
def test_other_brackets_are_not_apaches(line: str) -> None:
    assert record_of(line)["dialect"] != "apache-error"


@pytest.mark.parametrize(
    ("rest", "body", "attributes"),
    [
        ("signal process started", "signal process started", {}),
        (
            (
                "*1 connect() failed (111: refused) while connecting to upstream, client: 192.0.2.7, server: ,"
                ' request: "GET / HTTP/1.1", upstream: "http://10.0.0.1:80/", host: "a"'
            ),
            "connect() failed (111: refused) while connecting to upstream",
            {
                "nginx.connection": "1",
                "client.address": "192.0.2.7",
                "request": "GET / HTTP/1.1",
                "http.request.method": "GET",
                "url.path": "/",
                "network.protocol.name": "http",
                "network.protocol.version": "1.1",
                "upstream": "http://10.0.0.1:80/",
                "http.request.header.host": ["a"],
            },
        ),
        (
            '*2 "/a, b" is not found, client: 2001:db8::7, server: _, request: "GET /x", referrer: "http://b/?c, d: e"',
            '"/a, b" is not found',
            {
                "nginx.connection": "2",
                "client.address": "2001:db8::7",
                "server.address": "_",
                "request": "GET /x",
                "http.request.method": "GET",
                "url.path": "/x",
                "http.request.header.referer": ["http://b/?c, d: e"],
            },
        ),
        (
            (
                '*3 recv() failed, client: 192.0.2.7, server: 10.0.0.9:443, upstream: "10.0.0.1:80",'
                " bytes from/to client:517/0, bytes from/to upstream:0/517"
            ),
            "recv() failed",
            {
                "nginx.connection": "3",
                "client.address": "192.0.2.7",
                "server.address": "10.0.0.9",
                "server.port": 443,
                "upstream": "10.0.0.1:80",
                "bytes from/to client": "517/0",
                "bytes from/to upstream": "0/517",
            },
        ),
        (
            (
                "OCSP responder timed out (110) while requesting a status, responder: r3.org, peer: 1.2.3.4:80,"
                ' certificate: "/etc/a.pem"'
            ),
            "OCSP responder timed out (110) while requesting a status",
            {"responder": "r3.org", "peer": "1.2.3.4:80", "certificate": "/etc/a.pem"},
        ),
        (
            '*4 FastCGI sent in stderr: "PHP message: a, host: b\nStack" while reading, client: 192.0.2.7, server: s',
            'FastCGI sent in stderr: "PHP message: a, host: b\nStack" while reading',
            {"nginx.connection": "4", "client.address": "192.0.2.7", "server.address": "s"},
        ),
    ],
)
def test_nginx_writes_the_message_then_pairs_on_the_request(rest: str, body: str, attributes: dict[str, Any]) -> None:
    record = record_of(f"2024/05/02 08:14:59 [error] 29#30: {rest}")
    assert (record["dialect"], record["severity_number"], record["body"]) == ("nginx-error", 17, body)
    assert record["attributes"] == {"process.pid": 29, "thread.id": 30, **attributes}


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("debug", 5),
        ("info", 9),
        ("notice", 10),
        ("warn", 13),
        ("error", 17),
        ("crit", 18),
        ("alert", 19),
        ("emerg", 21),
    ],
)
def test_nginx_has_the_levels_of_syslog(word: str, number: int) -> None:
    record = record_of(f"2024/05/02 08:14:59 [{word}] 1#1: x")
    assert (record["severity_number"], record["severity_text"]) == (number, word)


@pytest.mark.parametrize(
    ("rest", "number", "text", "body"),
    [
        (
            "PHP Parse error:  syntax error, unexpected '}' in /a.php on line 3",
            21,
            "Parse error",
            "syntax error, unexpected '}' in /a.php on line 3",
        ),
        ("PHP Fatal error:  Allowed memory size exhausted", 21, "Fatal error", "Allowed memory size exhausted"),
        ("PHP Recoverable fatal error:  x", 21, "Recoverable fatal error", "x"),
        ("PHP Warning:  x", 13, "Warning", "x"),
        ("PHP Warning:  PHP Startup: Unable to load", 13, "Warning", "PHP Startup: Unable to load"),
        ("PHP Notice:  x", 10, "Notice", "x"),
        ("PHP Deprecated:  x", 10, "Deprecated", "x"),
        ("PHP Strict Standards:  x", 10, "Strict Standards", "x"),
        ("Warning: x", 13, "Warning", "x"),
        ("NOTICE: fpm is running, pid 1", 10, "NOTICE", "fpm is running, pid 1"),
        ("ERROR: failed", 17, "ERROR", "failed"),
        ("ALERT: failed", 19, "ALERT", "failed"),
        ("PHP Stack trace:", 0, None, "PHP Stack trace:"),
        ("PHP   1. {main}() /a.php:0", 0, None, "PHP   1. {main}() /a.php:0"),
        ("whatever error_log() was given", 0, None, "whatever error_log() was given"),
    ],
)
def test_php_names_the_kind_of_error(rest: str, number: int, text: str | None, body: str) -> None:
    record = record_of(f"[10-Oct-2000 13:55:36 UTC] {rest}")
    assert (record["dialect"], record["timestamp"]) == ("php-error", "2000-10-10T13:55:36.000000000Z")
    assert (record["severity_number"], record["severity_text"], record["body"]) == (number, text, body)


@pytest.mark.parametrize(
    ("time", "timestamp", "flags"),
    [
        ("28-Nov-2025 11:46:46 Europe/Stockholm", "2025-11-28T10:46:46.000000000Z", None),
        ("28-Nov-2025 11:46:46", "2025-11-28T11:46:46.000000000Z", ["timestamp.no_zone"]),
        ("28-Nov-2025 11:46:46.123456", "2025-11-28T11:46:46.123456000Z", ["timestamp.no_zone"]),
        ("28-Nov-2025 11:46:46 America/Argentina/Buenos_Aires", "2025-11-28T14:46:46.000000000Z", None),
    ],
)
def test_php_names_its_zone(time: str, timestamp: str, flags: list[str] | None) -> None:
    record = record_of(f"[{time}] PHP Notice:  x")
    assert (record["timestamp"], record.get("flags")) == (timestamp, flags)


@pytest.mark.parametrize(
    ("message", "exception"),
    [
        (
            "Uncaught Error: Call to undefined function f() in /a.php:14",
            {"exception.type": "Error", "exception.message": "Call to undefined function f()"},
        ),
        (
            "Uncaught Acme\\Web\\TimeOut in /a.php:84\nStack trace:\n#0 {main}\n  thrown in /a.php on line 84",
            {"exception.type": "Acme\\Web\\TimeOut", "exception.stacktrace": "#0 {main}"},
        ),
        ("Allowed memory size exhausted in /a.php on line 14", {}),
    ],
)
def test_php_names_an_exception_that_nobody_caught(message: str, exception: dict[str, str]) -> None:
    attributes = record_of(f"[10-Oct-2000 13:55:36 UTC] PHP Fatal error:  {message}")["attributes"]
    assert {name: value for name, value in attributes.items() if name.startswith("exception")} == exception
    assert attributes["code.file.path"] == "/a.php"


@pytest.mark.parametrize(
    ("rest", "body", "attributes"),
    [
        ("app.INFO: plain", "plain", {}),
        ("app.INFO: plain [] []", "plain", {}),
        ('app.INFO: in {braces} and [brackets] {"a":1} []', "in {braces} and [brackets]", {"a": 1}),
        ('app.INFO: two {"a":1} {"a":2,"b":3}', "two", {"a": 1, "extra.a": 2, "b": 3}),
        (
            'app.INFO: clash {"message":"m","level_name":"x"}',
            "clash",
            {"context.message": "m", "context.level_name": "x"},
        ),
        ("app.INFO: list [1,2] []", "list", {"context": [1, 2]}),
        ('app.INFO: big {"id":12345678901234567890}', "big", {"id": "12345678901234567890"}),
        ('app.INFO: broken {"a":', 'broken {"a":', {}),
        ("app.INFO: deep " + 50 * '{"a":' + "1" + 50 * "}", "deep " + 50 * '{"a":' + "1" + 50 * "}", {}),
    ],
)
def test_monolog_ends_a_line_with_its_context_as_json(rest: str, body: str, attributes: dict[str, Any]) -> None:
    record = record_of(f"[2022-12-09T16:02:42+00:00] {rest}")
    assert (record["dialect"], record["body"], record["scope"]) == ("monolog-text", body, {"name": "app"})
    assert (record["severity_text"], record["attributes"]) == ("INFO", attributes)


def test_monolog_may_name_a_trace_in_its_context() -> None:
    context = '{"dd.trace_id":"1234567890abcdef","dd.span_id":"1234567890abcdef","dd.service":"shop"}'
    record = record_of(f"[2022-12-09 16:02:42] production.DEBUG: Hello {context}")
    assert (record["trace_id"], record["span_id"]) == ("00000000000000001234567890abcdef", "1234567890abcdef")
    assert (record["resource"]["service.name"], record["severity_number"]) == ("shop", 5)
