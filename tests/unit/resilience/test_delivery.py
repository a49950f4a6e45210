"""Delivery to a store that fails: what is tried again, what is halved, what dies, and what waits."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import ConfigurationError, UnexpectedState
from streams.resilience.attempts import DeliveryPolicy
from streams.resilience.breaker import BreakerState
from streams.resilience.parcel import STORED, Delivered
from streams.sinks.base import OK, Item, Outcome, Refused, Result, Unavailable
from streams.testing.items import make_item, make_items
from streams.testing.memory_sink import AppendingMemorySink, KeyedMemorySink
from streams.testing.outside import ManualClock
from tests.fickle import RETRY, Fickle
from tests.virtual_time import in_virtual_time

REJECTED = Result(Outcome.REJECTED, "too long")


def of_traces(traces: str) -> list[Item]:
    """Make a record for each letter, which names its trace; a dot has none."""
    return [
        make_item(offset, f"raw-0-{offset}")._replace(key=None if trace == "." else trace.encode())
        for offset, trace in enumerate(traces)
    ]


def on_a_clock(kind: type[AppendingMemorySink] = AppendingMemorySink, **policy: float) -> tuple[Fickle, ManualClock]:
    clock = ManualClock()
    made = DeliveryPolicy(**policy)  # type: ignore[arg-type]
    return Fickle(kind, policy=made, clock=clock, sleep=clock.sleep), clock


def script(fickle: Fickle, *answers: Exception | Sequence[Result] | None) -> None:
    """Let the next writes end so, and those after them well."""
    left = list(answers)

    def behave(items: Sequence[Item]) -> Sequence[Result] | None:
        answer = left.pop(0) if left else None
        if isinstance(answer, Exception):
            raise answer
        return answer

    fickle.behave = behave


async def test_what_is_stored_comes_out_after_one_write() -> None:
    fickle, clock = on_a_clock()
    assert await fickle.deliver(make_items(3)) == [STORED] * 3
    assert (fickle.written, clock.slept) == ([[0, 1, 2]], [])


@pytest.mark.parametrize("error", [Unavailable("down"), ConnectionResetError(), TimeoutError(), OSError(28, "full")])
async def test_a_write_that_may_succeed_later_is_made_again_after_growing_pauses(error: Exception) -> None:
    fickle, clock = on_a_clock()
    script(fickle, error, error)
    assert await fickle.deliver(make_items(4)) == [STORED] * 4
    assert fickle.written == [[0, 1, 2, 3]] * 3
    assert clock.slept == [0.1, 0.2]


async def test_pauses_begin_anew_once_something_is_stored() -> None:
    fickle, clock = on_a_clock()
    away = Unavailable("away")
    script(fickle, away, away, [OK, RETRY], away, None)
    await fickle.deliver(of_traces("ab"))
    assert clock.slept == [0.1, 0.2, 0.1, 0.1]


async def test_an_answer_that_settles_nothing_is_a_failure() -> None:
    fickle, _ = on_a_clock()
    script(fickle, *[[RETRY]] * 10)
    assert await fickle.deliver(make_items(1)) == [STORED]
    assert fickle.states[0] is BreakerState.OPEN


async def test_what_is_wrong_is_told_until_something_is_stored() -> None:
    fickle, _ = on_a_clock()
    told: list[str] = []

    def mend(items: Sequence[Item]) -> None:
        told.append(fickle.delivery.trouble)
        if len(told) == 2:
            fickle.store.become("well")

    fickle.behave = mend
    fickle.store.become("full")
    fickle.store.cut_after(0)
    await fickle.deliver(make_items(1))
    assert (told, fickle.delivery.trouble) == (["", "the store is full", "the connection was cut"], "")


async def test_a_batch_that_fails_again_and_again_is_tried_in_halves_in_its_order() -> None:
    fickle, _ = on_a_clock()
    script(fickle, *[Unavailable("down")] * 4)
    assert await fickle.deliver(make_items(4)) == [STORED] * 4
    assert fickle.written == [[0, 1, 2, 3]] * 3 + [[0, 1], [0], [1], [2, 3]]


async def test_pauses_have_a_longest() -> None:
    fickle, clock = on_a_clock(first_seconds=1, longest_seconds=5)
    script(fickle, *[Unavailable("down")] * 6)
    await fickle.deliver(make_items(1))
    assert clock.slept == [1, 2, 4, 5, 5, 5]


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        pytest.param(0.01, 0.1, id="less than the pause"),
        pytest.param(7, 7, id="more"),
        pytest.param(9_999, 300, id="more than is allowed"),
    ],
)
async def test_a_store_is_left_alone_as_long_as_it_asks(asked: float, waited: float) -> None:
    fickle, clock = on_a_clock()
    script(fickle, Unavailable("too many requests", retry_after=asked))
    await fickle.deliver(make_items(2))
    assert clock.now == pytest.approx(waited)


@pytest.mark.parametrize("asked", [(60, None), (60, 1), (1, 60)])
@in_virtual_time
async def test_a_store_is_left_alone_by_all_partitions(asked: tuple[float | None, ...]) -> None:
    fickle = Fickle()
    script(fickle, *[Unavailable("too many requests", retry_after=seconds) for seconds in asked])
    await asyncio.gather(fickle.deliver(make_items(2)), fickle.deliver(make_items(2, partition=1), 1))
    began = [attempt.began for attempt in fickle.attempts]
    assert len(began) == 4
    assert sorted(began)[2] >= 60


@in_virtual_time
async def test_an_operator_ends_the_wait_that_a_store_asked_for() -> None:
    fickle, now = Fickle(), asyncio.get_running_loop().time
    script(fickle, Unavailable("too many requests", retry_after=300))
    delivering, began = asyncio.create_task(fickle.deliver(make_items(2))), now()
    await asyncio.sleep(5)
    assert not delivering.done()
    fickle.delivery.reset()
    assert await delivering == [STORED] * 2
    assert now() - began == pytest.approx(5)


async def test_a_write_has_a_deadline() -> None:
    fickle, _ = on_a_clock(attempt_seconds=0.01)
    fickle.store.become("silent")
    troubles: list[str] = []

    def mend_at_the_third(items: Sequence[Item]) -> None:
        troubles.append(fickle.delivery.trouble)
        if len(troubles) == 3:
            fickle.store.become("well")

    fickle.behave = mend_at_the_third
    assert await fickle.deliver(make_items(2)) == [STORED] * 2
    assert troubles == ["", "TimeoutError", "TimeoutError"]


@pytest.mark.parametrize(
    ("bad", "written"),
    [
        pytest.param({3}, [[0, 1, 2, 3], [0, 1], [2, 3], [2], [3]], id="the last"),
        pytest.param({0}, [[0, 1, 2, 3], [0, 1], [0], [1], [2, 3]], id="the first"),
        pytest.param({1, 2}, [[0, 1, 2, 3], [0, 1], [0], [1], [2, 3], [2], [3]], id="two"),
    ],
)
async def test_what_is_refused_without_a_name_is_found_by_halves(bad: set[int], written: list[list[int]]) -> None:
    fickle, clock = on_a_clock()
    fickle.store.tells = False
    fickle.store.refuses = lambda item: item.offset in bad
    delivered = await fickle.deliver(make_items(4))
    assert {
        offset
        for offset, one in enumerate(delivered)
        if one == Delivered("sink.rejected", "the store refused the batch")
    } == bad
    assert fickle.written == written
    assert fickle.stored == [offset for offset in range(4) if offset not in bad]
    assert clock.slept == []


async def test_an_error_of_the_sink_itself_is_taken_for_a_refusal_and_not_repeated_in_words() -> None:
    fickle, _ = on_a_clock()

    def behave(items: Sequence[Item]) -> None:
        if any(item.offset == 2 for item in items):
            raise KeyError(items[0].value)

    fickle.behave = behave
    assert await fickle.deliver(make_items(4)) == [STORED, STORED, Delivered("sink.rejected", "KeyError"), STORED]


async def test_between_halves_the_store_may_go_away() -> None:
    fickle, _ = on_a_clock()
    script(fickle, Refused("no"), None, Unavailable("down"), Refused("no"), None, Unavailable("down"), Refused("no"))
    delivered = await fickle.deliver(make_items(4))
    assert [one.dead for one in delivered] == ["", "", "", "sink.rejected"]
    assert fickle.written == [[0, 1, 2, 3], [0, 1], [2, 3], [2, 3], [2], [3], [3]]


@pytest.mark.parametrize("error", [MemoryError(), UnexpectedState("no"), ConfigurationError("no")])
async def test_what_ends_the_process_is_raised(error: Exception) -> None:
    fickle, _ = on_a_clock()
    script(fickle, error)
    with pytest.raises(type(error)):
        await fickle.deliver(make_items(2))


async def test_a_wrong_number_of_results_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    async def short(batch: object) -> Sequence[Result]:
        return [OK]

    fickle, _ = on_a_clock()
    monkeypatch.setattr(fickle.sink, "write", short)
    with pytest.raises(UnexpectedState, match="1 results for 2 records"):
        await fickle.deliver(make_items(2))


@pytest.mark.parametrize(
    ("traces", "results", "again"),
    [
        pytest.param("abab", [OK, RETRY, OK, RETRY], [1, 3], id="only what was not taken"),
        pytest.param("aaab", [OK, RETRY, RETRY, REJECTED], [1, 2], id="what was rejected is over"),
        pytest.param("abab", [RETRY, OK, OK, OK], [0, 2], id="also what a sink stored behind it"),
        pytest.param("abab", [RETRY, OK, REJECTED, OK], [0, 2], id="or rejected"),
        pytest.param("....", [RETRY, OK, OK, OK], [0], id="without a trace there is no order"),
    ],
)
async def test_behind_what_is_not_settled_the_trace_waits(
    traces: str, results: Sequence[Result], again: list[int]
) -> None:
    fickle, _ = on_a_clock(KeyedMemorySink)
    script(fickle, results)
    delivered = await fickle.deliver(of_traces(traces))
    assert fickle.written == [[0, 1, 2, 3], again]
    final = [Delivered("sink.rejected", "too long") if result is REJECTED else STORED for result in results]
    assert delivered == [STORED if offset in again else one for offset, one in enumerate(final)]


class Dice:
    """Answers of any kind for a while, then only good ones."""

    def __init__(self, draws: list[int], *, obeys: bool) -> None:
        self._draws = draws
        self._obeys = obeys

    def __call__(self, items: Sequence[Item]) -> Sequence[Result] | None:
        if not self._draws:
            return None
        kind = self._draws.pop() % 8
        if kind == 0:
            raise Unavailable("down")
        if kind == 1:
            raise Refused("something")
        results: list[Result] = []
        held: set[bytes] = set()
        for item in items:
            draw = self._draws.pop() % 8 if self._draws else 7
            retried = draw < 3 or (self._obeys and item.key in held)
            results.append(RETRY if retried else OK)
            if retried and item.key:
                held.add(item.key)
        return results


@given(st.text("abc.", min_size=1, max_size=12), st.lists(st.integers(0, 1_000), max_size=60), st.booleans())
async def test_everything_is_settled_and_traces_keep_their_order(traces: str, draws: list[int], obeys: bool) -> None:
    (fickle, _), items = on_a_clock(), of_traces(traces)
    fickle.behave = Dice(draws, obeys=obeys)
    delivered = await fickle.deliver(items)
    assert set(delivered) <= {STORED, Delivered("sink.rejected", "something")}
    kept = [item.offset for item, one in zip(items, delivered, strict=True) if one is STORED]
    assert set(kept) <= set(fickle.stored)
    for trace in set(traces) - {"."}:
        mine = [offset for offset in kept if traces[offset] == trace]
        settled = [offset for offset in fickle.stored if traces[offset] == trace]
        last = sorted(set(settled) & set(mine), key=lambda offset: len(settled) - settled[::-1].index(offset))
        assert last == mine


@given(st.integers(0, 60), st.lists(st.integers(0, 1_000), max_size=40))
async def test_it_may_be_given_up_at_any_moment_and_done_again(turns: int, draws: list[int]) -> None:
    (fickle, _), items = on_a_clock(KeyedMemorySink), of_traces("abcabc..")
    fickle.behave = Dice(draws, obeys=True)
    given_up = asyncio.create_task(fickle.deliver(items))
    for _ in range(turns):
        await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait([given_up])
    script(fickle)
    assert await fickle.deliver(items) == [STORED] * 8
    assert sorted(fickle.stored) == list(range(8))
