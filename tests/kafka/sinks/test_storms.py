"""A store that answers most requests with an error, asks to be left alone, and cuts connections: F11 and F12."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import orjson
from aiohttp import web

from streams.testing.items import make_items
from streams.testing.proxy import CuttingProxy
from tests.receiver import Receiver, Request, receiving

FAILING = 0.7
RECORDS, PARTITIONS = 3_000, 4
CUTS, REFUSED = 20, 50
PATIENT = {
    "batch": {"records": 5, "seconds": 0.05},
    "retry": {"first_seconds": 0.01, "longest_seconds": 0.05},
    "breaker": {"open_seconds": 0.02, "minimum_calls": 10},
}


class Storm:
    """Takes what it does not refuse; a seed says which request it refuses, and how."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - the same storm each time
        self.raging = True
        self.refused = 0
        self.taken: list[str] = []

    def answer(self, request: Request) -> web.Response:
        if self.raging and self.dice.random() < FAILING:
            self.refused += 1
            asks = {"Retry-After": "0"} if self.refused % 7 == 0 else {}
            return web.Response(status=self.dice.choice([429, 500, 502, 503]), headers=asks)
        self.taken += [orjson.loads(line)["event_id"] for line in request.content.splitlines()]
        return web.Response()


async def rage(storm: Storm, proxy: CuttingProxy) -> None:
    """Refuse, and lose answers that the store gave, until it was often enough."""
    while proxy.cuts < CUTS or storm.refused < REFUSED:
        proxy.cut_after(1)
        await asyncio.sleep(0.02)  # time for a few requests: there is nothing that tells of them
    storm.raging = False


async def test_a_storm_loses_nothing_keeps_order_and_kills_no_record(make_lane: Any) -> None:
    lane = await make_lane(partitions=PARTITIONS)
    items = {number: make_items(RECORDS // PARTITIONS, partition=number) for number in range(PARTITIONS)}
    async with receiving() as receiver, proxied(receiver) as proxy:
        storm = Storm(1)
        receiver.answer = storm.answer
        for number, own in items.items():
            await lane.enrich(own, partition=number)
        entry = {"use": "http", "options": {"url": f"http://127.0.0.1:{proxy.port}"}, **PATIENT}
        async with lane.sink(entry) as running:
            await asyncio.wait_for(rage(storm, proxy), 60)
            await lane.until_sunk(dict.fromkeys(range(PARTITIONS), RECORDS // PARTITIONS), seconds=60)
            openings = running.sink.outlet._attempts.breaker.openings

    assert openings > 0, "the breaker never opened: the storm was none"
    hold_order(storm.taken, items)
    assert await lane.dead_letters() == []


def hold_order(taken: list[str], items: dict[int, Any]) -> None:
    """Require every record, and of each trace the first arrivals in their order."""
    first = list(dict.fromkeys(taken))
    assert sorted(first) == sorted(item.event_id for own in items.values() for item in own)
    place = {event_id: at for at, event_id in enumerate(first)}
    for own in items.values():
        traces: dict[bytes, list[int]] = {}
        for item in own:
            if item.key is not None:
                traces.setdefault(item.key, []).append(place[item.event_id])
        assert traces
        assert all(places == sorted(places) for places in traces.values())


def proxied(receiver: Receiver) -> CuttingProxy:
    return CuttingProxy("127.0.0.1", int(receiver.url.rpartition(":")[2]))
