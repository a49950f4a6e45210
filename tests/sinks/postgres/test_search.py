"""What a question finds: the same as looking through all records would."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sinks.base import Item
from streams.sinks.stores import Bucket, Query, Stored
from streams.testing.items import changed, make_items
from tests.postgres import shared
from tests.sinks.postgres.database import Database

TODAY = datetime.now(UTC).date()
DAYS = (f"{TODAY}", f"{TODAY - timedelta(days=1)}", f"{TODAY - timedelta(days=9)}", "1999-12-31", "2200-01-01")
"""The last two are in the overflow."""
TRACES = ("a" * 32, "b" * 32, "c" * 32)
SERVICES = ("checkout", "cart", "x" * 500)
WORDS = ("payment", "refused", "Größe", "10.0.0.1", "no")
EXAMPLES = ("log", "metric_histogram", "span")


def made(number: int, dice: Random) -> Item:
    """Any record; several share their millisecond, and numbers do not sort as text."""
    [item] = make_items(1, source="raw")
    moment = f"00:0{dice.randrange(3)}:{dice.randrange(60):02}.{dice.randrange(3):03}000000"
    signal, exemplars = dice.choice(("log", "metric", "span")), [{"trace_id": dice.choice(TRACES)}, {"trace_id": None}]
    return changed(
        item,
        event_id=f"raw-0-{number}",
        signal=signal,
        metric={"exemplars": exemplars} if signal == "metric" else {},
        observed_timestamp=f"{dice.choice(DAYS)}T{moment}Z",
        timestamp=dice.choice((None, f"2026-02-0{dice.randrange(1, 4)}T00:00:00.00000000{dice.randrange(9)}Z")),
        trace_id=dice.choice((*TRACES, None)) if signal != "metric" else None,
        severity_number=dice.choice((0, 9, 13, 17, 21)),
        resource={"service.name": dice.choice(SERVICES)},
        body=" ".join(dice.sample(WORDS, dice.randrange(3))),
        attributes={"a": {"b": [1, dice.choice(WORDS)]}, "payment": dice.choice(WORDS)},
    )._replace(event_id=f"raw-0-{number}")


RECORDS = [made(number, Random(number)) for number in range(400)]  # noqa: S311 (the same in each run)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Database:
    database = Database(asyncio.run(shared().new_database()), tmp_path_factory.mktemp("full"))
    asyncio.run(database.write(RECORDS))
    return database


async def asked(database: Database, query: Query) -> Sequence[Stored]:
    async with database.store() as store:
        return await store.search(query)


async def counted(database: Database, query: Query, minutes: int) -> Sequence[Bucket]:
    async with database.store() as store:
        return await store.counts(query, minutes * 60)


def ids(found: Sequence[Stored]) -> list[str]:
    return [record["event_id"] for record in found]


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts_of(inner)


def fits(record: Stored, query: Query) -> bool:
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


def expected(query: Query) -> list[str]:
    """Look through all of them; later ones of a millisecond are newer."""
    fitting = [item.record for item in RECORDS if fits(item.record, query)]
    fitting.sort(key=lambda record: record["observed_timestamp"])
    if query.trace is not None:
        fitting.sort(key=lambda record: record["timestamp"] or record["observed_timestamp"])
    return ids(fitting if query.trace is not None else fitting[::-1])


TIMES = st.builds(
    lambda day, time: f"{day}T{time}Z",
    st.sampled_from(DAYS),
    st.sampled_from(("00:00:00.000000000", "00:01:30.001000000", "00:01:30.000000001", "00:02:59.002000000")),
)
QUERIES = st.builds(
    Query,
    trace=st.none() | st.sampled_from((*TRACES, "D" * 32)),
    service=st.none() | st.sampled_from((*SERVICES, "none")),
    since=st.none() | TIMES,
    until=st.none() | TIMES,
    severity=st.none() | st.sampled_from((1, 9, 10, 13, 17, 18, 24)),
    signal=st.none() | st.sampled_from(("log", "metric", "span")),
    text=st.none() | st.lists(st.sampled_from((*WORDS, "PAYMENT", "größe", "x")), min_size=1, max_size=2).map(" ".join),
    limit=st.just(1_000),
)


@given(QUERIES)
def test_a_search_finds_what_fits_in_its_order(full: Database, query: Query) -> None:
    assert ids(asyncio.run(asked(full, query))) == expected(query)


@given(QUERIES, st.sampled_from((1, 5, 50)))
def test_a_limit_gives_the_newest_or_the_beginning_of_a_trace(full: Database, query: Query, limit: int) -> None:
    """Of records that share their moment any may be left out."""
    found = asyncio.run(asked(full, replace(query, limit=limit)))
    records = {item.event_id: item.record for item in RECORDS}
    moments = [
        (one["timestamp"] or one["observed_timestamp"]) if query.trace else one["observed_timestamp"]
        for one in (records[event_id] for event_id in expected(query)[:limit])
    ]
    assert moments == [
        (one["timestamp"] or one["observed_timestamp"]) if query.trace else one["observed_timestamp"] for one in found
    ]
    assert all(fits(one, query) for one in found)


@given(QUERIES, st.sampled_from((1, 2, 60, 1_440)))
def test_counts_are_those_of_what_a_search_finds(full: Database, query: Query, minutes: int) -> None:
    """Within whole minutes: those of `since` and `until` count as a whole."""
    whole = replace(
        query,
        trace=None,
        text=None,
        since=query.since and f"{query.since[:17]}00.000000000Z",
        until=query.until and f"{query.until[:17]}00.000000000Z",
    )
    found = Counter[tuple[str, str, int]]()
    for record in (item.record for item in RECORDS if fits(item.record, whole)):
        start = datetime.fromisoformat(f"{record['observed_timestamp'][:19]}Z").timestamp() // (minutes * 60)
        moment = datetime.fromtimestamp(start * minutes * 60, UTC)
        found[f"{moment:%Y-%m-%dT%H:%M:%S}.000000000Z", record["signal"], record["severity_number"]] += 1
    buckets = asyncio.run(counted(full, whole, minutes))
    counts = Counter[tuple[str, str, int]]()
    for start, service, signal, severity, number in buckets:
        assert whole.service in (None, service) or len(whole.service or "") > len(service)
        counts[start, signal, severity] += number
    assert counts == found
    assert [bucket[:4] for bucket in buckets] == sorted({bucket[:4] for bucket in buckets})
