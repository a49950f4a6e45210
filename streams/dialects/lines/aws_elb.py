"""Access logs of Elastic Load Balancing: application, network and classic load balancers.

Source: the service's documentation, "Access log entry format" of each kind. Fields have their place, new ones are
added at the end. Attributes are named as OpenTelemetry's collector names them (awslogsencodingextension).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, tzinfo
from typing import TypeAlias

from streams.dialects.base import CompileText, Dialect, Example, TextReader, add_flags, new_record
from streams.dialects.lines.fields import NULLS, put_address, put_fields, put_virtual_host, split_fields
from streams.dialects.lines.http_request import put_request
from streams.dialects.roles import words
from streams.types import Record, Source
from streams.values.time import read_time
from streams.values.trace import read_trace

Finish: TypeAlias = Callable[[Record, dict[str, str]], None]
"""Sets of a record what is more than one field under one name; the fields are by the documentation's names."""

_INTEGERS = frozenset(
    {"http.response.status_code", "http.request.size", "http.response.size", "aws.elb.target_status_code"}
)
_NAMES = {
    "received_bytes": "http.request.size",
    "sent_bytes": "http.response.size",
    "elb_status_code": "http.response.status_code",
    "user_agent": "user_agent.original",
    "ssl_cipher": "tls.cipher",
    "ssl_protocol": "tls.protocol.version",
    "tls_cipher": "tls.cipher",
    "tls_protocol_version": "tls.protocol.version",
    "elb": "cloud.resource_id",
}
_ELSEWHERE = frozenset({"time", "client:port", "request"})
_ALB = words(
    "type time elb client:port target:port request_processing_time target_processing_time response_processing_time"
    " elb_status_code target_status_code received_bytes sent_bytes request user_agent ssl_cipher ssl_protocol"
    " target_group_arn trace_id domain_name chosen_cert_arn matched_rule_priority request_creation_time"
    " actions_executed redirect_url error_reason target:port_list target_status_code_list classification"
    " classification_reason conn_trace_id transformed_host transformed_uri request_transform_status"
)
_CLASSIC = words(
    "time elb client:port backend:port request_processing_time backend_processing_time response_processing_time"
    " elb_status_code backend_status_code received_bytes sent_bytes request user_agent ssl_cipher ssl_protocol"
)
_NLB = words(
    "type version time elb listener client:port destination:port connection_time tls_handshake_time received_bytes"
    " sent_bytes incoming_tls_alert chosen_cert_arn chosen_cert_serial tls_cipher tls_protocol_version"
    " tls_named_group domain_name alpn_fe_protocol alpn_be_protocol alpn_client_preference_list"
    " tls_connection_creation_time"
)
_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?"


def _compile(dialect: str, pattern: str, names: tuple[str, ...], least: int, finish: Finish) -> CompileText:
    """Make the compiler of a kind whose lines begin as `pattern` says and have at least so many fields."""
    begins = re.compile(pattern, re.ASCII).match
    finals = tuple("" if name in _ELSEWHERE else _NAMES.get(name, f"aws.elb.{name}") for name in names)

    def compile_text(zone: tzinfo) -> TextReader:
        def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
            if not begins(text) or "\n" in text:
                return None
            fields = split_fields(text)
            if len(fields) < least:
                return None
            record = new_record(dialect, event_id, observed, source)
            said = dict(zip(names, fields, strict=False))
            put_fields(record, zip(finals, fields, strict=False), _INTEGERS)
            _put_common(record, said)
            finish(record, said)
            if len(fields) > len(names):
                record["attributes"]["extra"] = fields[len(names) :]
            return record

        return read

    return compile_text


def _put_common(record: Record, said: dict[str, str]) -> None:
    """Set what all kinds have; the documentation says that all times are in UTC."""
    found = read_time(said["time"].removesuffix("Z") + "Z", UTC, record["observed_timestamp"])
    record["timestamp"] = found.text
    if found.flags:
        add_flags(record, *found.flags)
    if found.text is None:
        record["attributes"]["time"] = said["time"]
    put_address(record["attributes"], "client", said["client:port"])


def _finish_http(record: Record, said: dict[str, str]) -> None:
    """Take the request line, of which `- - - ` is left when there was none, and the trace of X-Ray."""
    request = said["request"]
    if request.strip(" -"):
        record["body"] = request
        put_request(record["attributes"], request)
    host = record["attributes"].get("server.address")
    if host:
        record["resource"]["service.name"] = host
        add_flags(record, "service.inferred")
    trace = said.get("trace_id", "-")
    if trace not in NULLS:
        found = read_trace(trace)
        record["trace_id"], record["span_id"] = found.trace_id, found.span_id
        if found.trace_flags is not None:
            record["trace_flags"] = found.trace_flags
        add_flags(record, *found.flags)


def _finish_connection(record: Record, said: dict[str, str]) -> None:
    """Of a connection the protocol and where it went are said in place of a request."""
    record["body"] = f"{said['type']} {said['destination:port']}"
    put_virtual_host(record, said["domain_name"])


ALB = Dialect(
    name="aws-alb",
    summary="access logs of AWS application load balancers",
    link="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html",
    compile_text=_compile("aws-alb", rf"(?:https?|h2|grpcs?|wss?) {_INSTANT}Z \S+ \S+ \S+ ", _ALB, 14, _finish_http),
    starts="hgw",
    head=r"(?:https?|h0|grpcs?|wss?) 0000-00-00T",
    opaque=True,
    examples=(
        Example(
            "https 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80"
            ' 0.086 0.048 0.037 200 200 0 57 "GET https://www.example.com:443/?p=1 HTTP/1.1" "curl/7.46.0"'
            ' ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 - "Root=1-58337281-1d84f3d73c47ec4e58577259" "www.example.com" "-"'
            ' 1 2018-07-02T22:22:48.364000Z "authenticate,forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1234',
            {
                "timestamp": "2018-07-02T22:23:00.186641000Z",
                "severity_number": 0,
                "trace_id": "583372811d84f3d73c47ec4e58577259",
                "span_id": None,
                "body": "GET https://www.example.com:443/?p=1 HTTP/1.1",
                "resource": {"service.name": "www.example.com"},
                "attributes": {
                    "aws.elb.type": "https",
                    "cloud.resource_id": "app/my-loadbalancer/50dc6c495c0c9188",
                    "client.address": "192.168.131.39",
                    "client.port": 2817,
                    "aws.elb.target:port": "10.0.0.1:80",
                    "aws.elb.request_processing_time": "0.086",
                    "aws.elb.target_processing_time": "0.048",
                    "aws.elb.response_processing_time": "0.037",
                    "http.response.status_code": 200,
                    "aws.elb.target_status_code": 200,
                    "http.request.size": 0,
                    "http.response.size": 57,
                    "user_agent.original": "curl/7.46.0",
                    "tls.cipher": "ECDHE-RSA-AES128-GCM-SHA256",
                    "tls.protocol.version": "TLSv1.2",
                    "aws.elb.trace_id": "Root=1-58337281-1d84f3d73c47ec4e58577259",
                    "aws.elb.domain_name": "www.example.com",
                    "aws.elb.matched_rule_priority": "1",
                    "aws.elb.request_creation_time": "2018-07-02T22:22:48.364000Z",
                    "aws.elb.actions_executed": "authenticate,forward",
                    "aws.elb.target:port_list": "10.0.0.1:80",
                    "aws.elb.target_status_code_list": "200",
                    "aws.elb.conn_trace_id": "TID_1234",
                    "url.scheme": "https",
                    "server.address": "www.example.com",
                    "server.port": 443,
                    "url.path": "/",
                    "url.query": "p=1",
                    "http.request.method": "GET",
                    "network.protocol.name": "http",
                    "network.protocol.version": "1.1",
                },
                "flags": ["service.inferred"],
            },
        ),
    ),
)

NLB = Dialect(
    name="aws-nlb",
    summary="TLS access logs of AWS network load balancers",
    link="https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html",
    compile_text=_compile("aws-nlb", rf"tls \d\.\d {_INSTANT}Z? \S+ \S+ \S+ ", _NLB, 18, _finish_connection),
    starts="t",
    head=r"tls 0\.0 0000-00-00T",
    opaque=True,
    examples=(
        Example(
            "tls 2.0 2020-04-01T08:51:42 net/my-network-loadbalancer/c6e77e28c25b2234 g3d4b5e8bb8464cd"
            " 72.21.218.154:51341 172.100.100.185:443 5 2 98 246 - - - ECDHE-RSA-AES128-SHA tlsv12 -"
            ' nlb.example.com h2 h2 "h2","http/1.1" 2020-04-01T08:51:20',
            {
                "timestamp": "2020-04-01T08:51:42.000000000Z",
                "body": "tls 172.100.100.185:443",
                "resource": {"service.name": "nlb.example.com"},
                "flags": ["service.inferred"],
            },
        ),
    ),
)

CLASSIC = Dialect(
    name="aws-elb",
    summary="access logs of AWS classic load balancers",
    link="https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html",
    compile_text=_compile(
        "aws-elb", rf"{_INSTANT}Z \S+ \S+:\d+ \S+ [-\d.]+ [-\d.]+ [-\d.]+ ", _CLASSIC, 12, _finish_http
    ),
    starts="0123456789",
    head=r"0000-00-00T00:00:00(?:\.0{1,9})?Z ",
    holds=('"',),
    opaque=True,
    examples=(
        Example(
            "2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057"
            ' 200 200 0 29 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.38.0" - -',
            {
                "timestamp": "2015-05-13T23:39:43.945958000Z",
                "body": "GET http://www.example.com:80/ HTTP/1.1",
                "resource": {"service.name": "www.example.com"},
            },
        ),
        Example(
            "2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.001069 0.000028 0.000041"
            ' - - 82 305 "- - - " "-" - -',
            {"resource": {"service.name": "unknown_service"}, "flags": None},
        ),
    ),
)
