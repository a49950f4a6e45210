"""Records inside records: what is peeled, how deep, and how one of several is replayed alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.through import dead_of, outcome_of, record_of, records_of, with_policy

EVENT = {"specversion": "1.0", "type": "t", "source": "/s", "id": "1"}


def event(data: Any) -> dict[str, Any]:
    return {**EVENT, "data": data}


def text(document: Any) -> str:
    return json.dumps(document)


def test_an_object_in_an_envelope_is_read_by_its_own_dialect() -> None:
    record = record_of(text(event({"severity": "warn", "message": "low", "service": "shop"})))
    assert (record["dialect"], record["envelopes"], record["body"]) == ("json", ["cloudevents"], "low")
    assert (record["severity_number"], record["resource"]["service.name"], record["event_name"]) == (13, "shop", "t")


@pytest.mark.parametrize(
    ("data", "dialect", "body"),
    [
        ('{"message":"low"}', "json", "low"),
        ("level=info msg=low", "logfmt", "low"),
        ("plain words", "text", "plain words"),
        (5, "json", 5),
        ([1, 2], "json", [1, 2]),
        ({"unknown": 1}, "json", '{"unknown":1}'),
    ],
)
def test_whatever_an_envelope_holds_becomes_a_record(data: Any, dialect: str, body: Any) -> None:
    record = record_of(text(event(data)))
    assert (record["dialect"], record["envelopes"], record["body"]) == (dialect, ["cloudevents"], body)


def test_layers_are_peeled_up_to_three() -> None:
    three = record_of(text(event(event(event({"message": "deep"})))))
    assert (three["envelopes"], three["body"]) == (["cloudevents"] * 3, "deep")
    four = record_of(text(event(event(event(event({"message": "deep"}))))))
    assert (four["envelopes"], four["dialect"]) == (["cloudevents"] * 3, "cloudevents")
    assert "envelope.depth" in four["flags"]
    assert four["body"] == {"message": "deep"}


def test_a_body_that_is_a_json_object_without_roles_becomes_an_object() -> None:
    record = record_of(text({"severity": "info", "message": '{"n": 12345678901234567890, "ok": true}'}))
    assert (record["dialect"], record["body"]) == ("json", {"n": "12345678901234567890", "ok": True})


def test_a_body_that_is_a_log_record_is_read_as_one() -> None:
    record = record_of(
        text({"host": "h", "message": '{"level":"error","msg":"inner","@timestamp":"2026-01-01T00:00:00Z"}'})
    )
    assert (record["body"], record["severity_number"], record["resource"]["host.name"]) == ("inner", 17, "h")


@pytest.mark.parametrize("body", ["{", '{"a":', "{not json}", '{"a":1} and more', "{{template}}"])
def test_a_body_that_only_looks_like_json_stays_a_text(body: str) -> None:
    assert record_of(text({"level": "info", "message": body}))["body"] == body


def test_records_of_a_batch_inside_an_envelope_are_numbered() -> None:
    batch = [event({"message": "a"}), event({"message": "b"})]
    records = records_of(text(batch))
    assert [(record["event_id"], record["body"]) for record in records] == [
        ("raw-logs-0-0.0", "a"),
        ("raw-logs-0-0.1", "b"),
    ]


def test_one_bad_record_of_a_batch_dies_alone_and_can_be_replayed_alone() -> None:
    deep: Any = "x"
    for _ in range(70):
        deep = [deep]
    value = text([{"message": "good"}, {"message": deep}])
    outcome = outcome_of(value)
    (letter,) = outcome.dead
    assert (letter.reason, letter.inner, len(outcome.values)) == ("limit.depth", 1, 1)
    assert letter.value is not None
    assert json.loads(letter.value) == [{"message": deep}]
    assert dead_of(letter.value).reason == "limit.depth"


def test_a_topic_can_name_its_dialect() -> None:
    through = with_policy(dialect="logfmt")
    assert record_of("level=info msg=hi", through)["dialect"] == "logfmt"
    assert dead_of("just words", through).reason == "decode.dialect"
    lenient = record_of("just words", with_policy(dialect="logfmt", hint_mismatch="fallback"))
    assert (lenient["dialect"], lenient["flags"]) == ("text", ["dialect.fallback", "timestamp.missing"])


@pytest.mark.parametrize(
    ("line", "dialect", "envelopes", "body"),
    [
        ("Sep 29 08:26:10 fw CEF:0|Acme|Gate|1|7|Port scan||", "cef", ["rfc3164"], "Port scan"),
        ("2026-11-20T12:00:00Z fw CEF:0|Acme|Gate|1|7|Port scan||", "cef", ["rfc3164"], "Port scan"),
        ("<134>1 2026-11-20T12:00:00Z fw gate - - - CEF:0|Acme|Gate|1|7|Port scan||", "cef", ["rfc5424"], "Port scan"),
        ("Sep 29 08:26:10 fw LEEF:1.0|Acme|Gate|1|7|msg=Port scan", "leef", ["rfc3164"], "Port scan"),
        ("<13>Sep 29 08:26:10 fw app: a=1 b=2", "rfc3164", None, "a=1 b=2"),
        ("<13>Sep 29 08:26:10 fw app: a=1 level=warn", "logfmt", ["rfc3164"], "a=1 level=warn"),
        ("<13>Sep 29 08:26:10 fw app: all is well", "rfc3164", None, "all is well"),
    ],
)
def test_behind_a_head_stands_a_line_of_another_grammar_or_prose(
    line: str, dialect: str, envelopes: list[str] | None, body: str
) -> None:
    record = record_of(line)
    assert (record["dialect"], record.get("envelopes"), record["body"]) == (dialect, envelopes, body)
