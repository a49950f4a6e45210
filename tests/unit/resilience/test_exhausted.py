"""A record that fails alone while others do not is given up; when they fail as well, it is the store, and none is."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence

import pytest

from streams.resilience.attempts import DeliveryPolicy, Weather
from streams.resilience.breaker import BreakerPolicy
from streams.resilience.parcel import STORED, Delivered
from streams.sinks.base import OK, Item, Result, Unavailable
from streams.testing.items import make_items
from streams.testing.memory_sink import DeduplicatedMemorySink
from tests.fickle import RETRY, Behaviour, Fickle
from tests.virtual_time import in_virtual_time

GIVEN_UP = Delivered("sink.exhausted", "not now")
NEVER_OPENS = BreakerPolicy(minimum_calls=1_000, window_calls=1_000)


def breaks_on(*bad: Item) -> Behaviour:
    """Give no answer to a write that has one of these in it."""
    names = {item.event_id for item in bad}

    def behave(items: Sequence[Item]) -> None:
        if any(item.event_id in names for item in items):
            raise Unavailable("not now")

    return behave


def never_takes(bad: Item) -> Behaviour:
    """Answer for each record; for one, and for those behind it, always that it may be tried again."""

    def behave(items: Sequence[Item]) -> Sequence[Result]:
        here = any(item.event_id == bad.event_id for item in items)
        return [RETRY if item.event_id == bad.event_id or (here and item.key == bad.key) else OK for item in items]

    return behave


def uniform(seed: int) -> Callable[[float, float], float]:
    return random.Random(seed).uniform  # noqa: S311 - pauses, the same ones in each run


async def traffic(fickle: Fickle, partition: int = 1, seconds: float = 3_600, every: float = 5) -> None:
    """Deliver a few records of another partition from time to time."""
    items = make_items(int(seconds / every) * 4, partition=partition)
    while items:
        batch, items = items[:4], items[4:]
        assert await fickle.deliver(batch, partition) == [STORED] * 4
        await asyncio.sleep(every)


@pytest.mark.parametrize("bad", [0, 57, 150])
@in_virtual_time
async def test_one_that_fails_alone_is_given_up_and_the_others_are_stored(bad: int) -> None:
    fickle, items = Fickle(dice=uniform(bad)), make_items(200)
    fickle.behave = breaks_on(items[bad])
    delivered = await fickle.deliver(items)
    assert delivered == [GIVEN_UP if index == bad else STORED for index in range(200)]
    assert sorted(fickle.stored) == [index for index in range(200) if index != bad]


@in_virtual_time
async def test_two_that_fail_are_both_given_up() -> None:
    fickle, items = Fickle(dice=uniform(2)), make_items(200)
    fickle.behave = breaks_on(items[20], items[21])
    delivered = await fickle.deliver(items)
    assert [index for index, one in enumerate(delivered) if one == GIVEN_UP] == [20, 21]
    assert len(fickle.stored) == 198


@pytest.mark.parametrize("attempts", [1, 4])
@in_virtual_time
async def test_it_takes_as_many_failures_alone_as_is_said_and_one_before(attempts: int) -> None:
    policy = DeliveryPolicy(alone_attempts=attempts)
    fickle, items = Fickle(policy=policy, breaker=NEVER_OPENS), make_items(50)
    fickle.behave = breaks_on(items[0])
    await fickle.deliver(items)
    assert fickle.written.count([0]) == attempts + 1


@in_virtual_time
async def test_traces_keep_their_order_though_others_are_written_out_of_turn() -> None:
    fickle, items = Fickle(dice=uniform(4)), make_items(1_000)
    fickle.behave = breaks_on(items[3], items[11])
    await fickle.deliver(items)
    assert fickle.stored != sorted(fickle.stored)
    for key in {item.key for item in items if item.key}:
        mine = [offset for offset in fickle.stored if items[offset].key == key]
        assert mine == sorted(mine)


@in_virtual_time
async def test_what_other_partitions_store_shows_that_it_is_not_the_store() -> None:
    fickle, items = Fickle(dice=uniform(5)), make_items(1)
    fickle.behave = never_takes(items[0])
    busy = asyncio.create_task(traffic(fickle))
    assert await fickle.deliver(items) == [GIVEN_UP]
    busy.cancel()


@in_virtual_time
async def test_others_are_written_while_one_that_fails_waits_for_its_next_try() -> None:
    """Else, where one write is made at a time, nothing could show that it is not the store."""
    slot = asyncio.Semaphore(1)
    fickle, items = Fickle(dice=uniform(5), slot=lambda: slot), make_items(1)
    fickle.behave = never_takes(items[0])
    busy = asyncio.create_task(traffic(fickle))
    assert await fickle.deliver(items) == [GIVEN_UP]
    busy.cancel()


@in_virtual_time
async def test_its_failures_do_not_open_the_breaker() -> None:
    fickle, items = Fickle(breaker=BreakerPolicy(failure_ratio=0.15)), make_items(1)
    fickle.behave = never_takes(items[0])
    busy = asyncio.create_task(traffic(fickle, every=0.05, seconds=600))
    assert await fickle.deliver(items) == [GIVEN_UP]
    busy.cancel()
    assert fickle.states == []


@in_virtual_time
async def test_one_in_each_of_two_partitions_do_not_hide_each_other() -> None:
    fickle, items, others = Fickle(dice=uniform(5)), make_items(1), make_items(1, partition=2)
    fickle.behave = breaks_on(items[0], others[0])
    busy = asyncio.create_task(traffic(fickle))
    assert await asyncio.gather(fickle.deliver(items), fickle.deliver(others, 2)) == [[GIVEN_UP], [GIVEN_UP]]
    busy.cancel()
    assert asyncio.get_running_loop().time() < 450, "once known, they do not count as the store's failures"


@in_virtual_time
async def test_behind_one_that_is_given_up_its_trace_goes_on() -> None:
    fickle, items = Fickle(dice=uniform(6)), make_items(30)
    fickle.behave = never_takes(items[7])
    busy = asyncio.create_task(traffic(fickle))
    delivered = await fickle.deliver(items)
    busy.cancel()
    assert items[7].key in {item.key for item in items[8:]}
    assert delivered == [GIVEN_UP if index == 7 else STORED for index in range(30)]


@in_virtual_time
async def test_nothing_of_a_deduplicating_sink_is_written_out_of_turn() -> None:
    fickle, items = Fickle(DeduplicatedMemorySink, dice=uniform(7)), make_items(20)
    fickle.behave = breaks_on(items[5])
    before: list[Item] = []

    async def bury(item: Item, delivered: Delivered) -> None:
        before.extend(row for row in fickle.store.rows if row in items)

    busy = asyncio.create_task(traffic(fickle))
    delivered = await fickle.deliver_marked(items, {}, bury)
    busy.cancel()
    assert delivered == [GIVEN_UP if index == 5 else STORED for index in range(20)]
    assert before == items[:5]
    assert [row for row in fickle.store.rows if row in items] == [*items[:5], *items[6:]]


@pytest.mark.parametrize("before", [0, 5])
@in_virtual_time
async def test_with_nothing_else_to_store_it_waits(before: int) -> None:
    """Nobody can tell then whether it is the record or the store."""
    fickle, items = Fickle(dice=uniform(8)), make_items(before + 1)
    fickle.behave = breaks_on(items[-1])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(86_400):
            await fickle.deliver(items)


@pytest.mark.parametrize("failing", [0.1, 0.3, 0.5, 0.7, 0.9])
@pytest.mark.parametrize("partitions", [1, 3])
@in_virtual_time
async def test_in_a_storm_of_an_hour_nothing_is_given_up(failing: float, partitions: int) -> None:
    dice = random.Random(f"{failing} {partitions}")  # noqa: S311 - failures, the same ones in each run
    fickle = Fickle(dice=dice.uniform)

    def behave(items: Sequence[Item]) -> None:
        if dice.random() < failing:
            raise Unavailable("503")

    fickle.behave = behave

    async def partition(number: int) -> None:
        items = make_items(2_000, partition=number)
        while asyncio.get_running_loop().time() < 3_600:
            start = dice.randrange(len(items))
            batch = items[start : start + dice.choice((1, 1, 2, 5, 50))]
            assert await fickle.deliver(batch, number) == [STORED] * len(batch)
            await asyncio.sleep(dice.uniform(0, 10))

    await asyncio.gather(*map(partition, range(partitions)))
    assert len(fickle.attempts) > 200


@pytest.mark.parametrize(
    ("now", "fine"),
    [
        pytest.param(Weather(10, 5, 1), False, id="nothing was stored"),
        pytest.param(Weather(11, 5, 1), True, id="something was"),
        pytest.param(Weather(19, 6, 1), False, id="too much was not"),
        pytest.param(Weather(20, 6, 1), True, id="little was not"),
        pytest.param(Weather(99, 5, 2), False, id="the breaker opened"),
    ],
)
def test_the_store_was_fine_if_it_took_what_it_was_given(now: Weather, fine: bool) -> None:
    assert now.was_fine_since(Weather(10, 5, 1)) is fine
