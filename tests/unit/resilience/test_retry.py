"""Further tries: which errors, how many, after which pauses, and never beyond the deadline."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.resilience.retry import Retry, RetryPolicy
from streams.testing.outside import ManualClock


class Scene:
    """Calls on a manual clock; `left` is what each attempt was told of the time, `takes` what each takes."""

    def __init__(self, *errors: Exception | None, share: float = 1.0, takes: float = 0.0, **policy: float) -> None:
        self.clock = ManualClock()
        self.left: list[float] = []
        self._errors = list(errors)
        self._takes = takes
        made = RetryPolicy(**{"attempts": 3, "first_seconds": 1, "longest_seconds": 100} | policy)  # type: ignore[arg-type]
        self._retry = Retry(made, self.clock, self.clock.sleep, lambda low, high: low + share * (high - low))

    async def attempt(self, left: float) -> str:
        self.left.append(left)
        self.clock.advance(self._takes)
        error = self._errors.pop(0)
        if error:
            raise error
        return "answer"

    async def call(self, seconds: float = 1_000) -> str:
        return await self._retry.call(self.attempt, seconds, (OSError,))


async def test_the_first_success_is_given() -> None:
    scene = Scene(OSError(), OSError(), None)
    assert await scene.call() == "answer"
    assert len(scene.left) == 3


async def test_the_last_error_is_raised_when_no_attempt_is_left() -> None:
    scene = Scene(OSError("1"), OSError("2"), OSError("3"))
    with pytest.raises(OSError, match="3"):
        await scene.call()


async def test_an_error_that_stays_is_not_tried_again() -> None:
    scene = Scene(KeyError("x"))
    with pytest.raises(KeyError):
        await scene.call()
    assert (len(scene.left), scene.clock.slept) == (1, [])


@pytest.mark.parametrize(
    ("share", "longest", "pauses"),
    [
        pytest.param(1.0, 100, [1, 2, 4, 8], id="the bound doubles"),
        pytest.param(1.0, 3, [1, 2, 3, 3], id="up to the longest"),
        pytest.param(0.5, 100, [0.5, 1, 2, 4], id="any part of it"),
        pytest.param(0.0, 100, [0, 0, 0, 0], id="also nothing"),
    ],
)
async def test_a_pause_is_a_random_part_of_a_bound(share: float, longest: float, pauses: list[float]) -> None:
    scene = Scene(*[OSError()] * 4, None, share=share, attempts=5, longest_seconds=longest)
    await scene.call()
    assert scene.clock.slept == pauses


async def test_no_attempt_begins_after_the_deadline() -> None:
    scene = Scene(OSError("1"), OSError("2"), None)
    with pytest.raises(OSError, match="2"):
        await scene.call(seconds=3)
    assert scene.clock.slept == [1]


async def test_an_attempt_is_told_how_much_time_is_left() -> None:
    scene = Scene(OSError(), None, takes=2)
    await scene.call(seconds=10)
    assert scene.left == [10, 7]


@given(st.integers(1, 6), st.floats(0.01, 50), st.floats(0, 5), st.floats(0, 1))
async def test_it_never_takes_longer_than_its_time_and_one_attempt(
    attempts: int, seconds: float, takes: float, share: float
) -> None:
    scene = Scene(*[OSError()] * attempts, attempts=attempts, takes=takes, share=share)
    with pytest.raises(OSError):  # noqa: PT011 - which of them is not told apart here
        await scene.call(seconds)
    assert len(scene.left) <= attempts
    assert scene.clock.now <= seconds + takes
