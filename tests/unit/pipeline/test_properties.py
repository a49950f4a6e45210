"""Whatever comes in: no exception, no lost record, valid output, and the same bytes however it is cut into chunks."""

from __future__ import annotations

import gzip
import json
import zlib
from itertools import pairwise

import cramjam
import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.pipeline import Pipeline
from streams.settings import Settings
from streams.testing import FakeRecord, chunk_of
from streams.types import Outcome
from tests.through import outcome_of

TEXT = st.text(st.characters(codec="utf-8"))
KNOWN_KEYS = (
    "timestamp time level severity message msg trace_id traceId span_id service host logger trace_flags context fields "
    "timeUnixNano severityNumber body attributes resource"
)
KEYS = TEXT | st.sampled_from(KNOWN_KEYS.split())
KNOWN_VALUES = [
    "INFO",
    "2026-11-20T12:00:00.5Z",
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "00f067aa0ba902b7",
    "Nov 20 12:00:00",
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**80), 2**80),
    st.floats(),
    TEXT,
    st.text(),
    st.sampled_from(KNOWN_VALUES),
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=20
)
KNOWN_HEADERS = ["content-type", "Weft-Dialect", "traceparent", "tracestate", "weft.dead.reason", "other"]
KNOWN_HINTS = [
    b"application/json",
    b"application/x-ndjson",
    b"text/plain",
    b"logfmt",
    b"json",
    b"otlp-json",
    b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
]
HEADERS = st.lists(
    st.tuples(st.sampled_from(KNOWN_HEADERS), st.none() | st.binary(max_size=20) | st.sampled_from(KNOWN_HINTS)),
    max_size=3,
)
VALUES = st.one_of(
    st.none(),
    st.binary(max_size=300),
    TEXT.map(str.encode),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.lists(JSON, max_size=4).map(lambda values: "\n".join(map(json.dumps, values)).encode()),
    st.dictionaries(KEYS, JSON, max_size=6).map(lambda value: json.dumps(value, separators=(",", ":")).encode()),
    st.binary(max_size=60).map(gzip.compress),
    st.binary(max_size=60).map(zlib.compress),
    st.binary(max_size=60).map(lambda value: bytes(cramjam.zstd.compress(value))),
    st.lists(st.tuples(st.sampled_from(["level", "msg", "ts", "a"]), TEXT), max_size=5).map(
        lambda pairs: " ".join(f"{key}={json.dumps(text)}" for key, text in pairs).encode()
    ),
)


@st.composite
def raw_records(draw: st.DrawFn) -> FakeRecord:
    timestamp = draw(st.one_of(st.integers(-(2**63), 2**63 - 1), st.just(1_795_521_600_000)))
    return FakeRecord(
        draw(VALUES), draw(st.integers(0, 2**63 - 1)), draw(st.none() | st.binary()), draw(HEADERS), timestamp
    )


@given(raw_records())
@example(FakeRecord(b"\x1f\x8b\x08"))
@example(FakeRecord(b'{"timeUnixNano":' + b"9" * 30 + b"}"))
@settings(max_examples=300)
def test_any_record_has_outcomes_that_balance_and_conform(raw: FakeRecord) -> None:
    outcome = outcome_of(raw)
    assert len(outcome.values) + len(outcome.dead) >= 1
    assert not [
        letter for letter in outcome.dead if letter.reason.startswith("internal.") or letter.reason == "schema.invalid"
    ]


@given(st.dictionaries(KEYS, JSON, max_size=8))
@settings(max_examples=150)
def test_layout_does_not_change_a_record(document: dict[str, object]) -> None:
    """The short way for clean values and the whole way agree on everything but the original text of a body."""
    try:
        compact, spaced = (
            json.dumps(document, separators=form, ensure_ascii=False).encode() for form in ((",", ":"), (", ", " : "))
        )
    except UnicodeEncodeError:
        return
    one, other = outcome_of(compact), outcome_of(spaced)
    assert [letter.reason for letter in one.dead] == [letter.reason for letter in other.dead]
    for first, second in zip(map(orjson.loads, one.values), map(orjson.loads, other.values), strict=True):
        if first["body"] != compact.decode():
            assert first == second
        else:
            assert {**first, "body": None} == {**second, "body": None}


@given(st.lists(raw_records(), max_size=8), st.lists(st.integers(0, 8)))
@settings(max_examples=100)
def test_every_cut_into_chunks_gives_the_same_bytes(raws: list[FakeRecord], cuts: list[int]) -> None:
    whole = run([raws])
    bounds = [0, *sorted({cut for cut in cuts if cut < len(raws)}), len(raws)]
    parts = run([raws[start:end] for start, end in pairwise(bounds)])
    assert [value for outcome in parts for value in outcome.values] == whole[0].values
    assert [letter for outcome in parts for letter in outcome.dead] == whole[0].dead


@pytest.mark.parametrize("seed", range(3))
def test_a_pipeline_forgets_what_it_has_seen(seed: int) -> None:
    """A pipeline that has met many shapes, times and errors gives the bytes that a fresh one gives."""
    worn = Pipeline(Settings())
    strange = [
        json.dumps({f"key{seed}-{number}": number, "timestamp": f"20{number % 90 + 10}-01-01T00:00:{number % 60:02}Z"})
        for number in range(5_000)
    ]
    last = ['{"message":"x","timestamp":"2026-11-20T12:00:00.5Z"}', "level=info msg=x", "text"]
    for values in (strange, last):
        chunk = chunk_of(*values)
        worn.prepare(chunk)
        outcome = worn.finish(chunk, {})
    assert outcome.values == outcome_of(*last, through=Pipeline(Settings())).values


def run(chunks: list[list[FakeRecord]]) -> list[Outcome]:
    pipeline = Pipeline(Settings())
    outcomes = []
    for records in chunks:
        chunk = chunk_of(*records)
        pipeline.prepare(chunk)
        outcomes.append(pipeline.finish(chunk, {}))
    return outcomes
