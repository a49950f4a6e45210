"""Records of hosts and proxies: journald, GELF, MongoDB, Kubernetes' audit, access logs in JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.through import record_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def read(document: dict[str, Any]) -> dict[str, Any]:
    return record_of(json.dumps(document))


JOURNAL = {"__REALTIME_TIMESTAMP": "1578529839140004", "PRIORITY": "6"}


@pytest.mark.parametrize(
    ("message", "body", "flags"),
    [
        ("hello", "hello", []),
        ([194, 191, 72, 105], "¿Hi", []),
        ([72, 105, 255, 72, 105, 72, 105, 72, 105], "Hi\ufffdHiHiHi", ["encoding.replaced"]),
        ([0, 1, 255], [0, 1, 255], []),
        (["one", "two"], "one\ntwo", []),
        (["one", [194, 191]], "one\n¿", []),
        ([1, 300], [1, 300], []),
        ([], "", []),
    ],
)
def test_a_field_of_the_journal_is_a_text_or_bytes_or_several(message: Any, body: Any, flags: list[str]) -> None:
    record = read({**JOURNAL, "MESSAGE": message})
    assert (record["body"], record.get("flags", [])) == (body, flags)


def test_a_message_of_the_journal_that_was_too_large_leaves_the_whole_record() -> None:
    document = {**JOURNAL, "MESSAGE": None}
    assert read(document)["body"] == json.dumps(document)


def test_repeated_fields_and_bytes_of_other_fields_are_texts_too() -> None:
    record = read({**JOURNAL, "MESSAGE": "m", "SYSLOG_FACILITY": ["3", "4"], "SYSLOG_RAW": [194, 191]})
    assert record["attributes"] == {"SYSLOG_FACILITY": ["3", "4"], "SYSLOG_RAW": "¿"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"_SOURCE_REALTIME_TIMESTAMP": "1578529839140005"}, "2020-01-09T00:30:39.140005000Z"),
        ({}, "2020-01-09T00:30:39.140004000Z"),
        ({"_SOURCE_REALTIME_TIMESTAMP": ""}, "2020-01-09T00:30:39.140004000Z"),
        ({"__REALTIME_TIMESTAMP": "0"}, None),
        ({"__REALTIME_TIMESTAMP": 1578529839140004}, "2020-01-09T00:30:39.140004000Z"),
    ],
)
def test_the_journal_s_time_is_in_microseconds_its_source_s_first(fields: dict[str, Any], expected: str | None) -> None:
    assert read({**JOURNAL, "MESSAGE": "m", **fields})["timestamp"] == expected


@pytest.mark.parametrize(
    ("fields", "service"),
    [
        ({"SYSLOG_IDENTIFIER": "sshd", "_SYSTEMD_UNIT": "ssh.service"}, "sshd"),
        ({"_SYSTEMD_UNIT": "ssh.service"}, "ssh"),
        ({"_SYSTEMD_UNIT": "sysinit.target"}, "sysinit.target"),
        ({"_COMM": "sshd"}, "unknown_service"),
    ],
)
def test_the_journal_names_the_service_by_identifier_else_unit(fields: dict[str, str], service: str) -> None:
    assert read({**JOURNAL, "MESSAGE": "m", **fields})["resource"]["service.name"] == service


def test_ids_of_machine_and_boot_are_no_trace_but_a_field_may_name_one() -> None:
    ids = {"_BOOT_ID": "370026de1e2b46018040b4c6bb61c751", "_MACHINE_ID": "e2fa072722154c9089f264992b45f58d"}
    record = read({**JOURNAL, "MESSAGE": "m", **ids})
    assert (record["trace_id"], record["resource"]["host.id"]) == (None, ids["_MACHINE_ID"])
    assert read({**JOURNAL, "MESSAGE": "m", **ids, "TRACE_ID": TRACE})["trace_id"] == TRACE


GELF = {"version": "1.1", "host": "h", "short_message": "m"}


@pytest.mark.parametrize(
    ("fields", "number", "text"),
    [
        ({}, 0, None), ({"level": 1}, 19, "1"), ({"level": "6"}, 9, "6"), ({"level": 9}, 0, "9"),
        ({"level": "info"}, 9, "info"),
    ],
)  # fmt: skip
def test_gelf_s_level_is_syslog_s_and_unspecified_when_absent(
    fields: dict[str, Any], number: int, text: str | None
) -> None:
    record = read({**GELF, **fields})
    assert (record["severity_number"], record["severity_text"]) == (number, text)


@pytest.mark.parametrize(
    ("fields", "attributes"),
    [
        ({"_user": "u", "_n": 1}, {"user": "u", "n": 1}),
        ({"_version": "x"}, {"_version": "x"}),
        ({"_a": 1, "a": 2}, {"_a": 1, "a": 2}),
        ({"__a": 1, "_a": 2}, {"_a": 1, "a": 2}),
        ({"_": 1}, {"_": 1}),
        (
            {"_thread": "t", "file": "a.c", "line": 42},
            {"thread.name": "t", "code.file.path": "a.c", "code.line.number": 42},
        ),
    ],
)
def test_gelf_s_own_fields_lose_their_underscore_unless_the_name_is_taken(
    fields: dict[str, Any], attributes: dict[str, Any]
) -> None:
    assert read({**GELF, **fields})["attributes"] == {"version": "1.1", **attributes}


def test_gelf_s_own_fields_may_name_service_logger_and_trace() -> None:
    record = read({**GELF, "_service": "s", "_logger": "l", "_trace_id": TRACE, "_spanId": SPAN})
    assert (record["resource"]["service.name"], record["scope"]["name"]) == ("s", "l")
    assert (record["trace_id"], record["span_id"]) == (TRACE, SPAN)


def test_gelf_s_decimal_seconds_are_exact() -> None:
    value = '{"version":"1.1","host":"h","short_message":"m","timestamp":1705479090.270186742}'
    assert record_of(value)["timestamp"] == "2024-01-17T08:11:30.270186742Z"


@pytest.mark.parametrize(
    "date",
    [
        {"$date": "2024-03-10T15:13:06.719+01:00"},
        {"$date": {"$numberLong": "1710079986719"}},
        {"$date": 1710079986719},
        "2024-03-10T14:13:06.719Z",
    ],
)
def test_mongodb_s_date_is_extended_json(date: Any) -> None:
    record = read({"t": date, "s": "I", "c": "NETWORK", "id": 1, "ctx": "conn1", "msg": "m"})
    assert (record["timestamp"], record["body"]) == ("2024-03-10T14:13:06.719000000Z", "m")


@pytest.mark.parametrize(
    ("letter", "number"),
    [("F", 21), ("E", 17), ("W", 13), ("I", 9), ("D1", 8), ("D2", 7), ("D3", 6), ("D4", 5), ("D5", 1), ("D", 5)],
)
def test_mongodb_has_five_debug_levels(letter: str, number: int) -> None:
    text = f"2014-11-03T18:28:32.450-0500 {letter} -        [conn1] hello"
    for record in (read({"t": None, "s": letter, "c": "-", "ctx": "c", "msg": "m"}), record_of(text)):
        assert (record["dialect"], record["severity_number"], record["severity_text"]) == ("mongodb", number, letter)


@pytest.mark.parametrize(
    ("line", "dialect", "body"),
    [
        ("2015-04-23T07:00:13.864+0200 I CONTROL  Ctrl-C signal", "mongodb", "Ctrl-C signal"),
        ("2015-04-23T07:00:13.864+0200 I JOURNAL  [journal writer] started", "mongodb", "started"),
        ("2015-04-23T07:00:13.864+0200 I AM here", "text", "2015-04-23T07:00:13.864+0200 I AM here"),
    ],
)
def test_mongodb_s_older_lines_may_have_no_context(line: str, dialect: str, body: str) -> None:
    record = record_of(line)
    assert (record["dialect"], record["body"]) == (dialect, body)


def test_an_object_with_short_keys_is_not_mongodb_s_when_its_s_is_no_level() -> None:
    assert read({"t": 1, "s": "a long word", "c": 2, "msg": "m"})["dialect"] != "mongodb"


def test_what_the_api_server_records_is_no_severity() -> None:
    record = read({"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": "a", "stage": "s",
                   "verb": "get", "requestURI": "/x", "responseStatus": {"code": 404}})  # fmt: skip
    assert (record["severity_number"], record["severity_text"], record["attributes"]["level"]) == (0, None, "Metadata")
    assert (record["body"], record["attributes"]["http.response.status_code"]) == ("get /x 404", 404)


NGINX = {"time_iso8601": "2024-03-10T14:13:06+00:00", "remote_addr": "192.0.2.1"}


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"request": "GET /a?b=c HTTP/1.1", "status": "200"}, "GET /a?b=c HTTP/1.1"),
        ({"request": "\\x16\\x03", "status": 400}, "\\x16\\x03"),
        ({"request_method": "GET", "request_uri": "/a?b=c", "status": "200"}, "GET /a?b=c 200"),
        ({"request": "", "request_method": "GET", "uri": "/a", "status": 200}, "GET /a 200"),
        ({"request": "-", "method": "GET", "path": "/a", "status": 200}, "GET /a 200"),
        ({"request_method": "GET", "uri": "/a", "request_time": "0.1"}, "GET /a"),
    ],
)
def test_an_access_log_says_the_request_line_else_method_path_and_status(fields: dict[str, Any], body: str) -> None:
    record = read({**NGINX, **fields})
    assert (record["dialect"], record["body"], record["severity_number"]) == ("nginx-json", body, 0)


def test_an_access_log_without_any_request_is_whole() -> None:
    document = {**NGINX, "request": "-", "status": 400}
    assert read(document)["body"] == json.dumps(document)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"msec": 1710079986.719}, "2024-03-10T14:13:06.719000000Z"),
        ({"msec": "1710079986.719"}, "2024-03-10T14:13:06.719000000Z"),
        ({}, "2024-03-10T14:13:06.000000000Z"),
    ],
)
def test_the_finer_of_nginx_s_times_wins(fields: dict[str, Any], expected: str) -> None:
    assert read({**NGINX, "status": 200, **fields})["timestamp"] == expected


@pytest.mark.parametrize("nothing", ["-", "", "null", "None", None])
def test_what_stands_for_nothing_in_an_access_log_is_null(nothing: str | None) -> None:
    record = read({**NGINX, "status": nothing, "remote_user": nothing, "upstream_addr": nothing, "host": nothing})
    assert record["attributes"] == {
        "client.address": "192.0.2.1",
        "status": None,
        "user.name": None,
        "upstream_addr": None,
        "host": None,
    }
    assert record["resource"]["service.name"] == "unknown_service"


@pytest.mark.parametrize(
    ("status", "attributes"),
    [
        ("404", {"http.response.status_code": 404}),
        (404, {"http.response.status_code": 404}),
        ("404, 200", {"status": "404, 200"}),
        (0, {"status": 0}),
        ("000", {"status": "000"}),
        ([1], {"status": [1]}),
    ],
)
def test_a_status_is_a_number_if_it_can_be(status: Any, attributes: dict[str, Any]) -> None:
    record = read({"time_local": "10/Mar/2024:14:13:06 +0000", "status": status, "remote_user": "-"})
    assert record["attributes"] == {**attributes, "user.name": None}


@pytest.mark.parametrize(
    ("host", "attributes"),
    [
        ("shop.example.com", {"server.address": "shop.example.com"}),
        ("shop:8443", {"server.address": "shop", "server.port": 8443}),
        ("[2001:db8::1]:80", {"server.address": "2001:db8::1", "server.port": 80}),
    ],
)
def test_the_virtual_host_is_the_server_and_stands_for_the_service(host: str, attributes: dict[str, Any]) -> None:
    record = read({**NGINX, "status": 200, "host": host})
    assert record["attributes"].items() >= {**attributes, "host": host}.items()
    assert (record["resource"]["service.name"], record["flags"]) == (attributes["server.address"], ["service.inferred"])


def test_a_request_id_is_no_trace_but_a_traceparent_is() -> None:
    request_id = "1dae7b39a2fa0f1ad9f5a5c5a2f3a8d2"
    assert read({**NGINX, "status": 200, "request_id": request_id})["trace_id"] is None
    record = read({**NGINX, "status": 200, "request_id": request_id, "traceparent": f"00-{TRACE}-{SPAN}-01"})
    assert (record["trace_id"], record["span_id"], record["trace_flags"]) == (TRACE, SPAN, 1)


@pytest.mark.parametrize("status", ["ok", "failed"])
def test_a_status_in_words_is_another_program_s(status: str) -> None:
    assert read({"request_method": "GET", "status": status})["dialect"] == "json"


ENVOY = {"start_time": "2024-03-10T14:13:06.719Z", "response_flags": "-"}


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"method": "GET", "path": "/a?b=c", "response_code": "200"}, "GET /a?b=c 200"),
        ({":method": "GET", ":path": "/a", "response-code": 200}, "GET /a 200"),
        ({"method": "GET", "path": "/a", "response_code": 0, "response_flags": "DC"}, "GET /a 0"),
        ({"protocol": None, "upstream_cluster": "PassthroughCluster", "response_code": 0}, "- PassthroughCluster -"),
        ({"protocol": "TCP", "upstream_host": "10.0.0.1:80", "response_flags": "UF"}, "TCP 10.0.0.1:80 UF"),
    ],
)
def test_envoy_s_body_is_the_request_or_the_connection(fields: dict[str, Any], body: str) -> None:
    record = read({**ENVOY, **fields})
    assert (record["dialect"], record["body"]) == ("envoy-istio", body)


ENVOY_LINE = (
    '[2016-04-15T20:17:00.310Z] "POST /api?a=b HTTP/2" 204 - 154 0 226 100 "10.0.35.28" "nsq2http"'
    ' "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2" "locations:80" "tcp://10.0.2.1:80"'
)
ISTIO_LINE = (
    '[2020-11-25T21:26:18.409Z] "- - -" 0 UF - - "-" 1095 0 665017 - "-" "-" "-" "-" "34.64.144.150:27017"'
    " PassthroughCluster 10.10.37.42:41592 34.64.144.150:27017 10.10.37.42:41576 - -"
)


def test_envoy_s_default_text_says_the_same_as_its_json() -> None:
    record = record_of(ENVOY_LINE)
    assert (record["dialect"], record["body"]) == ("envoy-istio", "POST /api?a=b HTTP/2")
    assert record["timestamp"] == "2016-04-15T20:17:00.310000000Z"
    assert record["attributes"] == {
        "http.request.method": "POST", "url.path": "/api", "url.query": "a=b", "protocol": "HTTP/2",
        "http.response.status_code": 204, "response_flags": None, "http.request.body.size": 154,
        "http.response.body.size": 0, "duration": "226", "upstream_service_time": "100",
        "x_forwarded_for": "10.0.35.28", "user_agent.original": "nsq2http", "authority": "locations:80",
        "request_id": "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2", "upstream_host": "tcp://10.0.2.1:80",
        "server.address": "locations", "server.port": 80,
    }  # fmt: skip


def test_istio_s_text_of_a_connection_says_where_it_went() -> None:
    record = record_of(ISTIO_LINE)
    assert (record["dialect"], record["body"]) == ("envoy-istio", "- PassthroughCluster UF")
    assert record["attributes"]["downstream_remote_address"] == "10.10.37.42:41576"


@pytest.mark.parametrize(
    "line", [f"{ENVOY_LINE} more", ENVOY_LINE.replace(" 226", ""), "[2016-04-15T20:17:00.310Z] hello"]
)
def test_a_line_with_other_fields_is_not_envoy_s(line: str) -> None:
    assert record_of(line)["dialect"] != "envoy-istio"


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (1506702504433000200, "2017-09-29T16:28:24.433000200Z"),
        ("2017-09-29T16:28:24Z", "2017-09-29T16:28:24.000000000Z"),
        (1506702504, "2017-09-29T16:28:24.000000000Z"),
    ],
)
def test_cloudflare_s_time_is_of_the_form_that_the_job_sets(time: Any, expected: str) -> None:
    record = read({"EdgeStartTimestamp": time, "RayID": "3a6050bcbe121a87", "ClientIP": "192.0.2.1"})
    assert (record["timestamp"], record["trace_id"], record["span_id"]) == (expected, None, None)


def test_traefik_s_empty_message_gives_way_to_the_request() -> None:
    ids = {"TraceId": TRACE, "SpanId": SPAN}
    times = {"time": "2024-03-10T14:13:07Z", "StartUTC": "2024-03-10T14:13:06.7Z"}
    line = {"RequestMethod": "GET", "RequestPath": "/a", "DownstreamStatus": 200, "msg": "", "level": "info"}
    record = read({**line, **times, **ids})
    assert (record["body"], record["timestamp"]) == ("GET /a 200", "2024-03-10T14:13:06.700000000Z")
    assert (record["trace_id"], record["span_id"], record["severity_number"]) == (TRACE, SPAN, 9)
