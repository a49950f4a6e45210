"""Records of Amazon Kinesis as a Lambda function or a Firehose destination receives them: data in base64.

Sources: AWS Lambda Developer Guide, "Using Lambda with Kinesis" (`Records[].kinesis.data`); Amazon Data Firehose,
"Data transformation" and "HTTP endpoint delivery request" (`records[].data`). The data may be compressed, as those of
a CloudWatch subscription are.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from functools import partial
from typing import Any

from orjson import dumps

from streams.dialects.base import Dialect, Example, Parts, new_record
from streams.dialects.envelopes.encoded import MOST_BYTES, as_content, open_base64
from streams.dialects.keyed import move_to_resource
from streams.dialects.moves import take_time
from streams.errors import RejectedRecord
from streams.types import Record, Source
from streams.values.json import plain_float

_NAME = "kinesis"
_LAMBDA, _FIREHOSE = "Records", "records"
_DATA, _KINESIS = "data", "kinesis"
_TIME = "approximateArrivalTimestamp"
_FIREHOSE_KEYS = frozenset({"invocationId", "deliveryStreamArn", "requestId"})


def _is_of_kinesis(document: dict[str, Any]) -> bool:
    if _LAMBDA in document:
        return len(document) == 1 and _all_have_data(_stream_records(document[_LAMBDA]))
    return not _FIREHOSE_KEYS.isdisjoint(document) and _all_have_data(document[_FIREHOSE])


def _stream_records(records: Any) -> Any:
    if not isinstance(records, list):
        return None
    return [record.get(_KINESIS) if isinstance(record, dict) else None for record in records]


def _all_have_data(records: Any) -> bool:
    return isinstance(records, list) and all(
        isinstance(record, dict) and isinstance(record.get(_DATA), str) for record in records
    )


def _split(document: dict[str, Any], zone: tzinfo) -> Parts:
    key = _LAMBDA if _LAMBDA in document else _FIREHOSE
    records = document[key]
    written = [record[_KINESIS][_DATA] if key == _LAMBDA else record[_DATA] for record in records]
    items = [{"record": record, _DATA: content} for record, content in zip(records, _opened(written), strict=True)]
    around = {name: value for name, value in document.items() if name != key}

    def alone(index: int, item: dict[str, Any]) -> dict[str, Any]:
        record = item["record"]
        return {**document, key: [record if item is items[index] else _with_data(record, item[_DATA])]}

    return Parts(items, alone, partial(_read, around, zone))


def _opened(written: Iterable[str]) -> Iterator[str | bytes | RejectedRecord]:
    """Open all data within one bound; what does not open is the error of its own record."""
    room = MOST_BYTES
    for data in written:
        try:
            content = open_base64(data, room)
        except RejectedRecord as error:
            yield error
        else:
            room -= len(content)
            yield as_content(content)


def _with_data(record: dict[str, Any], content: Any) -> dict[str, Any]:
    """The same record with other data."""
    if isinstance(content, str):
        content = content.encode()
    data = b64encode(content if isinstance(content, bytes) else dumps(content, plain_float)).decode()
    return {**record, _KINESIS: {**record[_KINESIS], _DATA: data}} if _KINESIS in record else {**record, _DATA: data}


def _read(
    around: dict[str, Any], zone: tzinfo, item: dict[str, Any], event_id: str, observed: str, source: Source
) -> Record:
    if isinstance(item[_DATA], RejectedRecord):
        raise item[_DATA]
    record = new_record(_NAME, event_id, observed, source)
    said = {**around, **item["record"]}
    said |= said.pop(_KINESIS, {})
    said.pop(_DATA, None)
    record["attributes"], record["body"] = said, item[_DATA]
    take_time(record, _TIME, zone)
    for key in ("awsRegion", "region"):
        move_to_resource(record, key, "cloud.region")
    return record


DIALECT = Dialect(
    name=_NAME,
    summary="batches of Kinesis and Firehose records; the data of each is a record of its own",
    link="https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html",
    signatures=(
        frozenset({_LAMBDA}),
        *(frozenset({_FIREHOSE, key}) for key in sorted(_FIREHOSE_KEYS)),
    ),
    test=_is_of_kinesis,
    split=_split,
    envelope=_DATA,
    examples=(
        Example(
            '{"Records":[{"kinesis":{"partitionKey":"1","sequenceNumber":"4959","data":"W1dBUk5dIGxvdw==",'
            '"approximateArrivalTimestamp":1545084650.987},"eventSource":"aws:kinesis","awsRegion":"us-east-2"}]}',
            (
                {
                    "timestamp": "2018-12-17T22:10:50.987000000Z",
                    "severity_number": 13,
                    "body": "[WARN] low",
                    "resource": {"service.name": "unknown_service", "cloud.region": "us-east-2"},
                    "attributes": {"partitionKey": "1", "sequenceNumber": "4959", "eventSource": "aws:kinesis"},
                    "envelopes": ["kinesis"],
                },
            ),
        ),
    ),
)
