"""A circuit breaker: stops calling what fails or is slow, and finds out by itself when it is well again.

Closed, open and half-open after M. Nygard, "Release It!"; the sliding window with a minimum volume, the ratio of slow
calls and the probes are those of resilience4j's CircuitBreaker.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")


class BreakerState(StrEnum):
    """What a breaker does with calls."""

    CLOSED = "closed"
    """They go through."""
    HALF_OPEN = "half_open"
    """A few go through as probes, the others are refused."""
    OPEN = "open"
    """They are refused until some time has passed."""
    ISOLATED = "isolated"
    """They are refused until an operator resets the breaker."""


class BreakerOpen(Exception):
    """The breaker refused a call, which was not made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerPolicy:
    """When a breaker opens and how it closes; the window ends at whichever of its two bounds comes first."""

    window_calls: int = 100
    window_seconds: float = 60
    minimum_calls: int = 10
    failure_ratio: float = 0.5
    slow_seconds: float = 1
    slow_ratio: float = 0.8
    open_seconds: float = 10
    probes: int = 2


class _Call(NamedTuple):
    ended: float
    failed: bool
    slow: bool


class Breaker:
    """Guards the calls to one thing outside.

    A call counts as failed when it ends in an error that may be gone the next moment, and as slow by its time; any
    other error is an answer, if not a pleasant one, and counts as nothing. What was begun before the state changed
    tells nothing about the new state. `policy` may be replaced at any time. `on_change` is told each new state, and
    `openings` counts how often it opened.
    """

    def __init__(
        self,
        policy: BreakerPolicy,
        clock: Callable[[], float] = time.monotonic,
        on_change: Callable[[BreakerState], None] = lambda state: None,
    ) -> None:
        self.policy = policy
        self.openings = 0
        self._clock = clock
        self._on_change = on_change
        self._changed = asyncio.Event()
        self._window: deque[_Call] = deque()
        self._state = BreakerState.CLOSED
        self._changes = 0
        self._opened = 0.0
        self._probing = self._passed = 0

    @property
    def state(self) -> BreakerState:
        """What it does now; a breaker whose time is over shows as half-open."""
        if self._state is BreakerState.OPEN and self._clock() >= self._reopens:
            self._become(BreakerState.HALF_OPEN)
        return self._state

    def isolate(self) -> None:
        """Refuse every call until `reset`."""
        self._become(BreakerState.ISOLATED)

    def reset(self) -> None:
        """Let calls through again and forget what was."""
        self._become(BreakerState.CLOSED)

    async def call(self, work: Callable[[], Awaitable[T]], counts: tuple[type[Exception], ...]) -> T:
        """Await what `work` makes, unless the breaker refuses; errors of the classes `counts` are failures.

        Raises:
            BreakerOpen: it was not called.
        """
        self._enter()
        begun, changes = self._clock(), self._changes
        failed: bool | None = None
        try:
            result = await work()
            failed = False
        except counts:
            failed = True
            raise
        finally:
            if changes == self._changes:
                self._leave(begun, failed)
        return result

    async def ready(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Wait, however long it takes, until a call would not be refused; another one may come first."""
        while not self._admits():
            is_open = self._state is BreakerState.OPEN
            waits = [asyncio.ensure_future(sleep(self._reopens - self._clock()))] if is_open else []
            try:
                await self._change(*waits)
            finally:
                for wait in waits:
                    wait.cancel()

    async def pause(self, seconds: float, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Wait so long, or until it closes: then what went wrong is over."""
        slept = asyncio.ensure_future(sleep(seconds))
        try:
            while not slept.done():
                if await self._change(slept) and self._state is BreakerState.CLOSED:
                    return
        finally:
            slept.cancel()

    async def _change(self, *others: asyncio.Future[Any]) -> bool:
        """Wait for a change or for anything else; whether there was a change."""
        changed = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait([changed, *others], return_when=asyncio.FIRST_COMPLETED)
            return changed.done()
        finally:
            changed.cancel()

    @property
    def _reopens(self) -> float:
        return self._opened + self.policy.open_seconds

    def _admits(self) -> bool:
        state = self.state
        if state is BreakerState.HALF_OPEN:
            return self._probing + self._passed < self.policy.probes
        return state is BreakerState.CLOSED

    def _enter(self) -> None:
        if not self._admits():
            raise BreakerOpen
        if self._state is BreakerState.HALF_OPEN:
            self._probing += 1

    def _leave(self, begun: float, failed: bool | None) -> None:
        """Count a call that was begun in the present state; `failed` is None when it tells nothing."""
        now = self._clock()
        slow = now - begun > self.policy.slow_seconds
        if self._state is BreakerState.HALF_OPEN:
            self._probing -= 1
            self._judge_probe(None if failed is None else failed or slow)
            self._wake()
        elif failed is not None:
            self._window.append(_Call(now, failed, slow))
            self._judge_window(now)

    def _judge_probe(self, bad: bool | None) -> None:
        if bad:
            self._become(BreakerState.OPEN)
        elif bad is False:
            self._passed += 1
            if self._passed >= self.policy.probes:
                self._become(BreakerState.CLOSED)

    def _judge_window(self, now: float) -> None:
        window, policy = self._window, self.policy
        while len(window) > policy.window_calls or now - window[0].ended > policy.window_seconds:
            window.popleft()
        if len(window) < policy.minimum_calls:
            return
        failed, slow = sum(call.failed for call in window), sum(call.slow for call in window)
        if failed >= policy.failure_ratio * len(window) or slow >= policy.slow_ratio * len(window):
            self._become(BreakerState.OPEN)

    def _become(self, state: BreakerState) -> None:
        self._state = state
        self._changes += 1
        self.openings += state is BreakerState.OPEN
        self._opened = self._clock()
        self._probing = self._passed = 0
        self._window.clear()
        self._wake()
        self._on_change(state)

    def _wake(self) -> None:
        """Let all that wait look again."""
        self._changed.set()
        self._changed = asyncio.Event()
