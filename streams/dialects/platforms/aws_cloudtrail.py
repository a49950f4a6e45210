"""AWS CloudTrail: one event, or the file of events that is delivered to S3.

Source: AWS CloudTrail User Guide, "CloudTrail record contents". A request id is no trace id.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.keyed import Reading, keyed
from streams.dialects.roles import KEYS, words
from streams.types import Record

_NAME = "aws-cloudtrail"


def _complete(record: Record) -> None:
    name = record["attributes"].get("eventName")
    if isinstance(name, str) and name:
        record["event_name"] = record["attributes"].pop("eventName")


DIALECT = Dialect(
    name=_NAME,
    summary="AWS CloudTrail events",
    link="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
    signatures=tuple(
        frozenset(listed.split(","))
        for listed in words(
            "eventVersion,eventName,eventSource eventName,eventSource,eventTime eventVersion,eventID,eventType"
        )
    ),
    compile_objects=keyed(
        _NAME,
        Reading(
            KEYS._replace(time=("eventTime",), severity=(), body=("errorMessage",)),
            resource={"awsRegion": "cloud.region", "recipientAccountId": "cloud.account.id"},
            attributes={
                "eventID": "log.record.uid",
                "sourceIPAddress": "client.address",
                "userAgent": "user_agent.original",
                "requestID": "aws.request_id",
                "errorCode": "error.type",
            },
            then=_complete,
        ),
    ),
    examples=(
        Example(
            '{"eventVersion":"1.08","eventTime":"2024-03-10T14:13:06Z","eventSource":"s3.amazonaws.com",'
            '"eventName":"GetObject","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.9","userAgent":"aws-cli/2",'
            '"errorCode":"AccessDenied","errorMessage":"Access Denied","requestID":"C3D1","eventID":"8b2c",'
            '"eventType":"AwsApiCall","recipientAccountId":"123456789012","userIdentity":{"type":"IAMUser"}}',
            {
                "timestamp": "2024-03-10T14:13:06.000000000Z",
                "severity_number": 0,
                "event_name": "GetObject",
                "body": "Access Denied",
                "resource": {
                    "service.name": "unknown_service",
                    "cloud.region": "eu-west-1",
                    "cloud.account.id": "123456789012",
                },
                "attributes": {
                    "eventVersion": "1.08",
                    "eventSource": "s3.amazonaws.com",
                    "client.address": "203.0.113.9",
                    "user_agent.original": "aws-cli/2",
                    "error.type": "AccessDenied",
                    "aws.request_id": "C3D1",
                    "log.record.uid": "8b2c",
                    "eventType": "AwsApiCall",
                    "userIdentity": {"type": "IAMUser"},
                },
            },
        ),
    ),
)
