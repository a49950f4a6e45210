"""Joined events through the whole pipeline: records, dead letters, counts and parts."""

from __future__ import annotations

import json

import pytest

from streams.pipeline import Pipeline
from streams.settings import Settings
from streams.testing import FakeRecord, chunk_of
from streams.types import Counts, PartitionState
from tests.joined import TOPIC, joining_pipeline, outcome_of_events, outcomes

HEAD, FRAME = "2026-11-24 12:00:00,000 ERROR it failed", "\tat shop.Main.main(Main.java:3)"


def test_off_is_the_default() -> None:
    chunk = chunk_of(HEAD, FRAME)
    (outcome,) = outcomes(Pipeline(Settings()), chunk)

    assert outcome.counts == Counts(enriched=2)
    assert chunk.state.joiner is None


def test_the_first_line_names_the_record_and_the_others_are_counted_as_joined() -> None:
    outcome = outcome_of_events(joining_pipeline(), [HEAD, FRAME, HEAD])

    first, second = map(json.loads, outcome.values)
    assert (first["event_id"], first["source"]["offset"]) == (f"{TOPIC}-0-0", 0)
    assert "multiline" in first["flags"]
    assert second["event_id"] == f"{TOPIC}-0-2"
    assert "multiline" not in second["flags"]
    assert outcome.counts == Counts(enriched=2, joined=1)


def test_a_joined_event_that_its_dialect_refuses_is_one_dead_letter_a_line_with_its_own_bytes() -> None:
    headers = [("weft-dialect", b"logfmt")]
    records = [FakeRecord(line.encode(), offset, headers=headers) for offset, line in enumerate([HEAD, FRAME])]

    outcome = outcome_of_events(joining_pipeline(), records)

    assert [(letter.raw, letter.reason, letter.value) for letter in outcome.dead] == [
        (record, "decode.dialect", None) for record in records
    ]
    assert outcome.counts == Counts(dead=2)


def test_a_joined_event_that_cannot_be_encoded_is_one_dead_letter_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr("streams.pipeline.pipeline.tidy", fail)

    outcome = outcome_of_events(joining_pipeline(), [HEAD, FRAME])

    assert [(letter.raw.offset, letter.reason) for letter in outcome.dead] == [
        (0, "internal.encode"),
        (1, "internal.encode"),
    ]
    assert outcome.counts == Counts(dead=2)


def test_lines_that_make_several_records_together_are_counted_once_as_joined() -> None:
    """Objects written over several lines each, in one event."""
    outcome = outcome_of_events(joining_pipeline(), ["{", '  "message": "a"}', ' {"message": "b"', " }"])

    assert [json.loads(value)["event_id"] for value in outcome.values] == [f"{TOPIC}-0-0.0", f"{TOPIC}-0-0.1"]
    assert outcome.counts == Counts(enriched=2, split=1, joined=3)


def test_outputs_of_a_large_chunk_come_in_parts_between_events_that_do_not_overlap() -> None:
    keys = [b"a", b"b", b"a", b"a", b"b", b"b"]
    lines = [HEAD, HEAD, FRAME, HEAD, HEAD, HEAD]
    records = [FakeRecord(line.encode(), n, key) for n, (line, key) in enumerate(zip(lines, keys, strict=True))]
    chunk = chunk_of(*records, state=PartitionState(TOPIC, 0, cut=6))

    parts = outcomes(joining_pipeline(flow={"part_bytes": 1}), chunk)

    assert [part.complete_through for part in parts] == [2, 3, 4, 5]
    assert [len(part.values) for part in parts] == [2, 1, 1, 1]


def test_a_chunk_of_control_records_behind_an_open_event_leaves_it_open() -> None:
    pipeline, state = joining_pipeline(), PartitionState(TOPIC, 0)
    outcomes(pipeline, chunk_of(HEAD, state=state))
    empty = chunk_of(start=1, state=state)
    empty.end = 5

    assert [part.complete_through for part in outcomes(pipeline, empty)] == [-1]

    state.cut = 5

    assert [part.complete_through for part in outcomes(pipeline, empty)] == [4]


def test_a_record_that_kafkas_own_client_could_not_read_dies_in_its_place() -> None:
    chunk = chunk_of(HEAD, "unreadable", HEAD, state=PartitionState(TOPIC, 0, cut=3))
    chunk.undecodable = {1: "a broken header"}

    (outcome,) = outcomes(joining_pipeline(), chunk)

    assert [(letter.raw.offset, letter.reason, letter.error) for letter in outcome.dead] == [
        (1, "decode.kafka", "a broken header")
    ]
    assert [raw.offset for raw in outcome.origins] == [0, 2]
