"""What a question finds: the same as looking through all records would."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sinks.base import Item
from streams.sinks.sqlite.connections import open_writer
from streams.sinks.sqlite.search import Asked
from streams.sinks.sqlite.store import SqliteStore
from streams.sinks.stores import Query
from streams.testing.items import changed
from tests.sinks.sqlite.records import found, item, stored

DAYS = ("2026-03-01", "2026-03-02", "2026-03-05", "1999-12-31", "2200-01-01")
"""The last two are in the overflow."""
TRACES = ("a" * 32, "b" * 32, "c" * 32)
SERVICES = ("checkout", "cart", "")
WORDS = ("payment", "refused", "Größe", "10.0.0.1", "no")
KINDS = ("log", "metric_histogram", "span")


def made(number: int, dice: Random) -> Item:
    minute, second = dice.randrange(3), dice.randrange(60)
    record = item(
        number,
        kind=dice.choice(KINDS),
        at=f"{dice.choice(DAYS)}T00:0{minute}:{second:02}.{dice.randrange(3):03}000000Z",
        timestamp=dice.choice((None, f"2026-02-0{dice.randrange(1, 4)}T00:00:00.000000001Z")),
        trace_id=dice.choice((*TRACES, None)),
        severity_number=dice.choice((0, 9, 13, 17, 21)),
        resource={"service.name": dice.choice(SERVICES)},
        body=" ".join(dice.sample(WORDS, dice.randrange(3))),
        attributes={"a": {"b": [1, dice.choice(WORDS)]}, "payment": dice.choice(WORDS)},
    )
    if record.record["signal"] != "metric":
        return record
    exemplars = [
        {"timestamp": None, "trace_id": trace, "span_id": None, "value": 1} for trace in (dice.choice(TRACES), None)
    ]
    return changed(record, trace_id=None, metric={**record.record["metric"], "exemplars": exemplars})


RECORDS = [made(number, Random(number)) for number in range(400)]  # noqa: S311 - the same in each run


@pytest.fixture(scope="module")
def store() -> Iterator[SqliteStore]:
    with TemporaryDirectory() as name:
        asyncio.run(stored(Path(name), RECORDS))
        yield SqliteStore(Path(name))


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts_of(inner)


def fits(record: dict[str, Any], query: Query) -> bool:
    exemplars = record.get("metric", {}).get("exemplars", [])
    words = " ".join(texts_of([record["body"], record["attributes"]])).casefold().split()
    return (
        query.trace in (None, record["trace_id"], *(exemplar["trace_id"] for exemplar in exemplars))
        and query.service in (None, record["resource"]["service.name"])
        and query.signal in (None, record["signal"])
        and record["severity_number"] >= (query.severity or 0)
        and (query.since or "") <= record["observed_timestamp"] < (query.until or "9")
        and all(word.casefold() in words for word in (query.text or "").split())
    )


def expected(query: Query, records: Sequence[Item]) -> list[str]:
    """Look through all of them; later ones of a millisecond are newer."""
    fitting = [(one.record, index) for index, one in enumerate(records) if fits(one.record, query)]
    by_arrival = sorted(fitting, key=lambda one: (one[0]["observed_timestamp"], one[1]))
    if query.trace is None:
        return [record["event_id"] for record, _ in by_arrival[::-1][: query.limit]]
    in_order = sorted(by_arrival, key=lambda one: one[0]["timestamp"] or one[0]["observed_timestamp"])
    return [record["event_id"] for record, _ in in_order[: query.limit]]


TIMES = st.sampled_from(DAYS).flatmap(
    lambda day: st.sampled_from(
        ("00:00:00.000000000", "00:01:30.001000000", "00:01:30.000000001", "00:02:59.002000000")
    ).map(lambda time: f"{day}T{time}Z")
)
QUERIES = st.builds(
    Query,
    trace=st.none() | st.sampled_from((*TRACES, "d" * 32)),
    service=st.none() | st.sampled_from((*SERVICES, "none")),
    since=st.none() | TIMES,
    until=st.none() | TIMES,
    severity=st.none() | st.sampled_from((1, 9, 10, 17, 18, 24)),
    signal=st.none() | st.sampled_from(("log", "metric", "span")),
    text=st.none() | st.lists(st.sampled_from((*WORDS, "PAYMENT", "größe", "x")), min_size=1, max_size=2).map(" ".join),
    limit=st.sampled_from((1, 5, 1_000)),
)


@given(QUERIES)
def test_a_search_finds_what_fits_in_its_order(store: SqliteStore, query: Query) -> None:
    got = [record["event_id"] for record in asyncio.run(store.search(query))]
    assert got == expected(query, RECORDS)


@given(QUERIES, st.sampled_from((1, 2, 60, 1_440, 10_000)))
def test_counts_add_up_to_what_a_search_finds(store: SqliteStore, query: Query, minutes: int) -> None:
    """Within whole minutes: those of `since` and `until` count as a whole."""
    query = replace(
        query,
        trace=None,
        text=None,
        limit=1_000,
        since=query.since and f"{query.since[:17]}00.000000000Z",
        until=query.until and f"{query.until[:17]}00.000000000Z",
    )
    buckets = asyncio.run(store.counts(query, minutes * 60))
    searched = [one.record for one in RECORDS if fits(one.record, query)]
    assert sum(bucket.records for bucket in buckets) == len(searched)
    assert {bucket[1:4] for bucket in buckets} == {
        (record["resource"]["service.name"], record["signal"], record["severity_number"]) for record in searched
    }
    starts = [bucket.start for bucket in buckets]
    assert starts == sorted(starts)
    assert all(start <= max(record["observed_timestamp"] for record in searched) for start in starts)


@pytest.mark.parametrize(
    ("text", "words", "there"),
    [
        ("user bob@example.com logged in", "bob@example.com", True),
        ("user bob at example.com", "bob@example.com", False),
        ("from 10.0.0.1", "10.0.0.1", True),
        ("from 10.0.0.1", "10.0", True),
        ("from 1.0.0.10", "10.0.0.1", False),
        ("PAYMENT refused", "refused payment", True),
        ("payment refused", "pay", False),
        ("straße", "STRASSE", False),
        ("Ärger", "ärger", True),
        ("支付 失败", "支付", True),
        ('say "hello" world', 'world "hello"', True),
        ("a OR b", "c OR b", False),
        ("NEAR(a b)", "NEAR(a b)", True),
        ("text:value", "text:value", True),
        ("a*", "a*", True),
        ("ab", "a*", False),
        ("drop table", "'; drop", True),
        ("a\x00b", "b", True),
        ("hello", "-- hello", True),
        ("hello", "--", False),
    ],
)
async def test_words_are_words_and_no_operators(tmp_path: Path, text: str, words: str, there: bool) -> None:
    await stored(tmp_path, [item(1, body=text, attributes={})])
    assert bool(await found(tmp_path, text=words)) is there


async def test_names_of_attributes_and_numbers_are_no_words(tmp_path: Path) -> None:
    await stored(tmp_path, [item(1, body=None, attributes={"status": 502, "deep": {"inner": ["said", True]}})])
    assert await found(tmp_path, text="said") == ["raw-logs-0-1"]
    assert [await found(tmp_path, text=word) for word in ("status", "502", "inner", "true")] == [[]] * 4


@pytest.mark.parametrize(
    "conditions",
    [
        {"trace": "4bf9"},
        {"trace": "x" * 32},
        {"since": "yesterday"},
        {"until": "2026-03-01"},
        {"text": ""},
        {"text": " "},
        {"text": "word " * 51},
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(tmp_path: Path, conditions: dict[str, Any]) -> None:
    await stored(tmp_path, [item(1)])
    with pytest.raises(ValueError, match=r"time|trace|words|hex|Invalid"):
        await found(tmp_path, **conditions)


@pytest.mark.parametrize(
    ("query", "first_step"),
    [
        (Query(), "SCAN record"),
        (Query(since=f"{DAYS[0]}T00:00:00.000000000Z"), "SEARCH record USING INTEGER PRIMARY KEY (rowid>?)"),
        (Query(service="cart", severity=13), "SEARCH record USING INDEX record_service (service=?)"),
        (Query(severity=17), "SCAN record USING INDEX record_error"),
        (Query(severity=17, signal="log"), "SCAN record USING INDEX record_error"),
        (Query(text="payment refused", service="cart"), "SCAN words VIRTUAL TABLE INDEX"),
    ],
    ids=str,
)
async def test_the_newest_are_found_without_sorting(tmp_path: Path, query: Query, first_step: str) -> None:
    await stored(tmp_path, RECORDS)
    said: list[str] = []
    with closing(open_writer(tmp_path / "2026-03-01.db")) as file:
        file.set_trace_callback(said.append)
        list(Asked.of(query).newest(file))
        file.set_trace_callback(None)
        asked = next(sql for sql in said if sql.startswith("select record.id"))
        plan = [step for *_, step in file.execute(f"explain query plan {asked}")]
    assert plan[0].startswith(first_step)
    assert not [step for step in plan if "TEMP B-TREE" in step]
