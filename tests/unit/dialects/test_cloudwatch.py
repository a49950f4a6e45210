"""CloudWatch Logs subscriptions: their batches, what encloses them, and what replays one event alone."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from typing import Any

import pytest

from tests.through import dead_of, outcome_of, records_of

EVENT = {"id": "1", "timestamp": 1440442987000, "message": "one"}


def batch(*events: Any, **more: Any) -> dict[str, Any]:
    return {"messageType": "DATA_MESSAGE", "logGroup": "g", "logStream": "s", "logEvents": list(events), **more}


def for_lambda(content: bytes) -> str:
    return json.dumps({"awslogs": {"data": b64encode(content).decode()}})


@pytest.mark.parametrize(
    "value",
    [
        json.dumps(batch(EVENT)),
        gzip.compress(json.dumps(batch(EVENT)).encode()),
        for_lambda(gzip.compress(json.dumps(batch(EVENT)).encode())),
        for_lambda(json.dumps(batch(EVENT)).encode()),
    ],
    ids=["plain", "gzip", "Lambda", "Lambda, not compressed"],
)
def test_every_way_of_delivery_gives_the_same_record(value: str | bytes) -> None:
    (record,) = records_of(value)
    assert (record["event_id"], record["body"], record["attributes"]["log.record.uid"]) == (
        "raw-logs-0-0.0",
        "one",
        "1",
    )
    assert record["timestamp"] == "2015-08-24T19:03:07.000000000Z"
    assert record["resource"]["aws.log.group.names"] == ["g"]


def test_a_message_is_read_as_the_record_that_it_is() -> None:
    message = '{"level":"error","message":"boom","time":"2015-08-24T19:03:06.5Z"}'
    (record,) = records_of(json.dumps(batch({**EVENT, "message": message})))
    assert (record["body"], record["severity_number"]) == ("boom", 17)
    assert record["timestamp"] == "2015-08-24T19:03:06.500000000Z"
    assert record["attributes"]["cloudwatch.timestamp"] == "2015-08-24T19:03:07.000000000Z"


def test_what_both_the_event_and_the_batch_say_is_kept_of_both() -> None:
    (record,) = records_of(json.dumps(batch({**EVENT, "policy": "inner"}, policy="outer")))
    assert (record["attributes"]["policy"], record["attributes"]["cloudwatch.policy"]) == ("inner", "outer")


def test_extracted_fields_are_kept() -> None:
    (record,) = records_of(json.dumps(batch({**EVENT, "extractedFields": {"level": "x"}})))
    assert record["attributes"]["extractedFields"] == {"level": "x"}


@pytest.mark.parametrize("event", ["a text", 5, None, {"message": None}, {}, {"timestamp": "?"}])
def test_a_strange_event_is_still_a_record(event: Any) -> None:
    assert len(records_of(json.dumps(batch(event, EVENT)))) == 2


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (json.dumps(batch()), "decode.empty"),
        (for_lambda(gzip.compress(json.dumps(batch()).encode())), "decode.empty"),
        ('{"awslogs":{"data":"no base64"}}', "decode.encoding"),
        (for_lambda(gzip.compress(b"x" * 1_000)[:-9]), "decode.compression"),
        (for_lambda(gzip.compress(bytes(9 * 2**20))), "limit.decoded"),
    ],
)
def test_a_batch_that_cannot_be_opened_is_a_dead_letter(value: str, reason: str) -> None:
    assert dead_of(value).reason == reason


def test_what_else_a_lambda_function_is_sent_is_read_for_itself() -> None:
    (record,) = records_of(for_lambda(b"level=warn msg=hello"))
    assert (record["dialect"], record["body"]) == ("logfmt", "hello")


def test_a_message_that_holds_several_records_is_taken_apart_and_replayed_alone() -> None:
    inner = json.dumps(batch(EVENT, {**EVENT, "message": json.dumps(batch({**EVENT, "id": "2"}, EVENT))}))
    ids = [record["event_id"] for record in records_of(inner)]
    assert ids == ["raw-logs-0-0.0", "raw-logs-0-0.1", "raw-logs-0-0.2"]
    assert [record["envelopes"] for record in records_of(inner)][1:] == [["cloudwatch", "cloudwatch"]] * 2


def test_a_bad_record_deep_inside_dies_alone_and_can_be_replayed_alone() -> None:
    otlp = json.dumps({"timeUnixNano": "1", "traceId": "not hexadecimal"})
    outcome = outcome_of(json.dumps(batch(EVENT, {**EVENT, "id": "2", "message": otlp})))
    (letter,) = outcome.dead
    assert (letter.reason, letter.inner, len(outcome.values)) == ("decode.otlp", 1, 1)
    assert letter.value is not None
    assert [event["id"] for event in json.loads(letter.value)["logEvents"]] == ["2"]
    assert dead_of(letter.value).reason == "decode.otlp"
