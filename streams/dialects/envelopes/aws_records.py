"""Batches of AWS events that a Lambda function or a file in S3 holds: `{"Records": [...]}`.

Sources: AWS CloudTrail User Guide, "CloudTrail log file examples"; AWS Lambda Developer Guide (events of S3, SNS, SQS).
Each element is a record of its own.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.envelopes.batch import split_list

_NAME = "aws-records"
_RECORDS = "Records"


def _is_batch(document: dict[str, Any]) -> bool:
    records = document[_RECORDS]
    return len(document) == 1 and isinstance(records, list) and all(isinstance(record, dict) for record in records)


DIALECT = Dialect(
    name=_NAME,
    summary="batches of AWS events, as of CloudTrail; each is a record of its own",
    link="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html",
    signatures=(frozenset({_RECORDS}),),
    test=_is_batch,
    split=split_list(_NAME, _RECORDS),
    envelope=_RECORDS,
    examples=(
        Example(
            '{"Records":[{"eventVersion":"1.08","eventTime":"2024-03-10T14:13:06Z","eventName":"GetObject",'
            '"eventSource":"s3.amazonaws.com","errorMessage":"Access Denied"}]}',
            (
                {
                    "timestamp": "2024-03-10T14:13:06.000000000Z",
                    "body": "Access Denied",
                    "event_name": "GetObject",
                    "dialect": "aws-cloudtrail",
                    "envelopes": ["aws-records"],
                },
            ),
        ),
    ),
)
