"""Writes to one sink, one try at a time: each under a deadline, through the breaker, and no sooner than asked for."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

from streams.errors import UnexpectedState
from streams.resilience.breaker import Breaker, BreakerOpen
from streams.resilience.retry import Backoff
from streams.resilience.writer import Writer
from streams.sinks.base import Batch, Outcome, Refused, Result, Sink, Unavailable

_RETRIABLE: Final = (Unavailable, OSError)
"""Errors that may be gone the next moment, TimeoutError among them; they alone count against a store."""

_MOSTLY: Final = 10
"""So many writes that stored something make up for one that did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPolicy:
    """How writes are made again: `attempt_seconds` is the deadline of each, the next three bound the pauses between.

    A record is given up after `alone_attempts` failures alone, each with other records stored since the one before.
    """

    attempt_seconds: float = 30
    first_seconds: float = 0.1
    longest_seconds: float = 30
    retry_after_seconds: float = 300
    alone_attempts: int = 10


class Attempt(NamedTuple):
    """One write that was made: its records, when it began and ended, and whether any of them is settled.

    Of a `suspect`, a record that failed alone while others did not, it tells nothing about the store.
    """

    records: int
    began: float
    ended: float
    settled: bool
    suspect: bool = False


class Weather(NamedTuple):
    """How the store was so far: writes that stored something, those that settled nothing, openings of the breaker."""

    stored: int
    lost: int
    openings: int

    def was_fine_since(self, before: Weather) -> bool:
        """Tell whether the store took what it was given in the meantime, and was given something."""
        stored, lost = self.stored - before.stored, self.lost - before.lost
        return stored > 0 and lost * _MOSTLY <= stored and self.openings == before.openings


class Attempts:
    """What all batches of one sink share: its breaker, its weather, and the time that its store asked to be left alone.

    Each write has a `slot` of its own, which bounds how many there are at the same time. `observe` is told of each;
    `trouble` says why the last one settled nothing, if it did not.
    """

    def __init__(
        self,
        sink: Sink,
        policy: DeliveryPolicy,
        breaker: Breaker,
        observe: Callable[[Attempt], None] = lambda attempt: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        dice: Callable[[float, float], float] = random.uniform,
        slot: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        self.policy = policy
        self.breaker = breaker
        self._sleep = sleep
        self.trouble = ""
        self._writer = Writer(sink)
        self._observe = observe
        self._clock = clock
        self._dice = dice
        self._slot = slot
        self._stored = self._lost = 0
        self._left_alone_until = clock()

    @property
    def weather(self) -> Weather:
        """How the store was until now."""
        return Weather(self._stored, self._lost, self.breaker.openings)

    def reset(self) -> None:
        """Write again at once, whatever the breaker knows and the store asked for."""
        self._left_alone_until = self._clock()
        self.breaker.reset()

    async def pause(self, seconds: float) -> None:
        """Wait between two tries at one thing, but no longer than until the breaker closes after an outage."""
        await self.breaker.pause(seconds, self._sleep)

    def backoff(self) -> Backoff:
        """Give the pauses between tries at one thing."""
        return Backoff(self.policy.first_seconds, self.policy.longest_seconds, self._dice)

    async def write(self, batch: Batch, *, suspect: bool = False) -> Sequence[Result]:
        """Write once, as soon as the store may be asked; no answer is `retry` for all.

        A failure of a `suspect` does not count against the store.

        Raises:
            Exception: something is wrong with the batch.
        """
        async with self._slot():
            while True:
                await self._until_welcome()
                with suppress(BreakerOpen):
                    return await self._write_through(batch, suspect)

    async def _until_welcome(self) -> None:
        while (pause := self._left_alone_until - self._clock()) > 0:
            await self.pause(pause)
        await self.breaker.ready(self._sleep)

    async def _write_through(self, batch: Batch, suspect: bool) -> Sequence[Result]:
        """Write through the breaker.

        Raises:
            BreakerOpen: another one was faster.
        """
        try:
            return await self.breaker.call(lambda: self._write(batch, suspect), () if suspect else _RETRIABLE)
        except _RETRIABLE as error:
            self._lost += not suspect
            self._note(error)
            return [Result(Outcome.RETRY, self.trouble)] * len(batch.items)

    async def _write(self, batch: Batch, suspect: bool) -> Sequence[Result]:
        began, settled = self._clock(), False
        try:
            async with asyncio.timeout(self.policy.attempt_seconds):
                results = await self._writer.write(batch)
            if len(results) != len(batch.items):
                raise UnexpectedState(f"the sink gave {len(results)} results for {len(batch.items)} records")
            settled = any(result.outcome is not Outcome.RETRY for result in results)
        except Refused:
            self.trouble = ""  # it answers
            raise
        finally:
            self._observe(Attempt(len(batch.items), began, self._clock(), settled, suspect))
        if not settled:
            raise Unavailable(results[0].reason)
        self._stored += any(result.outcome is Outcome.OK for result in results)
        self.trouble = ""
        return results

    def _note(self, error: Exception) -> None:
        """Remember what a sink says of its store; the words of other errors may be a record's."""
        self.trouble = (isinstance(error, Unavailable) and str(error)) or type(error).__name__
        asked = error.retry_after if isinstance(error, Unavailable) else None
        if asked is not None:
            until = self._clock() + min(asked, self.policy.retry_after_seconds)
            self._left_alone_until = max(self._left_alone_until, until)
