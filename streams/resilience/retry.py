"""Another try, after a pause: exponential backoff with full jitter, within a deadline.

The pauses are those of M. Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog): a random part of a bound
that doubles. Written here because of the libraries tenacity and stamina the first knows no deadline for an attempt,
and the second neither full jitter nor a clock of one's own, and it logs the text of errors, which may hold input.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how soon: `first_seconds` bounds the first pause, `longest_seconds` every one."""

    attempts: int = 3
    first_seconds: float = 0.05
    longest_seconds: float = 1


@dataclass(slots=True)
class Backoff:
    """The pauses between tries of one thing, from the first one on."""

    first_seconds: float
    longest_seconds: float
    dice: Callable[[float, float], float] = random.uniform
    _doublings: int = 0

    def next(self) -> float:
        """Give the seconds of the next pause."""
        bound = self.first_seconds * 2**self._doublings
        if bound < self.longest_seconds:
            self._doublings += 1
        return self.dice(0, min(bound, self.longest_seconds))

    def reset(self) -> None:
        """Begin again with the first one."""
        self._doublings = 0


@dataclass(frozen=True, slots=True)
class Retry:
    """Tries again what failed for the moment; the clock, the sleep and the dice are the system's unless told."""

    policy: RetryPolicy
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    dice: Callable[[float, float], float] = random.uniform

    async def call(
        self, attempt: Callable[[float], Awaitable[T]], seconds: float, again: tuple[type[Exception], ...]
    ) -> T:
        """Await what `attempt` makes, again when it ends in an error of the classes `again`.

        `attempt` is told how many of the `seconds` are left, and must not take longer. The last error is raised when
        no attempt is left, or none could begin in time.
        """
        ends = self.clock() + seconds
        backoff = Backoff(self.policy.first_seconds, self.policy.longest_seconds, self.dice)
        for left in range(self.policy.attempts - 1, -1, -1):
            try:
                return await attempt(ends - self.clock())
            except again:
                pause = backoff.next()
                if not left or self.clock() + pause >= ends:
                    raise
            await self.sleep(pause)
        raise ValueError("a call needs at least one attempt")
