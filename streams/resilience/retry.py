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
        bound = self.policy.first_seconds
        for left in range(self.policy.attempts - 1, -1, -1):
            try:
                return await attempt(ends - self.clock())
            except again:
                pause = self.dice(0, min(bound, self.policy.longest_seconds))
                if not left or self.clock() + pause >= ends:
                    raise
            await self.sleep(pause)
            bound *= 2
        raise ValueError("a call needs at least one attempt")
