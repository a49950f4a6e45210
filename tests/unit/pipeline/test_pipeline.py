"""A chunk in, its outcome out: identity, order, counts and purity."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from streams.dialects.registry import DIALECTS
from streams.pipeline import Pipeline
from streams.settings import Settings
from streams.testing import NOON, FakeRecord, chunk_of
from streams.types import Counts, Outcome
from tests.through import outcome_of, record_of, records_of, with_policy

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
LOG = (
    f'{{"timestamp":"2026-11-20T12:00:00.123Z","severity":"WARN","message":"low",'
    f'"trace_id":"{TRACE}","service":"cart"}}'
)


def test_a_record_says_what_when_who_and_where_from() -> None:
    record = record_of(FakeRecord(LOG.encode(), offset=17, partition=3))
    assert record == {
        "schema_version": 1,
        "event_id": "raw-logs-3-17",
        "signal": "log",
        "timestamp": "2026-11-20T12:00:00.123000000Z",
        "observed_timestamp": "2026-11-24T12:00:00.000000000Z",
        "trace_id": TRACE,
        "span_id": None,
        "severity_number": 13,
        "severity_text": "WARN",
        "body": "low",
        "resource": {"service.name": "cart"},
        "attributes": {},
        "source": {"topic": "raw-logs", "partition": 3, "offset": 17},
        "dialect": "json",
        "provenance": {"pipeline": record["provenance"]["pipeline"], "applied": [], "failed": []},
    }


def test_the_key_is_the_trace_id_and_none_without_one() -> None:
    assert outcome_of(LOG, "no trace here").keys == [TRACE.encode(), None]


def test_records_keep_the_order_of_their_offsets() -> None:
    records = records_of("one", LOG, '[{"msg":"a"},{"msg":"b"}]', "two")
    assert [record["event_id"] for record in records] == [
        "raw-logs-0-0", "raw-logs-0-1", "raw-logs-0-2.0", "raw-logs-0-2.1", "raw-logs-0-3",
    ]  # fmt: skip


def test_counts_tell_every_outcome_and_leave_consumed_to_the_source() -> None:
    outcome = outcome_of("text", None, "", "[1,2,3]", LOG)
    assert outcome.counts == Counts(split=2, enriched=5, dead=2)


def test_records_are_counted_by_dialect() -> None:
    assert outcome_of("text", LOG, '[{"msg":"a"},{"msg":"b"}]', None).dialects == {"text": 1, "json": 3}


def test_a_record_that_kafkas_own_client_could_not_read_dies_alone() -> None:
    chunk = chunk_of("one", "unreadable", '[{"msg":"a"},{"msg":"b"}]', "two")
    chunk.undecodable = {1: "UnicodeDecodeError: a header's name"}
    pipeline = Pipeline(Settings())
    pipeline.prepare(chunk)
    outcome = pipeline.finish(chunk, {})
    assert [raw.offset for raw in outcome.origins] == [0, 2, 2, 3]
    (letter,) = outcome.dead
    assert (letter.raw.offset, letter.reason, letter.error) == (
        1,
        "decode.kafka",
        "UnicodeDecodeError: a header's name",
    )


def test_an_empty_chunk_of_control_records_is_complete() -> None:
    chunk = chunk_of()
    chunk.end = 42
    pipeline = Pipeline(Settings())
    assert pipeline.prepare(chunk) == frozenset()
    assert pipeline.finish(chunk, {}) == Outcome([], [], [], [], Counts(), 41, {})


@pytest.mark.parametrize("cut", range(1, 6))
def test_the_bytes_do_not_depend_on_how_records_are_chunked(cut: int) -> None:
    values = ["one", LOG, '[{"msg":"a"},{"msg":"b"}]', "level=info msg=x", b"\xff\x00", None]
    whole = outcome_of(*values)
    pipeline = Pipeline(Settings(validate_output=True, processors=()))
    parts = []
    for start, part in ((0, values[:cut]), (cut, values[cut:])):
        chunk = chunk_of(*part, start=start)
        pipeline.prepare(chunk)
        parts.append(pipeline.finish(chunk, {}))
    assert parts[0].values + parts[1].values == whole.values
    assert [letter[1:] for part in parts for letter in part.dead] == [letter[1:] for letter in whole.dead]


def test_a_source_epoch_is_part_of_the_identity() -> None:
    assert record_of(LOG, through=with_policy(source_epoch="2"))["event_id"] == "raw-logs@2-0-0"


@pytest.mark.parametrize(
    ("timestamp_ms", "observed"),
    [
        (NOON, "2026-11-24T12:00:00.000000000Z"),
        (NOON + 1, "2026-11-24T12:00:00.001000000Z"),
        (-1, "1990-01-01T00:00:00.000000000Z"),
        (0, "1990-01-01T00:00:00.000000000Z"),
        (2**62, "2261-12-31T23:59:59.999999999Z"),
    ],
)
def test_the_observed_time_is_kafkas_within_what_a_record_may_carry(timestamp_ms: int, observed: str) -> None:
    assert record_of(FakeRecord(LOG.encode(), timestamp=timestamp_ms))["observed_timestamp"] == observed


def test_each_record_of_a_chunk_has_its_own_observed_time() -> None:
    records = records_of(*(FakeRecord(b"x", offset=index, timestamp=NOON + index % 2) for index in range(4)))
    assert [record["observed_timestamp"][-7:] for record in records] == ["000000Z"] * 4
    assert [record["observed_timestamp"][20:23] for record in records] == ["000", "001", "000", "001"]


def test_the_short_and_the_whole_way_give_the_same_record() -> None:
    clean = record_of(LOG)
    spaced = record_of(json.dumps(json.loads(LOG)))
    hinted = record_of(FakeRecord(LOG.encode(), headers=[("content-type", b"application/json; charset=utf-8")]))
    pinned = record_of(FakeRecord(LOG.encode(), headers=[("weft-dialect", b"json")]))
    assert clean == spaced == hinted == pinned


def test_the_short_way_of_a_text_gives_the_same_record(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [example.value for dialect in DIALECTS for example in dialect.examples if dialect.compile_text]
    odd = [
        "",
        " ",
        "\t",
        " {}",
        "[1]",
        "[a]",
        "[a] ",
        "x}",
        "\x00",
        "\x1b[32mgreen\x1b[0m",
        "\ufeffx",
        "\ufffd",
        "é",
        "x^y",
        "267 <1>1 - - - - -",
    ]
    short = [(letter_or_record(value)) for value in (*lines, *odd)]
    monkeypatch.setattr("streams.pipeline.clean_text._is_line", lambda text, value: False)
    assert [(letter_or_record(value)) for value in (*lines, *odd)] == short


def letter_or_record(value: str | bytes) -> tuple[list[bytes], list[tuple[str, str]]]:
    outcome = outcome_of(value)
    return outcome.values, [(letter.reason, letter.error) for letter in outcome.dead]


@pytest.mark.parametrize("every", [False, True])
def test_a_record_that_breaks_the_schema_is_a_dead_letter(every: bool) -> None:
    pipeline = Pipeline(Settings(validate_output=every))
    chunk = chunk_of(*(FakeRecord(b'{"message":"x"}', offset=offset) for offset in (999, 1000, 1001)))
    pipeline.prepare(chunk)
    staged = [(raw, {**record, "span_id": "no span"}, None, None) for raw, record, _, _ in chunk.state.staged]
    chunk.state.staged = iter(staged)
    outcome = pipeline.finish(chunk, {})
    assert [(letter.raw.offset, letter.reason) for letter in outcome.dead] == (
        [(offset, "schema.invalid") for offset in (999, 1000, 1001)] if every else [(1000, "schema.invalid")]
    )


def test_memory_errors_are_nobodys_dead_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    for place in (
        "streams.pipeline.pipeline.dumps",
        "streams.pipeline.clean.loads",
        "streams.pipeline.clean_text.complete_trace",
        "streams.pipeline.decode.open_value",
    ):
        with monkeypatch.context() as patch:
            patch.setattr(place, exhausted)
            with pytest.raises(MemoryError):
                outcome_of("text", LOG, f"[{LOG}]")


@pytest.mark.parametrize(
    ("place", "stage"),
    [("streams.pipeline.pipeline.dumps", "encode"), ("streams.pipeline.decode.complete_trace", "decode")],
)
def test_a_bug_costs_only_the_records_it_meets(place: str, stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "input text"

    def broken(*_: object) -> None:
        raise RecursionError(secret)

    monkeypatch.setattr(place, broken)
    outcome = outcome_of("[plain text]", None, "[more text]")
    assert [letter.reason for letter in outcome.dead] == [f"internal.{stage}", "decode.tombstone", f"internal.{stage}"]
    assert outcome.dead[0].error.startswith("RecursionError at tests.")
    assert not any(secret in letter.error for letter in outcome.dead)


def test_kept_output_takes_little_more_memory_than_its_bytes() -> None:
    pipeline = Pipeline(Settings())
    chunk = chunk_of(*[LOG] * 500)
    pipeline.prepare(chunk)
    tracemalloc.start()
    try:
        values = pipeline.finish(chunk, {}).values
        assert tracemalloc.get_traced_memory()[0] < 1.5 * sum(map(len, values))
    finally:
        tracemalloc.stop()
