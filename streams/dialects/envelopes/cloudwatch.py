"""CloudWatch Logs subscriptions: a batch of log events of one stream, plain or as a Lambda function receives it.

Source: Amazon CloudWatch Logs User Guide, "Log group-level subscription filters" (`messageType`, `logEvents`; Lambda:
`awslogs.data`, base64 of gzip). A control message, by which AWS tests a destination, is a record with an event name.
"""

from __future__ import annotations

from datetime import tzinfo
from functools import partial
from typing import Any

from streams.dialects.base import Dialect, Example, Parts, new_record
from streams.dialects.envelopes.encoded import as_content, open_base64
from streams.dialects.keyed import move_to_resource
from streams.dialects.moves import take_time
from streams.errors import RejectedRecord
from streams.types import Record, Source
from streams.values.json import parse

_NAME = "cloudwatch"
_MESSAGE, _EVENTS, _LAMBDA = "message", "logEvents", "awslogs"
_MILLISECOND = 10**6
_DEPTH = 64
_CONTROL = "CONTROL_MESSAGE"
_RESOURCE = (("logGroup", "aws.log.group.names"), ("logStream", "aws.log.stream.names"))


def _is_subscription(document: dict[str, Any]) -> bool:
    if isinstance(document.get(_EVENTS), list):
        return True
    nested = document.get(_LAMBDA)
    return len(document) == 1 and isinstance(nested, dict) and isinstance(nested.get("data"), str)


def _split(document: dict[str, Any], zone: tzinfo) -> Parts:
    if _EVENTS in document:
        return _events(document, zone)
    content = as_content(open_base64(document[_LAMBDA]["data"]))
    inner = _subscription_in(content)
    return Parts([content], lambda index, item: item) if inner is None else _events(inner, zone)


def _subscription_in(content: str | bytes) -> dict[str, Any] | None:
    try:
        document = parse(content.encode() if isinstance(content, str) else content, _DEPTH).document
    except (ValueError, RejectedRecord):
        return None
    return document if isinstance(document, dict) and isinstance(document.get(_EVENTS), list) else None


def _events(document: dict[str, Any], zone: tzinfo) -> Parts:
    around = {key: value for key, value in document.items() if key != _EVENTS}
    events = [event if isinstance(event, dict) else {_MESSAGE: event} for event in document[_EVENTS]]
    return Parts(events, lambda index, item: {**document, _EVENTS: [item]}, partial(_read, around, zone))


def _read(
    around: dict[str, Any], zone: tzinfo, event: dict[str, Any], event_id: str, observed: str, source: Source
) -> Record:
    record = new_record(_NAME, event_id, observed, source)
    attributes = record["attributes"] = {f"{_NAME}.{key}" if key in event else key: around[key] for key in around}
    attributes |= event
    record["body"] = attributes.pop(_MESSAGE, None)
    take_time(record, "timestamp", zone, _MILLISECOND)
    _set_resource(record)
    if isinstance(attributes.get("id"), str):
        attributes["log.record.uid"] = attributes.pop("id")
    if around.get("messageType") == _CONTROL:
        record["event_name"] = "aws.cloudwatch.control_message"
    return record


def _set_resource(record: Record) -> None:
    """Groups and streams are lists by OpenTelemetry's conventions, because a function may have several."""
    attributes, resource = record["attributes"], record["resource"]
    resource["cloud.provider"] = "aws"
    for key, name in _RESOURCE:
        if isinstance(attributes.get(key), str):
            value = attributes.pop(key)
            if value:
                resource[name] = [value]
    move_to_resource(record, "owner", "cloud.account.id")


DIALECT = Dialect(
    name=_NAME,
    summary="batches of a CloudWatch Logs subscription; each event is a record of its own",
    link="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html",
    signatures=(frozenset({"logEvents", "logGroup"}), frozenset({"logEvents", "messageType"}), frozenset({_LAMBDA})),
    test=_is_subscription,
    split=_split,
    envelope=_MESSAGE,
    examples=(
        Example(
            '{"messageType":"DATA_MESSAGE","owner":"123456789012","logGroup":"/aws/lambda/cart","logStream":"2024/03/10",'
            '"subscriptionFilters":["all"],"logEvents":['
            '{"id":"eventId1","timestamp":1440442987000,"message":"[ERROR] First test message"},'
            '{"id":"eventId2","timestamp":1440442987001,"message":"{\\"level\\":\\"warn\\",\\"message\\":\\"low\\"}"}]}',
            (
                {
                    "timestamp": "2015-08-24T19:03:07.000000000Z",
                    "body": "[ERROR] First test message",
                    "resource": {
                        "service.name": "unknown_service",
                        "cloud.provider": "aws",
                        "cloud.account.id": "123456789012",
                        "aws.log.group.names": ["/aws/lambda/cart"],
                        "aws.log.stream.names": ["2024/03/10"],
                    },
                    "envelopes": ["cloudwatch"],
                },
                {
                    "timestamp": "2015-08-24T19:03:07.001000000Z",
                    "severity_number": 13,
                    "body": "low",
                    "attributes": {
                        "messageType": "DATA_MESSAGE",
                        "subscriptionFilters": ["all"],
                        "log.record.uid": "eventId2",
                    },
                    "envelopes": ["cloudwatch"],
                },
            ),
        ),
        Example(
            '{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"",'
            '"subscriptionFilters":[],"logEvents":[{"id":"","timestamp":1510109208016,'
            '"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}',
            {
                "timestamp": "2017-11-08T02:46:48.016000000Z",
                "event_name": "aws.cloudwatch.control_message",
                "body": "CWL CONTROL MESSAGE: Checking health of destination Firehose.",
            },
        ),
    ),
)
