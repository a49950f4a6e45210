"""Amazon S3 server access logs.

Source: the S3 user guide, "Log record format". Fields have their place, and new ones are added at the end. Attributes
are named as OpenTelemetry's collector names them (awslogsencodingextension).
"""

from __future__ import annotations

import re
from datetime import tzinfo

from streams.dialects.base import Dialect, Example, TextReader, new_record
from streams.dialects.lines.clock import Clock
from streams.dialects.lines.fields import NULLS, put_fields, put_header, put_virtual_host, split_fields
from streams.dialects.lines.http_request import put_request
from streams.dialects.roles import words
from streams.types import Record, Source

NAME = "aws-s3-access"
_HEAD = re.compile(
    r"(?P<owner>[0-9A-Za-z\-]{1,100}) (?P<bucket>[A-Za-z0-9.\-_]{3,255})"
    r" \[(?P<time>(?P<second>\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d)(?P<zone> [+-]\d{4}))\] ",
    re.ASCII,
)
_NAMES = words(
    "client.address user.id aws.request_id aws.s3.operation aws.s3.key request http.response.status_code error.type"
    " http.response.body.size aws.s3.object.size aws.s3.total_time aws.s3.turn_around_time referer user_agent.original"
    " aws.s3.version_id aws.extended_request_id aws.signature.version tls.cipher aws.s3.auth_type server.address"
    " tls.protocol.version aws.s3.access_point.arn aws.s3.acl_required"
)
_INTEGERS = frozenset(
    words(
        "http.response.status_code http.response.body.size aws.s3.object.size aws.s3.total_time aws.s3.turn_around_time"
    )
)
_ELSEWHERE = frozenset({"request", "referer", "server.address"})
_LEAST = 12
_OPERATION = re.compile(r"(?:REST|SOAP|WEBSITE|BATCH|S3)\.[A-Z_0-9.]{2,80}", re.ASCII)


def _compile_text(zone: tzinfo) -> TextReader:
    clock = Clock(zone)

    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        head = _HEAD.match(text)
        if not head:
            return None
        fields = split_fields(text[head.end() :])
        if len(fields) < _LEAST or not _OPERATION.fullmatch(fields[3]) or "\n" in text:
            return None
        record = new_record(NAME, event_id, observed, source)
        clock.set(record, head["second"], None, head["zone"], head["time"])
        put_fields(record, (("aws.s3.owner", head["owner"]), ("aws.s3.bucket", head["bucket"])), _INTEGERS)
        _fill(record, fields)
        return record

    return read


def _fill(record: Record, fields: list[str]) -> None:
    said = dict(zip(_NAMES, fields, strict=False))
    put_fields(record, ((name, value) for name, value in said.items() if name not in _ELSEWHERE), _INTEGERS)
    if said["request"] not in NULLS:
        record["body"] = said["request"]
        put_request(record["attributes"], said["request"])
    put_header(record["attributes"], "referer", said.get("referer"))
    put_virtual_host(record, said.get("server.address", "-"))
    if len(fields) > len(_NAMES):
        record["attributes"]["extra"] = fields[len(_NAMES) :]


DIALECT = Dialect(
    name=NAME,
    summary="Amazon S3 server access logs",
    link="https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html",
    compile_text=_compile_text,
    starts="0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-",
    head=r"[A-Za-z0\-]+(?:\Z| (?:[A-Za-z0.\-_]*\Z|[A-Za-z0.\-_]+ \[00/))",
    holds=(" [",),
    opaque=True,
    examples=(
        Example(
            "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be DOC-EXAMPLE-BUCKET1"
            " [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
            ' 3E57427F3EXAMPLE REST.GET.VERSIONING - "GET /DOC-EXAMPLE-BUCKET1?versioning HTTP/1.1" 200 - 113 - 7 -'
            ' "-" "S3Console/0.4" - s9lzHYrFp76ZVxRcpX9= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader'
            " bucket.s3.us-west-1.amazonaws.com TLSV1.2 arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP Yes",
            {
                "timestamp": "2019-02-06T00:00:38.000000000Z",
                "body": "GET /DOC-EXAMPLE-BUCKET1?versioning HTTP/1.1",
                "resource": {"service.name": "bucket.s3.us-west-1.amazonaws.com"},
                "attributes": {
                    "aws.s3.owner": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be",
                    "aws.s3.bucket": "DOC-EXAMPLE-BUCKET1",
                    "client.address": "192.0.2.3",
                    "user.id": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be",
                    "aws.request_id": "3E57427F3EXAMPLE",
                    "aws.s3.operation": "REST.GET.VERSIONING",
                    "http.request.method": "GET",
                    "url.path": "/DOC-EXAMPLE-BUCKET1",
                    "url.query": "versioning",
                    "network.protocol.name": "http",
                    "network.protocol.version": "1.1",
                    "http.response.status_code": 200,
                    "http.response.body.size": 113,
                    "aws.s3.total_time": 7,
                    "user_agent.original": "S3Console/0.4",
                    "aws.extended_request_id": "s9lzHYrFp76ZVxRcpX9=",
                    "aws.signature.version": "SigV4",
                    "tls.cipher": "ECDHE-RSA-AES128-GCM-SHA256",
                    "aws.s3.auth_type": "AuthHeader",
                    "server.address": "bucket.s3.us-west-1.amazonaws.com",
                    "tls.protocol.version": "TLSV1.2",
                    "aws.s3.access_point.arn": "arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP",
                    "aws.s3.acl_required": "Yes",
                },
            },
        ),
    ),
)
