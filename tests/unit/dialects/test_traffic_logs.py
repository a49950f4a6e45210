"""Logs of balancers, proxies, caches, networks and object stores, in the forms that their manuals give them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.through import record_of, records_of

HAPROXY = "haproxy[14389]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655]"
COUNTS = "1/1/1/1/0 0/0"


def having(record: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a record that are expected, as they are."""
    return {name: record["attributes"].get(name) for name in expected}


@pytest.mark.parametrize(
    ("rest", "body", "expected"),
    [
        (
            f'services~ api/api 4599/0/0/428/5027 304 320 - - ---- {COUNTS} "GET /v1 HTTP/1.1"',
            "GET /v1 HTTP/1.1",
            {
                "haproxy.frontend_name": "services~",
                "haproxy.server_name": "api",
                "haproxy.Ta": 5027,
                "http.response.status_code": 304,
                "url.path": "/v1",
            },
        ),
        (
            f'http-in http-in/<NOSRV> -1/-1/-1/-1/0 400 187 - - PR-- {COUNTS} "<BADREQ>"',
            "<BADREQ>",
            {"haproxy.server_name": "<NOSRV>", "haproxy.termination_state": "PR--", "haproxy.TR": "-1"},
        ),
        (
            'fe be/s 1/2/3/-1/+5 -1 +6 a=1 b=2 cD-- 1/1/1/1/+3 4/5 {a|b} {|c} "GET /cut off',
            "GET /cut off",
            {
                "haproxy.status_code": "-1",
                "haproxy.bytes_read": "+6",
                "haproxy.retries": "+3",
                "haproxy.captured_request_cookie": "a=1",
                "haproxy.captured_request_headers": "a|b",
                "haproxy.captured_response_headers": "|c",
                "haproxy.backend_queue": 5,
            },
        ),
        (
            f'https~ be/s 1/2/3/4/5 200 6 - - ---- {COUNTS} "GET / HTTP/2.0" 0/0/0/0/0 a.org/TLSv1.3/TLS_AES_128',
            "GET / HTTP/2.0",
            {"extra": ["0/0/0/0/0", "a.org/TLSv1.3/TLS_AES_128"]},
        ),
        (f"fnt bck/srv1 0/0/5007 212 SD {COUNTS}", "bck/srv1 SD", {"haproxy.Tt": 5007, "haproxy.bytes_read": 212}),
        (
            f'https~ app/node2 app.org 0/0/1/17/18 302 291 - - ---- {COUNTS} "GET / HTTP/1.1"',
            "GET / HTTP/1.1",
            {"haproxy.server_name": "node2", "haproxy.inserted": "app.org", "haproxy.Ta": 18},
        ),
        ("fe/1: SSL handshake failure", "SSL handshake failure", {"haproxy.bind_name": "1", "client.port": 33317}),
    ],
)
def test_haproxy_logs_requests_connections_and_failures(rest: str, body: str, expected: dict[str, Any]) -> None:
    record = record_of(f"{HAPROXY} {rest}")
    assert (record["dialect"], record["body"], record["timestamp"]) == (
        "haproxy",
        body,
        "2009-02-06T12:14:14.655000000Z",
    )
    assert (record["resource"]["service.name"], record["attributes"]["process.pid"]) == ("haproxy", 14389)
    assert having(record, expected) == expected


@pytest.mark.parametrize(
    ("head", "timestamp", "flags"),
    [
        ("2015-08-26T02:09:48+02:00 lb", "2015-08-26T00:09:48.000000000Z", None),
        ("<134>Feb  6 12:14:15 lb", "2009-02-06T12:14:14.655000000Z", ["timestamp.no_zone"]),
    ],
)
def test_of_haproxys_times_the_one_with_a_zone_wins_else_its_own(head: str, timestamp: str, flags: Any) -> None:
    record = record_of(f"{head} {HAPROXY} fe be/s 0/0/1 2 -- {COUNTS}")
    assert (record["dialect"], record["timestamp"], record.get("flags")) == ("haproxy", timestamp, flags)
    assert record["resource"]["host.name"] == "lb"


def test_haproxys_other_messages_are_syslogs() -> None:
    assert record_of("<133>Jun 13 16:33:35 haproxy[73411]: Proxy sticky-servers started.")["dialect"] == "rfc3164"


ALB = (
    '{type} 2018-07-02T22:23:00.186641Z app/lb/50dc {client} {target} 0.086 0.048 0.037 200 200 0 57 "{request}"'
    ' "curl/7" - - - "{trace}" "-" "-" 0 2018-07-02T22:22:48.364000Z "forward" "-" "-" "-" "-" "-" "-"{tail}'
)
PLAIN = {
    "type": "http",
    "client": "10.0.0.1:2817",
    "target": "10.0.0.2:80",
    "request": "GET http://a.org:80/ HTTP/1.1",
    "trace": "-",
    "tail": "",
}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"type": "h2"}, {"aws.elb.type": "h2"}),
        (
            {"client": "[fe80::202:b3ff:fe1e:8329]:443"},
            {"client.address": "fe80::202:b3ff:fe1e:8329", "client.port": 443},
        ),
        ({"target": "-"}, {"aws.elb.target:port": None}),
        ({"tail": " TID_12"}, {"aws.elb.conn_trace_id": "TID_12", "extra": None}),
        ({"tail": ' TID_12 "a" "b" "c" new fields'}, {"extra": ["new", "fields"]}),
        ({"request": "GET wss://a.org:443/x?y HTTP/1.1"}, {"url.scheme": "wss", "url.query": "y"}),
    ],
)
def test_fields_of_an_application_load_balancer_have_their_place(
    part: dict[str, str], expected: dict[str, Any]
) -> None:
    record = record_of(ALB.format(**PLAIN | part))
    assert record["dialect"] == "aws-alb"
    assert having(record, expected) == expected


@pytest.mark.parametrize(
    ("trace", "trace_id", "span_id", "flags"),
    [
        ("Root=1-58337262-36d228ad5d99923122bbe354", "5833726236d228ad5d99923122bbe354", None, None),
        (
            "Self=1-1-2;Root=1-58337262-36d228ad5d99923122bbe354;Parent=53995c3f42cd8ad8;Sampled=1",
            "5833726236d228ad5d99923122bbe354",
            "53995c3f42cd8ad8",
            1,
        ),
        ("-", None, None, None),
        ("Root=nonsense", None, None, None),
    ],
)
def test_a_load_balancer_names_the_trace_of_x_ray(
    trace: str, trace_id: str | None, span_id: str | None, flags: int | None
) -> None:
    record = record_of(ALB.format(**PLAIN | {"trace": trace}))
    assert (record["trace_id"], record["span_id"], record.get("trace_flags")) == (trace_id, span_id, flags)


@pytest.mark.parametrize("request_line", ["- - - ", "-", "- -"])
def test_a_load_balancer_without_a_request_keeps_its_line_as_body(request_line: str) -> None:
    line = ALB.format(**PLAIN | {"request": request_line})
    assert record_of(line)["body"] == line


FLOW = "2 123456789010 eni-1235b8ca 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (FLOW, {"source.address": "172.31.16.139", "destination.port": 22, "aws.vpc.flow.action": "ACCEPT"}),
        (
            FLOW.replace("172.31.16.139", "2001:db8:1234:a100::1").replace("ACCEPT", "REJECT"),
            {"source.address": "2001:db8:1234:a100::1", "aws.vpc.flow.action": "REJECT"},
        ),
        (
            "2 unknown eni-11111111aaaaaaaaa - - - - - - - 1418530010 1418530070 - SKIPDATA",
            {"source.address": None, "aws.vpc.flow.status": "SKIPDATA"},
        ),
        (
            f"5{FLOW[1:]} vpc-abc subnet-def i-1 19 IPv4 10.0.0.1 10.0.0.2 eu-west-1 euw1-az1 - - - - egress 8",
            {"aws.vpc.id": "vpc-abc", "network.tcp.flags": 19, "network.io.direction": "egress", "cloud.region": None},
        ),
        (
            "3 eni-33333333333333333 i-1 OK 10.20.33.164 1418530010 1418530070 8",
            {"network.interface.name": "eni-33333333333333333", "extra": ["i-1", "10.20.33.164", "8"]},
        ),
    ],
)
def test_a_flow_begins_when_its_window_does(line: str, expected: dict[str, Any]) -> None:
    record = record_of(line)
    assert (record["dialect"], record["timestamp"], record["body"]) == (
        "aws-vpc-flow",
        "2014-12-14T04:06:50.000000000Z",
        line,
    )
    assert having(record, expected) == expected


def test_a_header_names_the_fields_of_the_flows_under_it() -> None:
    header = "version account_id srcaddr end log-status start new-field"
    flows = records_of(f"{header}\r\n2 123456789010 10.0.0.1 1418530070 OK 1418530010 x\r\n2 - - - NODATA - -\r\n")
    assert [flow["timestamp"] for flow in flows] == ["2014-12-14T04:06:50.000000000Z", None]
    assert flows[0]["attributes"]["new-field"] == "x"
    assert flows[0]["resource"]["cloud.account.id"] == "123456789010"


@pytest.mark.parametrize(
    "line",
    [
        "2 apples and 3 pears",
        "2 files 1418530010 1418530070 copied",
        "2 123456789010 eni-1235b8ca 172.31.16.139",
    ],
)
def test_numbers_alone_are_no_flow(line: str) -> None:
    assert record_of(line)["dialect"] != "aws-vpc-flow"


def test_an_object_store_logs_operations_that_are_no_requests_too() -> None:
    record = record_of(
        f"{'79a5' * 16} bucket [06/Feb/2019:00:00:38 +0000] - AmazonS3 C0ED9 S3.EXPIRE.OBJECT a%20b - - - - 3560"
        " - - - - - YDrP0SLDmJ5m= - - - - -"
    )
    assert (record["dialect"], record["body"].startswith("79a5")) == ("aws-s3-access", True)
    expected = {
        "aws.s3.operation": "S3.EXPIRE.OBJECT",
        "aws.s3.key": "a%20b",
        "aws.s3.object.size": 3560,
        "user.id": "AmazonS3",
    }
    assert having(record, expected) == expected


@pytest.mark.parametrize(
    ("line", "body", "expected"),
    [
        (
            "1782858066.886    189 10.89.1.249 TCP_MISS/200 951 GET http://a.org/a?b - HIER_DIRECT/192.0.2.1 text/html",
            "GET http://a.org/a?b",
            {"url.path": "/a", "url.query": "b", "squid.content_type": "text/html", "squid.elapsed": "189"},
        ),
        (
            "977273176 17869 10.0.0.1 TCP_DENIED/407 33501 GET http://a.org - NONE/- -",
            "GET http://a.org",
            {"http.response.status_code": 407, "network.peer.address": None},
        ),
        (
            "1282858066.886      0 10.0.0.1 NONE_NONE/000 0 - error:transaction-end-before-headers - HIER_NONE/- - x y",
            "- error:transaction-end-before-headers",
            {"http.request.method": None, "http.response.status_code": None, "extra": ["x", "y"]},
        ),
    ],
)
def test_a_cache_logs_in_its_native_form(line: str, body: str, expected: dict[str, Any]) -> None:
    record = record_of(line)
    assert (record["dialect"], record["body"]) == ("squid", body)
    assert having(record, expected) == expected


def test_an_object_store_of_other_owners_logs_the_same() -> None:
    record = record_of(
        "79a5 mybucket [12/May/2014:07:54:01 +0000] 10.0.1.2 - 7ACC4BE REST.GET.OBJECT foo/bar.html"
        ' "GET /foo/bar.html HTTP/1.1" 304 - - 1718 10 - "-" "Mozilla/5.0" -'
    )
    expected = {"aws.s3.owner": "79a5", "aws.s3.key": "foo/bar.html", "http.response.status_code": 304}
    assert (record["dialect"], record["body"]) == ("aws-s3-access", "GET /foo/bar.html HTTP/1.1")
    assert having(record, expected) == expected


def test_haproxy_may_hide_the_client() -> None:
    record = record_of(f"haproxy[1]: -:22222 [22/May/2021:02:22:22.222] fe be/s 0/0/1 2 -- {COUNTS}")
    assert having(record, {"client.address": 0, "client.port": 0}) == {"client.address": None, "client.port": 22222}
