"""Look-ups of a chunk: concurrent, remembered, bounded in time, and never an end of anything else."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, ClassVar

import pytest

from streams.agents.lookups import Lookups
from streams.errors import TemporaryError
from streams.pipeline.chain import Chain, Step
from streams.processors.base import Acted, LookupProcessor, Options
from streams.resilience.breaker import BreakerState
from streams.settings import LookupLimits
from streams.testing.outside import Backend, ManualClock
from streams.types import Answers, Record, Unanswered

SECONDS = 0.05
"""The deadline: what never answers takes as long in these tests."""


class Asks(LookupProcessor):
    """Asks a backend; `asks` names more of its kind."""

    name: ClassVar[str] = "asks"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset()
    writes: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, backend: Backend) -> None:
        super().__init__(Options())
        self.backend = backend
        self.stopped = 0

    def keys(self, record: Record) -> Iterable[str]:
        return ()

    async def resolve(self, keys: frozenset[str]) -> Mapping[str, Any]:
        return await self.backend.ask(keys)

    def use(self, record: Record, answers: Mapping[str, Any]) -> Acted:
        return False

    async def stop(self) -> None:
        self.stopped += 1


class AsksToo(Asks):
    """Another one."""

    name: ClassVar[str] = "too"


class Scene:
    """Look-ups with the limits that a test sets; `asks` and `too` each have a backend."""

    def __init__(self, kind: type[Asks] = Asks, **limits: Any) -> None:
        self.clock = ManualClock()
        self.asks = kind(Backend({"a": 1, "b": None}))
        self.too = AsksToo(Backend({"a": 2}))
        chosen = LookupLimits(**{"deadline_seconds": SECONDS, "attempts": 1} | limits)
        steps = [Step(processor, "skip", {}, lookup=chosen) for processor in (self.asks, self.too)]
        self.lookups = Lookups(Chain(steps), SECONDS, clock=self.clock)

    @property
    def asked(self) -> list[set[str]]:
        return [set(keys) for keys in self.asks.backend.asked]

    async def ask(self, *keys: str, name: str = "asks") -> Answers:
        return await self.lookups.resolve(frozenset((name, key) for key in keys))


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_all_keys_of_a_chunk_are_asked_at_once(scene: Scene) -> None:
    assert await scene.ask("a", "b", "c") == {("asks", "a"): 1, ("asks", "b"): None}
    assert scene.asked == [{"a", "b", "c"}]


async def test_each_processor_is_asked_for_its_own_keys(scene: Scene) -> None:
    keys = frozenset({("asks", "a"), ("too", "a")})
    assert await scene.lookups.resolve(keys) == {("asks", "a"): 1, ("too", "a"): 2}


async def test_they_are_asked_at_the_same_time() -> None:
    both = asyncio.Barrier(2)

    class Meets(Asks):
        async def resolve(self, keys: frozenset[str]) -> Mapping[str, Any]:
            await both.wait()
            return dict.fromkeys(keys, 1)

    scene = Scene(Meets, deadline_seconds=5)
    meets = scene.lookups.resolve(frozenset({("asks", "a")}))
    others = scene.lookups.resolve(frozenset({("asks", "b")}))
    assert await asyncio.gather(meets, others) == [{("asks", "a"): 1}, {("asks", "b"): 1}]


async def test_what_is_known_is_not_asked_again_and_nothing_is_known_is_known_too(scene: Scene) -> None:
    first = await scene.ask("a", "c")
    assert await scene.ask("a", "c") == first == {("asks", "a"): 1}
    await scene.ask("a", "b")
    assert scene.asked == [{"a", "c"}, {"b"}]
    status = scene.lookups.status["asks"]
    assert (status.hits, status.misses) == (3, 3)


async def test_what_was_remembered_grows_old() -> None:
    scene = Scene(cache_seconds=30)
    await scene.ask("a")
    scene.clock.advance(30)
    await scene.ask("a")
    assert scene.asked == [{"a"}, {"a"}]


async def test_what_it_says_unasked_is_not_listened_to() -> None:
    class Chatters(Asks):
        async def resolve(self, keys: frozenset[str]) -> Mapping[str, Any]:
            return {"a": 1, "other": 2}

    scene = Scene(Chatters)
    assert await scene.ask("a") == {("asks", "a"): 1}
    assert scene.lookups.status["asks"].misses == 1
    assert await scene.ask("other") == {("asks", "other"): 2}


async def _never(keys: frozenset[str]) -> Mapping[str, Any]:
    await asyncio.Event().wait()
    return {}


async def _cancelled_within(keys: frozenset[str]) -> Mapping[str, Any]:
    inner = asyncio.get_running_loop().create_future()
    inner.cancel()
    await inner
    return {}


async def _raises(keys: frozenset[str]) -> Mapping[str, Any]:
    raise KeyError("a secret of the input")


async def _refused(keys: frozenset[str]) -> Mapping[str, Any]:
    raise ConnectionRefusedError


async def _no_mapping(keys: frozenset[str]) -> Any:
    return None


def _no_coroutine(keys: frozenset[str]) -> Any:
    return {"a": 1}


@pytest.mark.parametrize(
    ("resolve", "error"),
    [
        (_never, "TimeoutError"),
        (_cancelled_within, "CancelledError"),
        (_raises, "KeyError"),
        (_refused, "ConnectionRefusedError"),
        (_no_mapping, "TypeError"),
        (_no_coroutine, "TypeError"),
    ],
)
async def test_whatever_goes_wrong_its_keys_alone_are_not_answered(
    resolve: Any, error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene()
    monkeypatch.setattr(scene.asks, "resolve", resolve)
    answers = await asyncio.wait_for(scene.lookups.resolve(frozenset({("asks", "a"), ("too", "a")})), 5)
    assert answers == {("asks", "a"): Unanswered(error), ("too", "a"): 2}


async def test_out_of_memory_is_nobodys_failure(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    async def exhausts(keys: frozenset[str]) -> Mapping[str, Any]:
        raise MemoryError

    monkeypatch.setattr(scene.asks, "resolve", exhausts)
    with pytest.raises(MemoryError):
        await scene.ask("a")


async def test_a_failure_is_not_remembered_and_what_is_known_still_is(scene: Scene) -> None:
    await scene.ask("a")
    scene.asks.backend.become("refused")
    assert await scene.ask("a", "b") == {("asks", "a"): 1, ("asks", "b"): Unanswered("ConnectionRefusedError")}
    scene.asks.backend.become("well")
    assert await scene.ask("a", "b") == {("asks", "a"): 1, ("asks", "b"): None}


@pytest.mark.parametrize(
    ("error", "calls"), [(ConnectionResetError(), 3), (TimeoutError(), 3), (TemporaryError(""), 3), (ValueError(), 1)]
)
async def test_only_what_may_be_gone_the_next_moment_is_tried_again(
    error: Exception, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(keys: frozenset[str]) -> Mapping[str, Any]:
        made.append(keys)
        raise error

    made: list[frozenset[str]] = []
    scene = Scene(attempts=3, deadline_seconds=5)
    monkeypatch.setattr(scene.asks, "resolve", fails)
    assert await scene.ask("a") == {("asks", "a"): Unanswered(type(error).__name__)}
    assert len(made) == calls


async def test_the_breaker_opens_on_failures_and_closes_by_itself(scene: Scene) -> None:
    scene.asks.backend.become("refused")
    for _ in range(10):
        await scene.ask("a")
    assert await scene.ask("a") == {("asks", "a"): Unanswered("BreakerOpen")}
    assert len(scene.asked) == 10
    assert scene.lookups.status["asks"].breaker == "open"
    assert scene.lookups.status["too"].breaker == "closed"

    scene.asks.backend.become("well")
    scene.clock.advance(10)
    assert await scene.ask("a") == {("asks", "a"): 1}
    assert await scene.ask("b") == {("asks", "b"): None}
    assert scene.lookups.status["asks"].breaker == "closed"


async def test_an_open_breaker_ends_further_tries(scene: Scene) -> None:
    scene = Scene(attempts=10, deadline_seconds=5, breaker={"minimum_calls": 4})
    scene.asks.backend.become("refused")
    assert await scene.ask("a") == {("asks", "a"): Unanswered("BreakerOpen")}
    assert len(scene.asked) == 4


async def test_what_does_not_answer_in_time_opens_the_breaker() -> None:
    scene = Scene(breaker={"minimum_calls": 2})
    scene.asks.backend.become("silent")
    await asyncio.gather(scene.ask("a"), scene.ask("b"))
    assert scene.lookups.breakers["asks"].state is BreakerState.OPEN


async def test_the_general_deadline_holds_unless_a_processor_has_its_own() -> None:
    scene = Scene(deadline_seconds=None)
    scene.asks.backend.become("silent")
    assert await asyncio.wait_for(scene.ask("a"), 5) == {("asks", "a"): Unanswered("TimeoutError")}


async def test_a_call_that_ignores_its_cancellation_is_left_behind(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = asyncio.Event()

    async def stubborn(keys: frozenset[str]) -> Mapping[str, Any]:
        while not release.is_set():
            with suppress(asyncio.CancelledError):
                await release.wait()
        return {"a": 1}

    monkeypatch.setattr(scene.asks, "resolve", stubborn)
    assert await asyncio.wait_for(scene.ask("a"), 5) == {("asks", "a"): Unanswered("TimeoutError")}
    release.set()
    await scene.lookups.stop()


class Gated:
    """A call that goes on when `gate` opens, and tells when it has `begun` and how it `ended`."""

    def __init__(self) -> None:
        self.begun, self.gate = asyncio.Event(), asyncio.Event()
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def resolve(self, keys: frozenset[str]) -> Mapping[str, Any]:
        self.begun.set()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.ended.set_result("cancelled")
            raise
        self.ended.set_result("answered")
        return {"a": 1}


async def test_a_chunk_that_is_given_up_leaves_no_call_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    scene, call = Scene(deadline_seconds=30), Gated()
    monkeypatch.setattr(scene.asks, "resolve", call.resolve)
    chunk = asyncio.create_task(scene.ask("a"))
    await call.begun.wait()
    chunk.cancel()
    assert await asyncio.wait_for(call.ended, 5) == "cancelled"


async def test_stopping_waits_for_what_is_asked_and_then_stops_the_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    scene, call = Scene(deadline_seconds=30), Gated()
    monkeypatch.setattr(scene.asks, "resolve", call.resolve)
    chunk = asyncio.create_task(scene.ask("a"))
    await call.begun.wait()
    stopping = asyncio.create_task(scene.lookups.stop())
    call.ended.add_done_callback(lambda _: stopped_then.append(scene.asks.stopped))
    stopped_then: list[int] = []
    call.gate.set()
    await asyncio.wait_for(stopping, 5)
    assert await chunk == {("asks", "a"): 1}
    assert (stopped_then, scene.asks.stopped, scene.too.stopped) == ([0], 1, 1)


async def test_stopping_waits_for_a_second_try_too(monkeypatch: pytest.MonkeyPatch) -> None:
    scene, tried = Scene(deadline_seconds=30, attempts=2), asyncio.Event()

    async def fails_once(keys: frozenset[str]) -> Mapping[str, Any]:
        assert not scene.asks.stopped
        if tried.is_set():
            return {"a": 1}
        tried.set()
        raise OSError

    monkeypatch.setattr(scene.asks, "resolve", fails_once)
    chunk = asyncio.create_task(scene.ask("a"))
    await tried.wait()
    await scene.lookups.stop()
    assert (await chunk, scene.asks.stopped) == ({("asks", "a"): 1}, 1)


async def test_a_processor_that_fails_to_stop_stops_nobody_else(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails() -> None:
        raise OSError

    monkeypatch.setattr(scene.asks, "stop", fails)
    await scene.lookups.stop()
    assert scene.too.stopped == 1


async def test_a_call_that_came_too_late_is_forgotten_and_its_error_is_not_logged(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised = asyncio.Event()

    async def late(keys: frozenset[str]) -> Mapping[str, Any]:
        try:
            await asyncio.Event().wait()
        finally:
            raised.set()
            raise ValueError("a secret of the input")

    scene = Scene()
    monkeypatch.setattr(scene.asks, "resolve", late)
    await scene.ask("a")
    await asyncio.wait_for(raised.wait(), 5)
    await scene.lookups.stop()
    gc.collect()  # an error that nobody asked for would be logged now
    assert "secret" not in caplog.text
    assert not scene.lookups._lookups["asks"]._calls
