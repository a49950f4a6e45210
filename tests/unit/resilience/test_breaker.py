"""The circuit breaker: when it opens, what it lets through meanwhile, and how it closes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.resilience.breaker import Breaker, BreakerOpen, BreakerPolicy, BreakerState
from streams.testing.outside import ManualClock

CLOSED, HALF_OPEN, OPEN, ISOLATED = BreakerState
POLICY = BreakerPolicy(
    window_calls=20,
    window_seconds=60,
    minimum_calls=10,
    failure_ratio=0.5,
    slow_seconds=1,
    slow_ratio=0.8,
    open_seconds=10,
    probes=2,
)


class Scene:
    """A breaker on a clock of its own, and calls of any outcome through it."""

    def __init__(self, policy: BreakerPolicy = POLICY) -> None:
        self.clock = ManualClock()
        self.breaker = Breaker(policy, self.clock)
        self.made = 0

    async def call(self, outcome: Exception | None = None, seconds: float = 0.0) -> str:
        async def work() -> str:
            self.made += 1
            self.clock.advance(seconds)
            if outcome:
                raise outcome
            return "answer"

        return await self.breaker.call(work, (OSError,))

    async def calls(self, outcomes: str, apart: float = 0.0) -> None:
        """Make a call a letter: `.` succeeds, `x` fails, `s` is slow, `b` ends in an error that does not count."""
        kinds: dict[str, dict[str, Any]] = {
            ".": {},
            "x": {"outcome": OSError()},
            "s": {"seconds": 1.1},
            "b": {"outcome": KeyError()},
        }
        for letter in outcomes:
            with suppress(OSError, KeyError, BreakerOpen):
                await self.call(**kinds[letter])
            self.clock.advance(apart)

    async def opened(self) -> Scene:
        await self.calls("x" * 10)
        assert self.breaker.state is OPEN
        return self


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        pytest.param("xxxxxxxxx", CLOSED, id="below the volume"),
        pytest.param("xxxxxxxxxx", OPEN, id="all failed"),
        pytest.param(".....xxxxx", OPEN, id="half failed"),
        pytest.param("......xxxx", CLOSED, id="less than half failed"),
        pytest.param("ssssssss..", OPEN, id="most were slow"),
        pytest.param("sssssss...", CLOSED, id="fewer were slow"),
        pytest.param("bbbbbbbbbbbbbbb", CLOSED, id="errors that are answers"),
        pytest.param("bbbbbbbbbbxxxxx", CLOSED, id="which are no volume either"),
        pytest.param("....................xxxxxxxxx", CLOSED, id="nine of the last twenty"),
        pytest.param("....................xxxxxxxxxx", OPEN, id="ten of the last twenty"),
    ],
)
async def test_it_opens_by_ratio_above_a_volume(scene: Scene, outcomes: str, state: BreakerState) -> None:
    await scene.calls(outcomes)
    assert scene.breaker.state is state


@pytest.mark.parametrize(("apart", "state"), [(6.0, OPEN), (7.0, CLOSED)])
async def test_calls_older_than_the_window_are_forgotten(scene: Scene, apart: float, state: BreakerState) -> None:
    await scene.calls("xxxxxxxxx", apart)
    await scene.calls("x")
    assert scene.breaker.state is state


async def test_while_it_is_open_nothing_is_called(scene: Scene) -> None:
    await scene.opened()
    with pytest.raises(BreakerOpen):
        await scene.call()
    assert scene.made == 10


@pytest.mark.parametrize(("seconds", "state"), [(9.9, OPEN), (10.0, HALF_OPEN)])
async def test_it_is_half_open_after_its_time(scene: Scene, seconds: float, state: BreakerState) -> None:
    await scene.opened()
    scene.clock.advance(seconds)
    assert scene.breaker.state is state


@pytest.mark.parametrize(
    ("outcomes", "state", "made"),
    [
        pytest.param(".", HALF_OPEN, 1, id="one good probe"),
        pytest.param("..", CLOSED, 2, id="all good"),
        pytest.param("x.", OPEN, 1, id="the first is bad"),
        pytest.param(".x", OPEN, 2, id="the second is bad"),
        pytest.param("s", OPEN, 1, id="slow"),
        pytest.param("bb..", CLOSED, 4, id="an error that tells nothing lets another probe through"),
    ],
)
async def test_probes_decide(scene: Scene, outcomes: str, state: BreakerState, made: int) -> None:
    await scene.opened()
    scene.clock.advance(10)
    await scene.calls(outcomes)
    assert (scene.breaker.state, scene.made - 10) == (state, made)


async def test_no_more_calls_than_probes_are_in_the_air(scene: Scene) -> None:
    await scene.opened()
    scene.clock.advance(10)
    gate = asyncio.Event()
    probes = [asyncio.create_task(scene.breaker.call(gate.wait, (OSError,))) for _ in range(3)]
    done, waiting = await asyncio.wait(probes, return_when=asyncio.FIRST_COMPLETED)
    assert [type(task.exception()) for task in done] == [BreakerOpen]
    gate.set()
    await asyncio.gather(*waiting)
    assert scene.breaker.state is CLOSED


async def test_a_cancelled_probe_makes_room_for_another(scene: Scene) -> None:
    await scene.opened()
    scene.clock.advance(10)
    for _ in range(3):
        probe = asyncio.create_task(scene.breaker.call(asyncio.Event().wait, (OSError,)))
        await asyncio.sleep(0)
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
    await scene.calls("..")
    assert scene.breaker.state is CLOSED


async def test_a_call_from_before_says_nothing_about_now(scene: Scene) -> None:
    answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    late = asyncio.create_task(scene.breaker.call(lambda: answer, (OSError,)))
    await asyncio.sleep(0)
    await scene.opened()
    scene.clock.advance(10)
    assert scene.breaker.state is HALF_OPEN
    answer.set_exception(OSError())
    await asyncio.gather(late, return_exceptions=True)
    assert scene.breaker.state is HALF_OPEN


async def test_once_closed_it_has_forgotten(scene: Scene) -> None:
    await scene.opened()
    scene.clock.advance(10)
    await scene.calls("..xxxxxxxxx")
    assert scene.breaker.state is CLOSED


async def test_an_operator_isolates_and_resets(scene: Scene) -> None:
    scene.breaker.isolate()
    scene.clock.advance(1_000)
    with pytest.raises(BreakerOpen):
        await scene.call()
    assert scene.breaker.state is ISOLATED

    scene.breaker.reset()
    assert await scene.call() == "answer"


@pytest.mark.parametrize("reset", [False, True], ids=["by itself", "by an operator"])
async def test_one_can_wait_until_it_lets_calls_through(scene: Scene, reset: bool) -> None:
    await scene.opened()
    if reset:
        scene.breaker.isolate()
    waiting = asyncio.create_task(scene.breaker.ready(scene.clock.sleep))
    for _ in range(5):
        await asyncio.sleep(0)
    assert waiting.done() is not reset
    scene.breaker.reset()
    await waiting
    assert scene.clock.slept == ([] if reset else [10])


async def test_a_pause_ends_when_it_closes(scene: Scene) -> None:
    await scene.opened()
    pausing = asyncio.create_task(scene.breaker.pause(1_000, lambda seconds: asyncio.Event().wait()))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not pausing.done()
    scene.breaker.reset()
    await pausing


async def test_a_pause_that_nothing_ends_takes_its_time(scene: Scene) -> None:
    await scene.breaker.pause(7, scene.clock.sleep)
    assert scene.clock.slept == [7]


async def test_those_that_wait_get_in_as_probes_end(scene: Scene) -> None:
    await scene.opened()
    scene.clock.advance(10)
    answers = [asyncio.get_running_loop().create_future() for _ in range(2)]
    probes = [asyncio.create_task(scene.breaker.call(lambda answer=answer: answer, (OSError,))) for answer in answers]
    waiting = asyncio.create_task(scene.breaker.ready(scene.clock.sleep))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    answers[0].set_exception(KeyError())
    await waiting
    answers[1].set_result(None)
    await asyncio.gather(*probes, return_exceptions=True)


async def test_it_says_what_it_becomes_and_how_often_it_opened() -> None:
    states: list[BreakerState] = []
    scene = Scene()
    scene.breaker = Breaker(POLICY, scene.clock, states.append)
    for _ in range(2):
        await scene.opened()
        scene.clock.advance(10)
        await scene.calls("..")
    assert states == [OPEN, HALF_OPEN, CLOSED] * 2
    assert scene.breaker.openings == 2


async def test_an_outage_of_hours_costs_one_probe_a_pause(scene: Scene) -> None:
    await scene.opened()
    for _ in range(3_600):
        scene.clock.advance(10)
        await scene.calls("xx.")
    assert (scene.breaker.state, scene.made) == (OPEN, 10 + 3_600)


def _model(outcomes: list[bool]) -> Iterator[bool]:
    """Whether each call is refused, by a reading of the rules that keeps no window but the whole past."""
    past: list[bool] = []
    opened = False
    for failed in outcomes:
        yield opened
        if not opened:
            past.append(failed)
            window = past[-20:]
            opened = len(window) >= 10 and sum(window) * 2 >= len(window)


@given(st.lists(st.booleans(), max_size=80))
def test_it_refuses_exactly_when_the_rules_say_so(outcomes: list[bool]) -> None:
    async def refused(call: Callable[[Exception | None], Awaitable[str]], failed: bool) -> bool:
        try:
            await call(OSError() if failed else None)
        except BreakerOpen:
            return True
        except OSError:
            pass
        return False

    async def run() -> list[bool]:
        scene = Scene()
        return [await refused(scene.call, failed) for failed in outcomes]

    assert asyncio.run(run()) == list(_model(outcomes))
