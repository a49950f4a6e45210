"""What must hold of every sink, for the tests of those that you write yourself.

    from streams.testing.sink_subject import SinkUnderTest
    from streams.testing.sinks import check_declarations, checks_for

    class MineUnderTest(SinkUnderTest):
        def make(self, *, rewrite=False): return Mine(Mine.Options(...), Place(...))
        async def read(self): return [...]

    @pytest.mark.parametrize("check", checks_for(MineUnderTest), ids=lambda check: check.__name__)
    async def test_it_keeps_the_contract(check) -> None:
        async with MineUnderTest() as subject:
            await check(subject)

Each check wants a store that is empty, and raises AssertionError, which names the sink and the rule. What a test can
do to the store decides which checks there are: see `SinkUnderTest`, and `ProxiedSinkUnderTest` for a real server.
"""

from __future__ import annotations

import asyncio
import inspect
import random
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias, TypeVar

from streams.resilience.deduplication import batch_of
from streams.sinks.base import DeduplicatedSink, Effect, Item, Outcome, Result, Sink, SinkOptions, Unavailable
from streams.testing.items import HOSTILE, TOPIC, changed, make_items, replayed
from streams.testing.sink_driver import PATIENCE, Driver, hold, hold_effect, hold_order
from streams.testing.sink_subject import SinkUnderTest

T = TypeVar("T")

_NAME = re.compile("[a-z][a-z0-9._-]{0,63}")

Check: TypeAlias = Callable[[SinkUnderTest], Awaitable[None]]
"""Makes sinks on an empty store and raises AssertionError where they break a rule."""


def checks_for(kind: type[SinkUnderTest]) -> list[Check]:
    """Give the checks that can be made of a sink, by what can be done to its store."""
    return [check for check, needed in _NEEDED.items() if _can(kind, needed)]


def _can(kind: type[SinkUnderTest], needed: str) -> bool:
    return not needed or getattr(kind, needed) is not getattr(SinkUnderTest, needed)


def check_declarations(kind: type[Sink]) -> None:
    """Check that a sink says what it is: name, effect, docs, and every option with its meaning."""
    hold(_NAME.fullmatch(kind.name), kind, f"the name {kind.name!r} is not small letters, digits and ._-")
    hold(isinstance(kind.effect, Effect), kind, f"{kind.effect!r} is no effect")
    hold(inspect.getdoc(kind) and kind.__doc__, kind, "it has no docstring, which is what people read of it")
    hold(
        (kind.effect is Effect.DEDUPLICATED) == issubclass(kind, DeduplicatedSink),
        kind,
        "it is `deduplicated`, as its effect says, only as a subclass of DeduplicatedSink",
    )
    hold(issubclass(kind.Options, SinkOptions), kind, "Options is no subclass of streams.sinks.base.SinkOptions")
    for name, field in kind.Options.model_fields.items():
        hold(field.description, kind, f"the option {name} has no description")
    hold(min(kind.batch) > 0, kind, f"{kind.batch} is no bound of a batch")


async def check_replay(subject: SinkUnderTest) -> None:
    """Check that everything written twice, in any split and by several lives of the sink, has the declared effect."""
    given: list[Item] = []
    for seed in range(6):
        dice = _dice(seed)
        items = make_items(60, source="raw-checks@2" if seed % 2 else "raw-checks", partition=seed)
        log = replayed(items, (0, 25), (dice.randint(5, 20), 40), (0, 60), (dice.randint(30, 50), 60))
        for start, end in ((0, 70), (dice.randint(20, 60), len(log)), (0, len(log))):
            driver = await Driver(subject.make()).start()
            await driver.read(seed, log[start:end], dice)
            await driver.sink.stop()
        given += items
    hold_effect(type(driver.sink), await subject.read(), given)


async def check_first_version_stays(subject: SinkUnderTest) -> None:
    """Check of a keyed sink that another version changes nothing, unless the sink is to rewrite."""
    versions = [make_items(20, version=version) for version in (1, 2, 3)]
    for version, rewrite, expected in ((0, False, 0), (1, False, 0), (2, True, 2)):
        driver = await Driver(subject.make(rewrite=rewrite)).start()
        if driver.sink.effect is not Effect.KEYED:
            await driver.sink.stop()
            return
        await driver.read(0, versions[version], _dice(version))
        await driver.sink.stop()
        stored = await subject.read()
        told = all("attributes" in record for record in stored)
        hold(told, type(driver.sink), "what is read back does not tell versions apart: their attributes differ")
        hold_effect(type(driver.sink), stored, versions[expected])


async def check_order(subject: SinkUnderTest) -> None:
    """Check that traces keep their order in batches of any size, of several partitions at the same time."""
    driver = await Driver(subject.make()).start()
    logs = {partition: make_items(80, partition=partition) for partition in range(4)}
    await asyncio.gather(*(driver.read(number, log, _dice(number)) for number, log in logs.items()))
    await driver.sink.stop()
    given = [item for log in logs.values() for item in log]
    stored = await subject.read()
    hold_effect(type(driver.sink), stored, given)
    if subject.keeps_order:
        hold_order(type(driver.sink), stored, given)


ENOUGH_CUTS: Final = 50
"""Answers that are lost after the store has the records."""

_MOST_CUTS: Final = 150

_MARKER: Final = "what nobody may repeat"


async def check_hostile_records(subject: SinkUnderTest) -> None:
    """Check that whatever the schema allows is stored as it is or rejected, and its neighbours are stored."""
    driver = await Driver(subject.make()).start()
    items = make_items(3 * len(HOSTILE))
    for index, changes in enumerate(HOSTILE.values()):
        items[3 * index + 1] = changed(items[3 * index + 1], **changes)
    results = await driver.settle(await driver.batch(0, items))
    await driver.sink.stop()
    for index, result in enumerate(results):
        rejected = result.outcome is Outcome.REJECTED and index % 3 != 1
        hold(not rejected, type(driver.sink), f"it rejects a harmless record: {result.reason}")
    hold_effect(type(driver.sink), await subject.read(), _kept(items, results))


async def check_partial_rejection(subject: SinkUnderTest) -> None:
    """Check that a record that the store refuses is rejected alone, wherever it stands, and not repeated in words.

    A replay of all of them changes nothing.
    """
    items = make_items(40)
    bad = (0, 7, 8, 23, 39)
    for index in bad:
        items[index] = subject.spoil(changed(items[index], body=_MARKER))
    driver = await Driver(subject.make()).start()
    results = [
        *await driver.settle(await driver.batch(0, items[:10])),
        *await driver.read(0, items[10:], _dice(1)),
    ]
    await driver.sink.stop()
    rejected = tuple(index for index, result in enumerate(results) if result.outcome is Outcome.REJECTED)
    hold(rejected == bad, type(driver.sink), f"it rejects the records {rejected}, where the store refuses {bad}")
    driver = await Driver(subject.make()).start()
    await driver.read(0, items, _dice(2))
    await driver.sink.stop()
    hold_effect(type(driver.sink), await subject.read(), _kept(items, results))


async def check_unreachable_at_start(subject: SinkUnderTest) -> None:
    """Check that a sink whose store is not there says so, can be stopped, and works once the store is there."""
    await subject.make_unreachable()
    items = make_items(5)
    stopped, kept = Driver(subject.make()), Driver(subject.make())
    for driver in (stopped, kept):
        results = await _within(PATIENCE, _first_results(driver, items))
        hold(_nothing_settled(results), type(driver.sink), "it settles records although its store is unreachable")
        if driver is stopped:  # before the other begins: a store may have one writer only
            await driver.sink.stop()
    await subject.mend()
    await kept.start()
    await kept.read(0, items, _dice(0))
    await kept.sink.stop()
    hold_effect(type(kept.sink), await subject.read(), items)


async def check_full(subject: SinkUnderTest) -> None:
    """Check that what finds no room is neither settled nor lost, and is stored once there is room."""
    driver = await Driver(subject.make()).start()
    items = make_items(60)
    await driver.settle(await driver.batch(0, items[:20]))
    await subject.fill()
    batch = await driver.batch(0, items[20:])
    for _ in range(3):
        results = await driver.attempt(batch)
        hold(_nothing_settled(results), type(driver.sink), "it settles records although its store is full")
    await subject.mend()
    await driver.settle(batch)
    await driver.sink.stop()
    hold_effect(type(driver.sink), await subject.read(), items)


async def check_dies_in_the_middle(subject: SinkUnderTest) -> None:
    """Check that what a store was asked while it went away is stored once it is back, and was not settled before."""
    driver = await Driver(subject.make()).start()
    given: list[Item] = []
    for turn in range(25):
        items = make_items(12, partition=turn)
        batch = await driver.batch(turn, items)
        writing = asyncio.create_task(driver.attempt(batch))
        await _turns(turn * turn)
        await subject.make_unreachable()
        results = await _within(PATIENCE, writing)
        await subject.mend()
        stored = {record["event_id"] for record in await subject.read()}
        told = {item.event_id for item, result in zip(items, results, strict=True) if result.outcome is Outcome.OK}
        hold(told <= stored, type(driver.sink), f"{len(told - stored)} records were `ok` and are not stored")
        await driver.settle(batch, results)
        given += items
    await driver.sink.stop()
    await _hold_all(subject, driver, given)


async def check_stop_while_writing(subject: SinkUnderTest) -> None:
    """Check that a write can be given up at any moment, and that the next life of the sink stores the records."""
    given: list[Item] = []
    for turn in range(25):
        items = make_items(12, partition=turn)
        driver = await Driver(subject.make()).start()
        writing = asyncio.create_task(driver.attempt(await driver.batch(turn, items)))
        await _turns(turn * turn)
        writing.cancel()
        await asyncio.wait([writing])
        await driver.sink.stop()
        given += items
        driver = await Driver(subject.make()).start()
        await driver.read(turn, items, _dice(turn))
        await driver.sink.stop()
    await _hold_all(subject, driver, given)


async def check_slow(subject: SinkUnderTest) -> None:
    """Check that a write whose time is over can be tried again, though the store may have done it."""
    driver = await Driver(subject.make()).start()
    given: list[Item] = []
    for partition in range(5):
        items = make_items(12, partition=partition)
        batch = await driver.batch(partition, items)
        await subject.make_silent()
        for _ in range(2):
            try:
                results = await _within(0.05, driver.attempt(batch))
            except TimeoutError:
                continue
            hold(_nothing_settled(results), type(driver.sink), "it settles records although its store is silent")
        await subject.mend()
        await driver.settle(batch)
        given += items
    await driver.sink.stop()
    await _hold_all(subject, driver, given)


async def check_ambiguous(subject: SinkUnderTest) -> None:
    """Check that records that were stored without an answer have the declared effect, 50 times and more.

    Answers are cut at their end and at every part before; counted is a cut after which the store had the records.
    """
    driver, cutter = await Driver(subject.make()).start(), subject.cutter()
    given: list[Item] = []
    accepted = whole = 0
    for turn in range(_MOST_CUTS):
        items = make_items(12, partition=turn)
        batch = await driver.batch(turn, items)
        before, cuts = cutter.answered, cutter.cuts
        if turn > 1:  # the first answer is longer where a connection begins with one
            cutter.cut_after(whole - 1 if turn % 2 else whole * turn // _MOST_CUTS)
        results = await _within(PATIENCE, driver.attempt(batch))
        whole = cutter.answered - before if turn <= 1 else whole
        stored = {record["event_id"] for record in await subject.read()}
        told = {item.event_id for item, result in zip(items, results, strict=True) if result.outcome is Outcome.OK}
        hold(told <= stored, type(driver.sink), f"{len(told - stored)} records were `ok` and are not stored")
        accepted += cutter.cuts > cuts and stored.issuperset(item.event_id for item in items)
        await driver.settle(batch, results)
        given += items
        if accepted >= ENOUGH_CUTS:
            break
    await driver.sink.stop()
    hold(
        accepted >= ENOUGH_CUTS,
        type(driver.sink),
        f"only {accepted} of {cutter.cuts} cuts came after the records were stored",
    )
    await _hold_all(subject, driver, given)


_NEEDED: Final[dict[Check, str]] = {
    check_replay: "",
    check_first_version_stays: "",
    check_order: "",
    check_hostile_records: "",
    check_stop_while_writing: "",
    check_partial_rejection: "spoil",
    check_unreachable_at_start: "make_unreachable",
    check_dies_in_the_middle: "make_unreachable",
    check_slow: "make_silent",
    check_full: "fill",
    check_ambiguous: "cutter",
}
"""Every check with what it does to the store."""


async def _first_results(driver: Driver, items: Sequence[Item]) -> Sequence[Result]:
    """Start the sink, take partition 0 and write, all once; gives no results when the store does not answer."""
    try:
        await driver.sink.start()
        if isinstance(driver.sink, DeduplicatedSink):
            await driver.sink.take(TOPIC, 0)
    except Unavailable:
        return ()
    return await driver.attempt(batch_of(TOPIC, 0, items, {}))


def _dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - any numbers will do, as long as they are the same in each run


def _nothing_settled(results: Sequence[Result]) -> bool:
    return all(result.outcome is Outcome.RETRY for result in results)


def _kept(items: Sequence[Item], results: Sequence[Result]) -> list[Item]:
    return [item for item, result in zip(items, results, strict=True) if result.outcome is Outcome.OK]


async def _within(seconds: float, work: Awaitable[T]) -> T:
    async with asyncio.timeout(seconds):
        return await work


async def _turns(number: int) -> None:
    """Let others have so many turns of the event loop."""
    for _ in range(number):
        await asyncio.sleep(0)


async def _hold_all(subject: SinkUnderTest, driver: Driver, given: Sequence[Item]) -> None:
    stored = await subject.read()
    hold_effect(type(driver.sink), stored, given)
    if subject.keeps_order:
        hold_order(type(driver.sink), stored, given)
