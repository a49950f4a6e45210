"""Access logs as servers are configured to write them, not only as the manual shows them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.through import record_of

TIME = "[10/Oct/2000:13:55:36 +0000]"
REQUEST = '"GET /a HTTP/1.1" 200 5'
REFERER, AGENT, FORWARDED = "http.request.header.referer", "user_agent.original", "http.request.header.x-forwarded-for"


def attributes_of(line: str) -> dict[str, Any]:
    record = record_of(line)
    assert record["dialect"] == "access-log"
    attributes: dict[str, Any] = record["attributes"]
    return attributes


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("10.0.0.1 - -", {"client.address": "10.0.0.1"}),
        ("10.0.0.1 id ann", {"client.address": "10.0.0.1", "ident": "id", "user.name": "ann"}),
        ("::1 - ann", {"client.address": "::1", "user.name": "ann"}),
        ("2001:db8::7 - -", {"client.address": "2001:db8::7"}),
        ("[2001:db8::7]:4711 - -", {"client.address": "2001:db8::7", "client.port": 4711}),
        ("10.0.0.1:4711 - -", {"client.address": "10.0.0.1", "client.port": 4711}),
        ("host.example.com - -", {"client.address": "host.example.com"}),
        ("unix: - -", {"client.address": "unix:"}),
        ("10.0.0.1 - Ann Lee", {"client.address": "10.0.0.1", "user.name": "Ann Lee"}),
        ("10.0.0.1 - DOMAIN\\ann", {"client.address": "10.0.0.1", "user.name": "DOMAIN\\ann"}),
        ("1.2.3.4 id Ann Lee", {"client.address": "1.2.3.4", "ident": "id", "user.name": "Ann Lee"}),
        ("10.0.0.1, 10.0.0.2 - ann", {"client.address": "10.0.0.1", "user.name": "ann"}),
        ("10.0.0.1, 10.0.0.2 10.2.1.1 - -", {"client.address": "10.0.0.1", "network.peer.address": "10.2.1.1"}),
        ('"10.0.0.1, 10.0.0.2" 10.2.1.1 - -', {"client.address": "10.0.0.1", "network.peer.address": "10.2.1.1"}),
        ("10.0.0.1 -", {"client.address": "10.0.0.1"}),
        ("10.0.0.1", {"client.address": "10.0.0.1"}),
        ("- - -", {}),
    ],
)
def test_before_the_time_stand_client_identity_and_user(head: str, expected: dict[str, Any]) -> None:
    found = attributes_of(f"{head} {TIME} {REQUEST}")
    assert {name: found[name] for name in found if not name.startswith(("http", "url", "network.pro"))} == expected


@pytest.mark.parametrize(
    ("head", "host", "port", "client"),
    [
        ("shop.example.com:443 10.0.0.1 - -", "shop.example.com", 443, "10.0.0.1"),
        ("shop.example.com 10.0.0.1 - ann", "shop.example.com", None, "10.0.0.1"),
        ("shop.example.com 2001:db8::7 - -", "shop.example.com", None, "2001:db8::7"),
        ("shop.example.com:80 host.example.org - -", "shop.example.com", 80, "host.example.org"),
        ("shop.example.com 10.0.0.1, 10.0.0.2 - -", "shop.example.com", None, "10.0.0.1"),
        ("shop.example.com:80 unix: - -", "shop.example.com", 80, "unix:"),
        ('shop.example.com:80 "10.0.0.1, 10.0.0.2" 10.2.1.185 - -', "shop.example.com", 80, "10.0.0.1"),
        ("1.128.3.4 2a02:cf40::8000, 10.225.192.17 10.2.2.121 - -", "1.128.3.4", None, "2a02:cf40::8000"),
        ("1.128.3.4 localhost - -", "1.128.3.4", None, "localhost"),
    ],
)
def test_a_virtual_host_in_front_is_the_service(head: str, host: str, port: int | None, client: str) -> None:
    record = record_of(f"{head} {TIME} {REQUEST}")
    found = record["attributes"]
    assert record["resource"]["service.name"] == found["server.address"] == host
    assert (found.get("server.port"), found["client.address"], record["flags"]) == (port, client, ["service.inferred"])


def test_a_list_of_clients_is_kept_as_the_header_that_it_was() -> None:
    assert attributes_of(f"10.0.0.1, 10.0.0.2 - - {TIME} {REQUEST}")[FORWARDED] == ["10.0.0.1, 10.0.0.2"]


def test_a_virtual_host_of_nothing_is_none() -> None:
    record = record_of(f"- 10.0.0.1 - - {TIME} {REQUEST}")
    assert (record["resource"], record["attributes"]["client.address"]) == (
        {"service.name": "unknown_service"},
        "10.0.0.1",
    )


@pytest.mark.parametrize(
    ("time", "timestamp"),
    [
        ("10/Oct/2000:13:55:36 -0700", "2000-10-10T20:55:36.000000000Z"),
        ("10/Oct/2000:13:55:36.123 +0000", "2000-10-10T13:55:36.123000000Z"),
        ("10/Oct/2000:13:55:36", "2000-10-10T13:55:36.000000000Z"),
        ("10/Oct/2000 13:55:36", "2000-10-10T13:55:36.000000000Z"),
        ("2000-10-10T13:55:36+02:00", "2000-10-10T11:55:36.000000000Z"),
        ("-", None),
        ("Tue, 10 Oct 2000 13:55:36 GMT", "2000-10-10T13:55:36.000000000Z"),
    ],
)
def test_the_time_is_in_brackets(time: str, timestamp: str | None) -> None:
    assert record_of(f"10.0.0.1 - - [{time}] {REQUEST}")["timestamp"] == timestamp


@pytest.mark.parametrize(
    ("request_line", "expected"),
    [
        (
            "GET /a?b=1 HTTP/1.1",
            {"http.request.method": "GET", "url.path": "/a", "url.query": "b=1", "network.protocol.version": "1.1"},
        ),
        ("GET /a", {"http.request.method": "GET", "url.path": "/a"}),
        ("GET /a b HTTP/2.0", {"http.request.method": "GET", "url.path": "/a b", "network.protocol.version": "2.0"}),
        (
            "GET http://shop.example.com:81/a?b HTTP/1.1",
            {
                "http.request.method": "GET",
                "url.scheme": "http",
                "server.address": "shop.example.com",
                "server.port": 81,
                "url.path": "/a",
                "url.query": "b",
                "network.protocol.version": "1.1",
            },
        ),
        (
            "CONNECT shop.example.com:443 HTTP/1.1",
            {
                "http.request.method": "CONNECT",
                "server.address": "shop.example.com",
                "server.port": 443,
                "network.protocol.version": "1.1",
            },
        ),
        ("OPTIONS * HTTP/1.0", {"http.request.method": "OPTIONS", "url.path": "*", "network.protocol.version": "1.0"}),
        (
            "M-SEARCH /a HTTP/1.1",
            {"http.request.method": "M-SEARCH", "url.path": "/a", "network.protocol.version": "1.1"},
        ),
        (r"\x16\x03\x01\x02", {}),
        (
            r"GET /\"a\" HTTP/1.1",
            {"http.request.method": "GET", "url.path": r"/\"a\"", "network.protocol.version": "1.1"},
        ),
        ('{"id": 1, "method": "mining.subscribe"}', {}),
        ("t3 12.1.2", {}),
        ("", {}),
    ],
)
def test_the_request_line_is_the_body_whatever_it_is(request_line: str, expected: dict[str, Any]) -> None:
    record = record_of(f'10.0.0.1 - - {TIME} "{request_line}" 400 150 "-" "-"')
    assert record["body"] == request_line
    common = {"client.address": "10.0.0.1", "http.response.status_code": 400, "http.response.body.size": 150}
    protocol = {"network.protocol.name": "http"} if "network.protocol.version" in expected else {}
    assert record["attributes"] == common | protocol | expected


def test_without_a_request_the_whole_line_is_the_body() -> None:
    line = f'10.0.0.1 - - {TIME} "-" 408 -'
    assert record_of(line)["body"] == line


@pytest.mark.parametrize(
    ("result", "status", "size"),
    [("200 5", 200, 5), ("304 -", 304, None), ("- -", None, None), ("499 0", 499, 0), ("200", 200, None)],
)
def test_status_and_size_are_numbers_or_nothing(result: str, status: int | None, size: int | None) -> None:
    found = attributes_of(f'10.0.0.1 - - {TIME} "GET /a HTTP/1.1" {result}')
    assert (found.get("http.response.status_code"), found.get("http.response.body.size")) == (status, size)


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ('"http://a/" "curl/8"', {REFERER: ["http://a/"], AGENT: "curl/8"}),
        ('"-" "-"', {}),
        ("- -", {}),
        ('"-" "Mozilla/5.0 (X; \\"Y\\")"', {AGENT: 'Mozilla/5.0 (X; \\"Y\\")'}),
        ('"-" "cut off he', {AGENT: "cut off he"}),
        ('"-" "curl/8" "1.2.3.4, 10.10.1.1"', {AGENT: "curl/8", FORWARDED: ["1.2.3.4, 10.10.1.1"]}),
        ('"-" "curl/8" "2001:db8::1"', {AGENT: "curl/8", FORWARDED: ["2001:db8::1"]}),
        ('"-" "curl/8" "-"', {AGENT: "curl/8"}),
        ('"-" "curl/8" "2.75"', {AGENT: "curl/8", "extra": ["2.75"]}),
        ('"-" "curl/8" 714 5120', {AGENT: "curl/8", "extra": ["714", "5120"]}),
        ("0.003", {"extra": ["0.003"]}),
        ('"-" "curl/8" **0/12345**', {AGENT: "curl/8", "extra": ["**0/12345**"]}),
        (
            '"-" "curl/8" rt=0.012 uct="0.000, 0.001" up=-',
            {AGENT: "curl/8", "rt": "0.012", "uct": "0.000, 0.001"},
        ),
        (
            '"-" "curl/8" 12 "shop@docker" "http://10.0.0.2:80" 7ms',
            {
                AGENT: "curl/8",
                "RequestCount": "12",
                "RouterName": "shop@docker",
                "ServiceURL": "http://10.0.0.2:80",
                "Duration": "7ms",
            },
        ),
        (
            '"-" "curl/8" 462 0.050 [up-80] [] 10.0.0.1:80, 10.0.0.2:80 0, 19 0.001, 0.049 502, 200 752178ad',
            {
                AGENT: "curl/8",
                "request_length": "462",
                "request_time": "0.050",
                "proxy_upstream_name": "up-80",
                "upstream_addr": "10.0.0.1:80, 10.0.0.2:80",
                "upstream_response_length": "0, 19",
                "upstream_response_time": "0.001, 0.049",
                "upstream_status": "502, 200",
                "req_id": "752178ad",
            },
        ),
        (
            '"-" "-" 27 0.000 [up-80] [] [2a02::7]:5000, [2a02::8]:5000 - 0.000, - 502, - 3db7',
            {
                "request_length": "27",
                "request_time": "0.000",
                "proxy_upstream_name": "up-80",
                "upstream_addr": "[2a02::7]:5000, [2a02::8]:5000",
                "upstream_response_time": "0.000, -",
                "upstream_status": "502, -",
                "req_id": "3db7",
            },
        ),
    ],
)
def test_what_stands_behind_is_named_or_listed(tail: str, expected: dict[str, Any]) -> None:
    found = attributes_of(f"10.0.0.1 - - {TIME} {REQUEST} {tail}")
    common = {*attributes_of(f"10.0.0.1 - - {TIME} {REQUEST}")}
    assert {name: value for name, value in found.items() if name not in common} == expected


@given(st.lists(st.text(st.sampled_from('QZ,"[]=\\.\t'), min_size=1, max_size=8), max_size=6).map(" ".join))
def test_no_word_behind_is_lost(tail: str) -> None:
    assume('="' not in tail)  # a key without a value is a null
    found = orjson.dumps(attributes_of(f"10.0.0.1 - - {TIME} {REQUEST} {tail}"))
    assert [found.count(b"Q"), found.count(b"Z")] == [tail.count("Q"), tail.count("Z")]


@pytest.mark.parametrize(
    "line",
    [
        f'10.0.0.1 - - {TIME} "GET /"a" HTTP/1.1" 404 12 "-" "curl/8"',
        f'10.0.0.1 - - {TIME} "GET /a" b HTTP/1.1" 404 12',
    ],
)
def test_a_server_that_does_not_escape_quotes_ends_the_request_before_the_status(line: str) -> None:
    record = record_of(line)
    assert record["body"] == line.split(' "', 1)[1].split('" 404')[0]
    assert record["attributes"]["http.response.status_code"] == 404


@pytest.mark.parametrize(
    "line",
    [
        "10.0.0.1 - - [10/Oct/2000:13:55:36 +0000] GET /a 200",
        'see [here] "quoted" words',
        f'[x] {TIME} words "GET / HTTP/1.1"',
        f'10.0.0.1 - - {TIME} "GET / HTTP/1.1" 200 5\n10.0.0.2 - - {TIME} "GET / HTTP/1.1" 200 5',
        'INFO 10.0.0.1 handled [request] "x"',
    ],
)
def test_other_texts_are_not_access_logs(line: str) -> None:
    assert record_of(line)["dialect"] != "access-log"


def test_a_request_id_of_32_digits_is_no_trace() -> None:
    line = f'10.0.0.1 - - {TIME} {REQUEST} "-" "-" 4bf92f3577b34da6a3ce929d0e0e4736'
    assert record_of(line)["trace_id"] is None


@pytest.mark.parametrize(("size", "number"), [("1375", 1375), ("-", None)])
def test_apaches_log_of_encrypted_requests_begins_with_the_time(size: str, number: int | None) -> None:
    record = record_of(f'{TIME} 172.30.0.119 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 "GET /a HTTP/1.1" {size}')
    assert (record["dialect"], record["timestamp"]) == ("access-log", "2000-10-10T13:55:36.000000000Z")
    assert (record["body"], record["attributes"].get("http.response.body.size")) == ("GET /a HTTP/1.1", number)
    expected = {"client.address": "172.30.0.119", "tls.protocol.version": "TLSv1.2", "url.path": "/a"}
    assert {name: record["attributes"].get(name) for name in expected} == expected


def test_behind_a_syslog_head_the_line_is_the_same() -> None:
    record = record_of(f"<190>Nov 20 12:00:00 web-1 nginx: 10.0.0.1 - - {TIME} {REQUEST}")
    assert (record["dialect"], record["envelopes"], record["body"]) == ("access-log", ["rfc3164"], "GET /a HTTP/1.1")
    assert record["resource"] == {"host.name": "web-1", "service.name": "nginx"}
