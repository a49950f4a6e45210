"""Records that a store refuses or that are no records: dead letters that say all, and a guard against a flood."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import Any

import pytest

from streams.control import ask
from streams.testing.items import make_items
from streams.types import Counts

ENTRY = {"use": "tests.stores:Keyed", "batch": {"records": 50}}
ITEMS = make_items(200)


@pytest.mark.parametrize("tells", [True, False], ids=["the store tells which", "the store does not tell which"])
async def test_one_refused_record_is_a_dead_letter_and_its_neighbours_are_stored(
    make_lane: Any, store_of: Any, eventually: Any, tells: bool
) -> None:
    lane = await make_lane()
    store, bad = store_of(lane), ITEMS[77]
    store.refuses, store.tells = (lambda item: item.event_id == bad.event_id), tells
    async with lane.sink(ENTRY) as running:
        await lane.enrich(ITEMS, headers=[("x", b"1"), ("weft.dead.reason", b"forged")])
        await lane.until_sunk({0: 200})
        provenance = running.role.provenance
        await eventually(lambda: "sink.rejecting" in {f.rule for f in running.role.monitor.report().findings})

    (letter,) = await lane.read(lane.dead)
    headers = dict(letter.headers)
    assert (letter.key, letter.value) == (bad.key, bad.value)
    timestamp = int(headers.pop("weft.dead.timestamp_ms"))
    assert timestamp > 1_700_000_000_000
    assert headers.pop("weft.dead.error").startswith(b"RejectedRecord: ")
    assert headers == {
        "x": b"1",
        "weft.untrusted.dead.reason": b"forged",
        "weft.dead.reason": b"sink.rejected",
        "weft.dead.stage": b"sink",
        "weft.dead.topic": lane.enriched.encode(),
        "weft.dead.partition": b"0",
        "weft.dead.offset": b"77",
        "weft.dead.attempts": b"1",
        "weft.dead.version": version("weft").encode(),
        "weft.dead.pipeline": provenance.encode(),
        "weft.dead.event_id": bad.event_id.encode(),
        "weft.dead.sink": lane.sink_name.encode(),
    }
    assert [row.event_id for row in store.rows] == [item.event_id for item in ITEMS if item is not bad]
    assert (await lane.sunk())[0].counts == Counts(consumed=200, enriched=199, dead=1)


async def test_what_is_no_record_is_a_dead_letter_of_this_sink(make_lane: Any, store_of: Any) -> None:
    lane = await make_lane()
    await lane.enrich([ITEMS[0], ITEMS[1]._replace(value=b"[]"), ITEMS[2]])
    async with lane.sink(ENTRY):
        await lane.until_sunk({0: 3})

    ((found, headers),) = await lane.dead_letters()
    assert found == b"[]"
    assert (headers["weft.dead.reason"], headers["weft.dead.stage"]) == (b"schema.invalid", b"sink")
    assert headers["weft.dead.sink"] == lane.sink_name.encode()
    assert len(store_of(lane).rows) == 2


async def test_a_flood_of_refused_records_pauses_the_partition_until_an_operator_resumes_it(
    make_lane: Any, store_of: Any, eventually: Any
) -> None:
    lane = await make_lane()
    store = store_of(lane)
    store.refuses = lambda item: True
    await lane.enrich(ITEMS)
    async with lane.sink(ENTRY, guard={"dead_run": 100}) as running:
        (assignment,) = await owned(running, eventually)
        await eventually(lambda: "flood" in assignment.holds)
        await lane.until_sunk({0: 100})
        assert f"`weft sink {lane.sink_name} --resume-partition {lane.enriched}:0`" in assignment.holds["flood"]
    assert (await lane.sunk())[0].guard

    async with lane.sink(ENTRY, guard={"dead_run": 100}) as running:
        (assignment,) = await owned(running, eventually)
        assert "flood" in assignment.holds
        store.refuses = lambda item: False
        request = {"command": "resume", "topic": lane.enriched, "partition": 0}
        answer = await asyncio.to_thread(ask, str(running.role.presence._control.path), request)
        await lane.until_sunk({0: 200})

    assert answer["resumed"]
    assert len(await lane.dead_letters()) == 100
    assert [row.event_id for row in store.rows] == [item.event_id for item in ITEMS[100:]]


async def owned(running: Any, eventually: Any) -> list[Any]:
    await eventually(lambda: running.role.ownership.assigned)
    return list(running.role.ownership.assignments.values())
