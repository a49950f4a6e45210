"""Pipelines that wait for another program: in a thread, one at a time, while the event loop goes on."""

from __future__ import annotations

import asyncio
from threading import Event, get_ident
from typing import Any

import pytest

from streams.agents.apart import Apart
from streams.pipeline import Pipeline
from streams.settings import ProcessorEntry, Settings
from tests.legacy import PACKAGES

SECONDS = 10


def pipeline(blocks: bool) -> Any:
    return type("SomePipeline", (), {"blocks": blocks})()


class Held:
    """Work that begins, and ends when it is let go."""

    def __init__(self) -> None:
        self.begun, self.let_go = Event(), Event()
        self.ended = False

    def __call__(self) -> str:
        self.begun.set()
        assert self.let_go.wait(SECONDS)
        self.ended = True
        return "done"


async def until(event: Event) -> None:
    assert await asyncio.to_thread(event.wait, SECONDS)


@pytest.mark.parametrize("blocks", [False, True])
async def test_what_may_block_runs_in_another_thread(blocks: bool) -> None:
    thread, seconds = await Apart().call(pipeline(blocks), get_ident)

    assert (thread != get_ident()) is blocks
    assert seconds >= 0


async def test_the_event_loop_goes_on_while_work_waits() -> None:
    held = Held()
    calling = asyncio.create_task(Apart().call(pipeline(True), held))
    await until(held.begun)

    assert not calling.done()
    held.let_go.set()
    assert (await calling)[0] == "done"


async def test_work_takes_turns() -> None:
    apart, first, second = Apart(), Held(), Held()
    calls = [asyncio.create_task(apart.call(pipeline(True), work)) for work in (first, second)]
    await until(first.begun)
    second.let_go.set()
    other, _ = await apart.call(pipeline(False), lambda: "at once")

    assert other == "at once"
    assert not second.begun.is_set()
    first.let_go.set()
    assert [result for result, _ in await asyncio.gather(*calls)] == ["done", "done"]


async def test_work_that_was_cancelled_keeps_its_turn_until_it_has_ended() -> None:
    apart, held = Apart(), Held()
    calling = asyncio.create_task(apart.call(pipeline(True), held))
    await until(held.begun)
    calling.cancel()
    following = asyncio.create_task(apart.call(pipeline(True), lambda: held.ended))
    await asyncio.sleep(0)
    held.let_go.set()

    with pytest.raises(asyncio.CancelledError):
        await calling
    assert await following == (True, pytest.approx(0, abs=SECONDS))


@pytest.mark.parametrize("blocks", [False, True])
async def test_errors_are_the_callers(blocks: bool) -> None:
    with pytest.raises(ZeroDivisionError):
        await Apart().call(pipeline(blocks), lambda: 1 // 0)


@pytest.mark.parametrize(("mode", "blocks"), [("in_process", False), ("subprocess", True)])
def test_a_pipeline_blocks_when_an_old_function_has_a_process_of_its_own(mode: str, blocks: bool) -> None:
    options = {"path": PACKAGES / "billing", "module": "normalizer", "writes": ["attributes.team"], "mode": mode}
    made = Pipeline(Settings(processors=(ProcessorEntry(name="legacy", options=options),)))

    assert made.blocks is blocks
    assert not Pipeline(Settings()).blocks
