"""A store that is away for hours: probed at intervals, nothing dies, memory stays, and all drains once it is back."""

from __future__ import annotations

import asyncio
import gc
import sys
from itertools import pairwise

import pytest

from streams.resilience.attempts import DeliveryPolicy
from streams.resilience.breaker import BreakerPolicy, BreakerState
from streams.resilience.parcel import STORED
from streams.sinks.base import Unavailable
from streams.testing.items import make_items
from streams.testing.memory_sink import KeyedMemorySink
from tests import virtual_time
from tests.fickle import Fickle

CLOSED, HALF_OPEN, OPEN, ISOLATED = BreakerState

PARTITIONS, RECORDS = 4, 500
PROBES = 3_600


def test_an_outage_of_3600_probes_costs_no_memory_and_nothing_dies() -> None:
    virtual_time.run(_outage())


async def _outage() -> None:
    fickle = Fickle(KeyedMemorySink)
    fickle.store.become("unreachable")
    batches = [make_items(RECORDS, partition=number) for number in range(PARTITIONS)]
    delivering = [asyncio.create_task(fickle.deliver(batch, number)) for number, batch in enumerate(batches)]

    await _probes(fickle, 300)
    before = _allocated()
    await _probes(fickle, 300 + PROBES)
    grown = _allocated() - before

    assert fickle.breaker.openings >= PROBES
    assert asyncio.get_running_loop().time() >= PROBES * BreakerPolicy().open_seconds
    assert fickle.breaker.state in (OPEN, HALF_OPEN)
    assert not any(task.done() for task in delivering)
    assert fickle.delivery.trouble == "the store is unreachable"
    assert grown < PROBES / 20, "a probe leaves nothing behind"

    began = asyncio.get_running_loop().time()
    fickle.store.become("well")
    assert await asyncio.gather(*delivering) == [[STORED] * RECORDS] * PARTITIONS
    longest = DeliveryPolicy().longest_seconds + 2 * BreakerPolicy().open_seconds
    assert asyncio.get_running_loop().time() - began < longest, "a pause, and then the breaker's probes"
    assert len(fickle.store.rows) == PARTITIONS * RECORDS
    assert len(fickle.written) < PARTITIONS * 20, "it drains in batches, not record by record"
    assert fickle.breaker.state is CLOSED


async def _probes(fickle: Fickle, openings: int) -> None:
    """Wait until the breaker has opened so often; forget what the test itself remembers."""
    while fickle.breaker.openings < openings:
        await asyncio.sleep(60)
        for memory in (fickle.written, fickle.attempts, fickle.states):
            memory.clear()


def _allocated() -> int:
    """Blocks of memory that Python's objects have, without those that a collection would free."""
    gc.collect()
    return sys.getallocatedblocks()


async def test_an_isolated_sink_writes_nothing_until_it_is_reset() -> None:
    fickle = Fickle()
    fickle.delivery.isolate()
    delivering = asyncio.create_task(fickle.deliver(make_items(3)))
    for _ in range(20):
        await asyncio.sleep(0)
    assert (fickle.delivery.state, fickle.written) == (ISOLATED, [])
    fickle.delivery.reset()
    assert await delivering == [STORED] * 3
    assert fickle.states == [ISOLATED, CLOSED]


@pytest.mark.parametrize("moment", [0, 1, 15, 100])
def test_it_says_when_it_opens_and_when_it_is_closed_again(moment: float) -> None:
    async def outage() -> list[BreakerState]:
        fickle = Fickle()
        fickle.store.become("unreachable")
        delivering = asyncio.create_task(fickle.deliver(make_items(50)))
        await asyncio.sleep(60 + moment)
        assert fickle.states[0] is OPEN
        fickle.store.become("well")
        await delivering
        return fickle.states

    states = virtual_time.run(outage())
    assert states[-1] is CLOSED
    assert set(pairwise(states)) <= {(OPEN, HALF_OPEN), (HALF_OPEN, OPEN), (HALF_OPEN, CLOSED)}


async def test_a_delivery_that_is_given_up_while_the_breaker_is_open_leaves_nothing_behind() -> None:
    fickle = Fickle()

    def behave(items: object) -> None:
        raise Unavailable("away")

    fickle.behave = behave
    fickle.breaker.isolate()
    given_up = asyncio.create_task(fickle.deliver(make_items(3)))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait([given_up])
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
