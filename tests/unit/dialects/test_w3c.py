"""W3C extended logs: the field list decides, and nothing vanishes."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from streams.dialects.lines.w3c import DIALECT
from tests.through import record_of, records_of

FIELDS = "#Fields: date time cs-method cs-uri-stem sc-status"


@pytest.mark.parametrize(
    ("line", "timestamp"),
    [
        ("#Software: Microsoft Internet Information Services 10.0", None),
        ("#Version: 1.0", None),
        ("#Date: 2026-03-17 00:00:01", "2026-03-17T00:00:01.000000000Z"),
        ("#Start-Date: 12-Jan-1996 00:00:00", "1996-01-12T00:00:00.000000000Z"),
        (FIELDS, None),
        ("#Remark: all is well", None),
    ],
)
def test_a_directive_is_a_record(line: str, timestamp: str | None) -> None:
    record = record_of(line)
    assert (record["dialect"], record["event_name"], record["body"]) == ("w3c", "w3c.directive", line)
    assert record["timestamp"] == timestamp


@pytest.mark.parametrize("line", ["# a comment", "#!/bin/sh", "#Fieldset: x", "#hashtag"])
def test_other_hashes_are_no_directive(line: str) -> None:
    assert record_of(line)["dialect"] == "text"


def test_every_line_of_a_file_is_a_record_read_by_the_last_field_list() -> None:
    text = (
        f"#Version: 1.0\r\n{FIELDS}\r\n2026-03-17 08:01:15 GET /a 200\r\n# comment\r\n\r\n"
        "#Fields: time date x-word\r\n08:01:16 2026-03-17 last\r\n"
    )
    records = records_of(text)
    assert [record["body"] for record in records] == [
        "#Version: 1.0",
        FIELDS,
        "GET /a 200",
        "# comment",
        "#Fields: time date x-word",
        "08:01:16 2026-03-17 last",
    ]
    assert [record["timestamp"] for record in records][2::3] == [
        "2026-03-17T08:01:15.000000000Z",
        "2026-03-17T08:01:16.000000000Z",
    ]
    assert records[5]["attributes"] == {"x-word": "last"}


def test_lines_before_a_field_list_keep_their_text() -> None:
    records = records_of("#Version: 1.0\nfoo bar\n")
    assert (records[1]["body"], records[1]["attributes"]) == ("foo bar", {"extra": ["foo", "bar"]})


def test_more_values_than_fields_are_kept_and_fewer_are_no_harm() -> None:
    more, fewer = records_of(f"{FIELDS}\n2026-03-17 08:01:15 GET /a 200 x y\n2026-03-17 08:01:15 GET\n")[1:]
    assert more["attributes"]["extra"] == ["x", "y"]
    assert fewer["attributes"] == {"http.request.method": "GET"}


def test_quoted_values_may_hold_blanks() -> None:
    (_, row) = records_of('#Fields: date time x-comment sc-status\n2026-03-17 08:01:15 "two words" 200\n')
    assert row["attributes"] == {"x-comment": "two words", "http.response.status_code": 200}


def test_a_field_of_the_wrong_type_keeps_its_name_with_a_flag() -> None:
    (_, row) = records_of(f"{FIELDS}\n2026-03-17 08:01:15 GET /a OK\n")
    assert row["attributes"]["http.response.status_code"] == "OK"
    assert row["flags"] == ["field.type_mismatch"]


def test_a_time_of_day_alone_is_no_time() -> None:
    (_, row) = records_of("#Fields: time cs-method cs-uri\n00:34:23 GET /foo/bar.html\n")
    assert (row["timestamp"], row["flags"]) == (None, ["timestamp.unparsable"])
    assert row["attributes"] == {"time": "00:34:23", "http.request.method": "GET", "url.path": "/foo/bar.html"}


AGENT = "Mozilla/5.0+(Windows+NT+10.0)"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            f"2026-03-17 08:01:15 10.0.2.10 GET /a.aspx - 80 - 10.0.1.50 {AGENT} - 200 0 0 1250",
            {"server.address": "10.0.2.10", "server.port": 80, "time-taken": "1250"},
        ),
        (
            f"2026-03-17 08:01:15 10.0.2.10 GET /a.aspx id=4+2 443 D\\ann ::1 {AGENT} 200 0 0 12",
            {"url.query": "id=4+2", "user.name": "D\\ann", "client.address": "::1"},
        ),
        (
            f"2026-03-17 08:01:15 W3SVC1 10.0.2.10 GET /a.aspx - 80 - 10.0.1.50 {AGENT} 200 0 0",
            {"s-sitename": "W3SVC1", "server.address": "10.0.2.10"},
        ),
        (
            "2026-03-17 08:01:15 172.18.102.130 GET / - 443 - - - - 200 0 0 3930 1632 606",
            {"client.address": None, "http.response.size": 3930, "http.request.size": 1632, "time-taken": "606"},
        ),
        (
            "2026-03-17 08:01:15 W3SVC1 WEB1 10.0.2.10 GET /a - 80 - 10.0.1.50 HTTP/1.1 x a=b - a.org:81 200 0 0 5 6 7",
            {
                "s-computername": "WEB1",
                "cs-host": "a.org:81",
                "server.address": "a.org",
                "server.port": 80,
                "s-ip": "10.0.2.10",
            },
        ),
        (
            "2026-03-17 08:01:15 SITE GET /a X-ARR-LOG-ID=2ec4 80 - 10.0.1.50 x - - www.a.org 200 0 0 53175 871 46",
            {"s-sitename": "SITE", "server.address": "www.a.org", "http.request.size": 871},
        ),
    ],
)
def test_without_its_field_list_a_line_of_iis_is_read_by_the_usual_ones(line: str, expected: dict[str, Any]) -> None:
    record = record_of(line)
    assert (record["dialect"], record["timestamp"]) == ("w3c", "2026-03-17T08:01:15.000000000Z")
    assert {name: record["attributes"].get(name) for name in expected} == expected
    assert record["body"].endswith(" 200")


@pytest.mark.parametrize(
    "line",
    [
        "2026-03-17 08:01:15 INFO started",
        "2026-03-17 08:01:15 10.0.2.10 get /a - 80 - 10.0.1.50 x - 200 0 0 1250",
        "2026-03-17 08:01:15 a b c d e f g h i j k l m",
    ],
)
def test_a_line_that_fits_no_usual_list_is_not_guessed(line: str) -> None:
    assert record_of(line)["dialect"] != "w3c"


@pytest.mark.parametrize(
    ("rest", "body", "reason"),
    [
        ("HTTP/1.1 GET /qos/1kbfile.txt?a 503 - ConnLimit -", "GET /qos/1kbfile.txt?a 503", "ConnLimit"),
        ("- - - - - Timer_MinBytesPerSecond -", None, "Timer_MinBytesPerSecond"),
    ],
)
def test_a_line_of_windows_http_service_is_read_too(rest: str, body: str | None, reason: str) -> None:
    line = f"2018-01-01 08:09:10 172.31.77.6 2094 172.31.77.7 80 {rest}"
    record = record_of(line)
    assert (record["dialect"], record["body"]) == ("w3c", body or line)
    assert (record["attributes"]["client.port"], record["attributes"]["s-reason"]) == (2094, reason)


EDGE = (
    "2019-12-04\t21:02:31\tLAX1-C2\t392\t192.0.2.100\tGET\td1.cloudfront.net\t/index.html\t200\t-\tMozilla/5.0%20(X)\t-"
)


@pytest.mark.parametrize(
    ("tail", "host"),
    [
        ("", "d1.cloudfront.net"),
        ("\t-\tHit\tSOX4xwn4==\td2.cloudfront.net\thttps\t23\t0.001\t-\tTLSv1.2\tECDHE", "d2.cloudfront.net"),
    ],
)
def test_a_line_of_cloudfront_is_known_by_its_tabs(tail: str, host: str) -> None:
    record = record_of(EDGE + tail)
    assert (record["dialect"], record["body"]) == ("w3c", "GET /index.html 200")
    assert record["resource"]["service.name"] == record["attributes"]["server.address"] == host
    assert record["attributes"]["x-edge-location"] == "LAX1-C2"


def test_a_line_that_is_replayed_alone_has_its_field_list_with_it() -> None:
    text = f"#Version: 1.0\n{FIELDS}\n2026-03-17 08:01:15 GET /a 200\n"
    assert DIALECT.split_text
    parts = DIALECT.split_text(text, UTC)
    assert parts
    alone = [parts.alone(index, item) for index, item in enumerate(parts.items)]
    assert alone == ["#Version: 1.0", FIELDS, f"{FIELDS}\n2026-03-17 08:01:15 GET /a 200"]
