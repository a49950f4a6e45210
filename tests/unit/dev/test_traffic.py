"""The demo's traffic, and what the pipeline makes of it."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice, pairwise
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.dev import sample_logs
from streams.dev.shop import request
from streams.dev.traffic import BROKEN, Message, Traffic
from streams.pipeline import Pipeline
from streams.settings import Settings
from streams.testing import NOON, FakeRecord, chunk_of
from streams.types import Outcome

NOON_NS = NOON * 1_000_000
SAMPLES = Path(sample_logs.__file__).with_name("samples")
seeds = st.integers(0, 2**32 - 1)


def _random(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - traffic to look at, no secret


def _outcome(messages: Sequence[Message]) -> Outcome:
    pipeline = Pipeline(Settings())
    chunk = chunk_of(
        *(FakeRecord(message.value, place, message.key, message.headers) for place, message in enumerate(messages))
    )
    pipeline.prepare(chunk)
    return pipeline.finish(chunk, {})


def _by_trace(outcome: Outcome) -> dict[str, list[dict[str, Any]]]:
    traces = defaultdict(list)
    for value in outcome.values:
        record = orjson.loads(value)
        if record["trace_id"]:
            traces[record["trace_id"]].append(record)
    return traces


@given(seeds)
def test_the_same_seed_and_times_give_the_same_traffic(seed: int) -> None:
    one, other = Traffic(seed), Traffic(seed)
    assert [one.take(50, NOON_NS), one.take(9, NOON_NS + 5)] == [other.take(50, NOON_NS), other.take(9, NOON_NS + 5)]


def test_another_seed_gives_other_traffic() -> None:
    assert Traffic(1).take(50, NOON_NS) != Traffic(2).take(50, NOON_NS)


@given(seeds, st.integers(1, 300))
def test_at_least_as_many_records_are_given_as_asked_for_and_at_most_one_request_more(seed: int, least: int) -> None:
    assert least <= len(Traffic(seed).take(least, NOON_NS)) < least + 10


@given(seeds)
def test_a_request_has_one_trace_several_services_and_times_that_rise_to_its_end(seed: int) -> None:
    lines = request(_random(seed), NOON_NS)
    assert len({line.trace_id for line in lines}) == 1
    assert len({line.service for line in lines}) >= 2
    assert all(earlier.at_ns < later.at_ns for earlier, later in pairwise(lines))
    assert lines[-1].at_ns == NOON_NS


@given(seeds)
def test_each_service_of_a_request_has_a_span_of_its_own(seed: int) -> None:
    spans = {(line.service, line.span_id) for line in request(_random(seed), NOON_NS)}
    assert len(spans) == len({service for service, _ in spans}) == len({span for _, span in spans})


def test_records_of_one_trace_share_its_key_so_that_one_partition_keeps_their_order() -> None:
    messages = Traffic(3).take(500, NOON_NS)
    for trace_id, records in _by_trace(_outcome(messages)).items():
        offsets = [record["source"]["offset"] for record in records]
        assert {messages[offset].key for offset in offsets} == {trace_id.encode()}
        assert [record["timestamp"] for record in records] == sorted(record["timestamp"] for record in records)


def test_requests_overlap() -> None:
    keys = [message.key for message in Traffic(3).take(500, NOON_NS) if message.key]
    changes = sum(earlier != later for earlier, later in pairwise(keys))
    assert changes > len(set(keys))


@pytest.mark.parametrize(
    ("service", "dialect"),
    [
        ("gateway", "winston"),
        ("checkout", "json"),
        ("payment", "logfmt"),
        ("shipping", "logfmt"),
        ("unknown_service", "text"),
    ],
)
def test_every_service_logs_in_a_dialect_that_is_read_fully(service: str, dialect: str) -> None:
    traces = _by_trace(_outcome(Traffic(3).take(2_000, NOON_NS)))
    records = [r for trace in traces.values() for r in trace if r["resource"]["service.name"] == service]
    assert records
    for record in records:
        assert record["dialect"] == dialect
        assert record["span_id"]
        assert record["severity_number"] > 0
        assert record["timestamp"].startswith("2026-11-24T1")


def test_some_requests_go_wrong() -> None:
    traces = _by_trace(_outcome(Traffic(3).take(5_000, NOON_NS))).values()
    worst = [max(record["severity_number"] for record in trace) for trace in traces]
    assert {9, 13, 17} <= set(worst)
    assert worst.count(9) > len(worst) / 2


@pytest.mark.parametrize(
    ("message", "reason"),
    list(zip(BROKEN, ["decode.json", "decode.empty", "decode.dialect", "limit.depth"], strict=True)),
)
def test_a_broken_record_dies_for_its_reason(message: Message, reason: str) -> None:
    assert [letter.reason for letter in _outcome([message]).dead] == [reason]


def test_nothing_dies_but_the_broken_records_and_all_kinds_of_them_come_soon() -> None:
    messages = Traffic(3).take(300, NOON_NS)
    broken = [place for place, message in enumerate(messages) if message in BROKEN]
    assert [letter.raw.offset for letter in _outcome(messages).dead] == broken
    assert {messages[place] for place in broken} == set(BROKEN)


def test_sample_lines_keep_the_order_of_their_file_and_start_again_at_its_end() -> None:
    given_lines = defaultdict(list)
    for line in islice(sample_logs.endless(_random(3)), 6_000):
        given_lines[line.source].append(line.text)
    for name in sample_logs.NAMES:
        content = sample_logs.lines(name)
        times = len(given_lines[name]) // len(content) + 1
        assert given_lines[name] == (content * times)[: len(given_lines[name])]
    assert len(given_lines["auth.log"]) > len(sample_logs.lines("auth.log"))


def test_the_samples_are_small_and_each_is_named_in_the_notice() -> None:
    notice = (SAMPLES / "NOTICE").read_text()
    files = {path.name: path.stat().st_size for path in SAMPLES.iterdir() if path.name != "NOTICE"}
    assert set(files) == set(sample_logs.NAMES)
    assert sum(files.values()) < 500_000
    assert all(f"\n{name} " in notice for name in files)
