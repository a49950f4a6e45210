"""How a role ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections.abc import Iterator

import pytest
import structlog

from streams.errors import ConfigurationError, TemporaryError, UnexpectedState
from streams.lifecycle import Lifecycle


@pytest.fixture
def exits() -> list[int]:
    return []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(ZeroDivisionError(), 70, id="a bug"),
        pytest.param(UnexpectedState("x"), 70, id="an unexpected state"),
        pytest.param(MemoryError(), 75, id="out of memory"),
        pytest.param(TemporaryError("x"), 75, id="temporary"),
        pytest.param(ConfigurationError("x"), 2, id="configuration"),
    ],
)
def test_a_failure_ends_the_process_with_its_code(exits: list[int], error: BaseException, code: int) -> None:
    Lifecycle(1, exits.append).fail(error)

    assert exits == [code]


def test_a_failure_tells_class_and_place_but_not_the_message_of_a_strangers_error(exits: list[int]) -> None:
    with structlog.testing.capture_logs() as logs:
        try:
            json.loads("payload-of-a-customer")
        except ValueError as error:
            Lifecycle(1, exits.append).fail(error)

    assert logs[0]["error"] == "JSONDecodeError"
    assert any("test_lifecycle.py" in frame for frame in logs[0]["frames"])
    assert "payload-of-a-customer" not in str(logs)


@pytest.fixture
def handlers() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_asks_for_an_orderly_end(exits: list[int], number: signal.Signals) -> None:
    lifecycle = Lifecycle(60, exits.append)
    lifecycle.listen()

    os.kill(os.getpid(), number)
    await asyncio.wait_for(lifecycle.stopping.wait(), 5)
    lifecycle.done()

    assert lifecycle.exit_code == 0
    assert exits == []


async def test_an_end_that_takes_too_long_is_enforced_even_if_the_event_loop_is_stuck() -> None:
    overdue = asyncio.Event()
    loop = asyncio.get_running_loop()
    codes: list[int] = []

    def ended(code: int) -> None:
        codes.append(code)
        loop.call_soon_threadsafe(overdue.set)

    Lifecycle(0.01, ended).stop()
    await asyncio.wait_for(overdue.wait(), 5)

    assert codes == [75]


async def test_only_the_first_stop_counts(exits: list[int]) -> None:
    lifecycle = Lifecycle(60, exits.append)
    lifecycle.stop(75)
    lifecycle.stop()
    lifecycle.done()

    assert lifecycle.exit_code == 75


@pytest.mark.usefixtures("handlers")
async def test_a_signal_ends_the_process_in_time_although_the_event_loop_never_hears_of_it() -> None:
    ended = threading.Event()
    Lifecycle(0.01, lambda code: ended.set()).listen()

    os.kill(os.getpid(), signal.SIGTERM)

    assert ended.wait(5)  # this coroutine keeps the loop busy all the time


async def test_an_event_loop_that_falls_silent_ends_the_process() -> None:
    codes: list[int] = []
    ended = threading.Event()

    def exited(code: int) -> None:
        codes.append(code)
        ended.set()

    Lifecycle(60, exited).guard(0.05)

    assert ended.wait(5)
    assert codes == [75]


async def test_an_event_loop_that_beats_is_left_alone(exits: list[int]) -> None:
    lifecycle = Lifecycle(60, exits.append)
    lifecycle.guard(5)
    lifecycle.beat()
    lifecycle.done()

    assert exits == []
