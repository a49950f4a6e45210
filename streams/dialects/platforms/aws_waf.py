"""AWS WAF web ACL logs.

Source: AWS WAF Developer Guide, "Log fields for web ACL traffic". Times are milliseconds; the request's id is that of
the resource which took it, no trace id.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.keyed import Reading, keyed
from streams.dialects.moves import lift
from streams.dialects.platforms.access import put_host
from streams.dialects.roles import KEYS
from streams.types import Record

_NAME = "aws-waf"
_REQUEST = {
    "clientIp": "client.address",
    "uri": "url.path",
    "args": "url.query",
    "httpMethod": "http.request.method",
    "requestId": "aws.request_id",
}
_HOST, _USER_AGENT = "http.request.header.host", "user-agent"


def _complete(record: Record) -> None:
    attributes = record["attributes"]
    request = attributes.get("httpRequest")
    lift(attributes, "httpRequest", _REQUEST)
    method, path = attributes.get("http.request.method"), attributes.get("url.path")
    if isinstance(method, str) and isinstance(path, str):
        record["body"] = f"{method} {path} {attributes.get('action', '')}".rstrip()
    if isinstance(request, dict) and isinstance(request.get("headers"), list):
        _read_headers(record, request["headers"])


def _read_headers(record: Record, headers: list[Any]) -> None:
    for header in headers:
        if not isinstance(header, dict) or not isinstance(header.get("name"), str):
            continue
        name, value = header["name"].lower(), header.get("value")
        if name == "host" and isinstance(value, str) and value:
            record["attributes"].setdefault(_HOST, value)
            put_host(record, _HOST)
        elif name == _USER_AGENT:
            record["attributes"].setdefault("user_agent.original", value)


DIALECT = Dialect(
    name=_NAME,
    summary="AWS WAF web ACL logs",
    link="https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html",
    signatures=(
        frozenset({"webaclId", "action", "httpRequest"}),
        frozenset({"terminatingRuleId", "action", "httpRequest"}),
    ),
    compile_objects=keyed(
        _NAME,
        Reading(
            KEYS._replace(time=("timestamp",), severity=(), body=()),
            resource={"webaclId": "cloud.resource_id"},
            then=_complete,
        ),
    ),
    examples=(
        Example(
            '{"timestamp":1683355579981,"formatVersion":1,"webaclId":"arn:aws:wafv2:eu-west-1:1:regional/webacl/w/1",'
            '"terminatingRuleId":"CaptchaRule","action":"BLOCK","httpSourceName":"ALB","httpRequest":{'
            '"clientIp":"203.0.113.9","country":"US","headers":[{"name":"Host","value":"shop.example.com"},'
            '{"name":"User-Agent","value":"curl/8"}],"uri":"/cart","args":"x=1","httpVersion":"HTTP/1.1",'
            '"httpMethod":"GET","requestId":"1-645"}}',
            {
                "timestamp": "2023-05-06T06:46:19.981000000Z",
                "severity_number": 0,
                "trace_id": None,
                "body": "GET /cart BLOCK",
                "resource": {
                    "service.name": "shop.example.com",
                    "cloud.resource_id": "arn:aws:wafv2:eu-west-1:1:regional/webacl/w/1",
                },
                "flags": ["service.inferred"],
            },
        ),
    ),
)
