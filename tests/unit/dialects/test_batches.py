"""Batches of clouds: what is in them, what is empty, and what replays one record alone."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode, b64encode
from typing import Any

import pytest

from streams.testing import FakeRecord
from tests.through import dead_of, outcome_of, record_of, records_of

BAD = {"timeUnixNano": "1", "traceId": "not hexadecimal"}
GOOD = {"level": "warn", "message": "low"}


def encoded(content: Any) -> str:
    return b64encode(content if isinstance(content, bytes) else json.dumps(content).encode()).decode()


def kinesis(*contents: Any) -> dict[str, Any]:
    return {"Records": [{"kinesis": {"partitionKey": "p", "data": encoded(one)}} for one in contents]}


def firehose(*contents: Any) -> dict[str, Any]:
    return {"requestId": "r", "timestamp": 1578090901599, "records": [{"data": encoded(one)} for one in contents]}


def audit(*events: Any) -> dict[str, Any]:
    return {"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": list(events)}


BATCHES = [
    ("azure-event-hub", lambda *items: {"records": list(items)}),
    ("aws-records", lambda *items: {"Records": list(items)}),
    ("kubernetes-audit-list", audit),
    ("kinesis", kinesis),
    ("kinesis", firehose),
]
each_batch = pytest.mark.parametrize(
    ("name", "batch"), BATCHES, ids=["Event Hub", "AWS", "audit", "Kinesis", "Firehose"]
)


@each_batch
def test_each_element_is_a_record_of_its_own_dialect(name: str, batch: Any) -> None:
    pino = {"level": 50, "time": 1531171074631, "msg": "boom", "pid": 1, "hostname": "h"}
    records = records_of(json.dumps(batch(GOOD, pino)))
    assert [(one["event_id"], one["body"], one["severity_number"]) for one in records] == [
        ("raw-logs-0-0.0", "low", 13),
        ("raw-logs-0-0.1", "boom", 17),
    ]
    assert [one["envelopes"] for one in records] == [[name], [name]]
    assert records[1]["dialect"] == "pino"


@each_batch
def test_a_batch_of_one_is_numbered_too(name: str, batch: Any) -> None:
    assert record_of(json.dumps(batch(GOOD)))["event_id"] == "raw-logs-0-0.0"


@each_batch
def test_a_bad_element_dies_alone_and_can_be_replayed_alone(name: str, batch: Any) -> None:
    outcome = outcome_of(json.dumps(batch(GOOD, BAD, GOOD)))
    (letter,) = outcome.dead
    assert (letter.reason, letter.inner, len(outcome.values)) == ("decode.otlp", 1, 2)
    assert letter.value is not None
    assert json.loads(letter.value) == batch(BAD)
    assert dead_of(letter.value).reason == "decode.otlp"


@each_batch
def test_a_batch_without_records_is_a_dead_letter(name: str, batch: Any) -> None:
    assert dead_of(json.dumps(batch())).reason == "decode.empty"


@pytest.mark.parametrize(
    "value",
    [
        {"records": "x"},
        {"records": [GOOD], "total": 1},
        {"Records": {"a": 1}},
        {"Records": ["x"]},
        {"kind": "EventList", "apiVersion": "v1", "items": []},
        {"kind": "List", "apiVersion": "audit.k8s.io/v1", "items": []},
    ],
)
def test_other_objects_with_such_a_key_are_one_record(value: dict[str, Any]) -> None:
    assert record_of(json.dumps(value))["event_id"] == "raw-logs-0-0"


def test_what_a_batch_says_is_said_of_each_record() -> None:
    (record,) = records_of(json.dumps(audit(GOOD)))
    assert record["attributes"] == {"kind": "EventList", "apiVersion": "audit.k8s.io/v1"}


@pytest.mark.parametrize("content", [b"hello", gzip.compress(b"hello"), b"hello\n"], ids=["plain", "gzip", "line"])
def test_data_of_kinesis_may_be_compressed(content: bytes) -> None:
    (record,) = records_of(json.dumps(kinesis(content)))
    assert (record["body"], record["attributes"]["partitionKey"]) == ("hello", "p")


def test_data_of_kinesis_that_are_no_text_are_kept() -> None:
    (record,) = records_of(json.dumps(kinesis(b"\0\1\2\xff")))
    assert (record["dialect"], b64decode(record["body"])) == ("raw", b"\0\1\2\xff")


def test_a_cloudwatch_subscription_on_kinesis_is_taken_apart_through_both_layers() -> None:
    events = [{"id": str(n), "timestamp": 1440442987000 + n, "message": f"m{n}"} for n in range(2)]
    subscription = {"messageType": "DATA_MESSAGE", "logGroup": "g", "logEvents": events}
    records = records_of(json.dumps(kinesis(gzip.compress(json.dumps(subscription).encode()), b"other")))
    assert [(one["event_id"][-2:], one["body"]) for one in records] == [(".0", "m0"), (".1", "m1"), (".2", "other")]
    assert records[0]["envelopes"] == ["kinesis", "cloudwatch"]
    assert records[1]["timestamp"] == "2015-08-24T19:03:07.001000000Z"


def test_one_bad_event_of_a_subscription_on_kinesis_can_be_replayed_alone() -> None:
    events = [{"id": "1", "message": "m"}, {"id": "2", "message": json.dumps(BAD)}]
    subscription = {"messageType": "DATA_MESSAGE", "logGroup": "g", "logEvents": events}
    (letter,) = outcome_of(json.dumps(kinesis(b"other", subscription))).dead
    assert (letter.reason, letter.inner) == ("decode.otlp", 2)
    assert letter.value is not None
    (kept,) = json.loads(letter.value)["Records"]
    assert json.loads(b64decode(kept["kinesis"]["data"]))["logEvents"] == [events[1]]
    assert dead_of(letter.value).reason == "decode.otlp"


def test_data_that_are_no_base64_die_alone() -> None:
    batch = kinesis(b"good")
    batch["Records"].append({"kinesis": {"data": "no base64!"}})
    outcome = outcome_of(json.dumps(batch))
    assert ([letter.reason for letter in outcome.dead], len(outcome.values)) == (["decode.encoding"], 1)


def test_data_may_open_to_no_more_than_a_bound_together() -> None:
    big = gzip.compress(bytes(5 * 2**20))
    outcome = outcome_of(json.dumps(kinesis(b"good", big, big)))
    assert [letter.reason for letter in outcome.dead][-1] == "limit.decoded"


EVENT = {"specversion": "1.0", "type": "t", "source": "/s", "id": "1"}


@pytest.mark.parametrize(
    ("data", "dialect", "body"),
    [
        ({"data_base64": encoded(GOOD)}, "winston", "low"),
        ({"data_base64": encoded(b"hello")}, "text", "hello"),
        ({"data_base64": encoded(b"\0\1")}, "raw", "AAE="),
        ({"data": "<a/>", "datacontenttype": "application/xml"}, "text", "<a/>"),
        ({"data": json.dumps(GOOD)}, "winston", "low"),
        ({"data": "hello", "data_base64": encoded(b"other")}, "text", "hello"),
    ],
)
def test_data_of_a_cloud_event_are_read_in_any_form(data: dict[str, Any], dialect: str, body: str) -> None:
    record = record_of(json.dumps(EVENT | data))
    assert (record["dialect"], record["body"]) == (dialect, body)
    assert record["attributes"].get("datacontenttype") == data.get("datacontenttype")


@pytest.mark.parametrize("wrong", ["no base64!", 5])
def test_data_of_a_cloud_event_that_cannot_be_opened_are_kept(wrong: Any) -> None:
    record = record_of(json.dumps(EVENT | {"data_base64": wrong}))
    assert record["attributes"]["data_base64"] == wrong
    assert "field.type_mismatch" in record["flags"]


def test_an_event_without_data_is_a_record() -> None:
    record = record_of(json.dumps(EVENT))
    assert (record["event_name"], record["body"]) == ("t", json.dumps(EVENT))


def test_a_batch_of_cloud_events_is_an_array() -> None:
    value = json.dumps([EVENT | {"data": GOOD}, EVENT | {"data": "x"}])
    headers = (("content-type", b"application/cloudevents-batch+json; charset=UTF-8"),)
    records = records_of(FakeRecord(value.encode(), headers=headers))
    assert [record["body"] for record in records] == ["low", "x"]
    assert all("hint.unknown" not in record.get("flags", ()) for record in records)
