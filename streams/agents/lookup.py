"""One look-up as the worker calls it: with a memory, a deadline, further tries and a circuit breaker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, NamedTuple

import structlog

from streams.errors import LookupFailed
from streams.pipeline.chain import Step
from streams.processors.base import LookupProcessor
from streams.resilience.breaker import Breaker, BreakerPolicy
from streams.resilience.cache import Cache
from streams.resilience.retry import Retry, RetryPolicy
from streams.types import Unanswered

_UNKNOWN: Final = object()
"""Kept for a key of which nothing is known there: that is an answer, too."""

_STOP_SECONDS: Final = 5.0
"""How long a processor may take to let go of what it holds."""

log = structlog.get_logger()


class LookupStatus(NamedTuple):
    """The state of its breaker, keys that its cache had and had not, seconds that chunks waited for it."""

    breaker: str
    hits: int
    misses: int
    waited: float


class Lookup:
    """Answers the keys of chunks, whatever becomes of the processor's own calls; never raises for these.

    A processor that ignores its cancellation is left behind, so that the chunk goes on in time.
    """

    def __init__(
        self,
        step: Step,
        processor: LookupProcessor,
        deadline_seconds: float,
        breaker: Breaker | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        limits = step.lookup
        policy = BreakerPolicy(**limits.breaker.model_dump())
        self.breaker = breaker or Breaker(policy, clock)
        self.breaker.policy = policy
        self._processor = processor
        self._deadline = limits.deadline_seconds or deadline_seconds
        self._retry = Retry(RetryPolicy(attempts=limits.attempts), clock)
        self._cache: Cache[Any] = Cache(limits.cache_entries, limits.cache_seconds, clock)
        self._clock = clock
        self._waited = 0.0
        self._asking: set[asyncio.Task[Any]] = set()
        self._calls: set[asyncio.Task[Any]] = set()

    @property
    def status(self) -> LookupStatus:
        """How it is, and what it did since it was made."""
        return LookupStatus(self.breaker.state, self._cache.hits, self._cache.misses, self._waited)

    async def answers(self, keys: frozenset[str]) -> dict[str, Any]:
        """Give what is known of the keys, an Unanswered for each that could not be asked."""
        found, missing = self._cache.find(keys)
        if missing:
            found.update(await self._ask(frozenset(missing)))
        return {key: answer for key, answer in found.items() if answer is not _UNKNOWN}

    async def stop(self) -> None:
        """Wait for what is being asked, then let the processor let go of what it holds; both for a limited time."""
        if self._asking:
            await asyncio.wait(self._asking, timeout=self._deadline)
        try:
            await self._within(_STOP_SECONDS, self._processor.stop())
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - what it held is lost, the stream is not
            log.warning("lookup.not_stopped", processor=self._processor.name, error=type(error).__name__)

    async def _ask(self, keys: frozenset[str]) -> dict[str, Any]:
        """Ask in a task of its own, on which `stop` can wait."""
        began = self._clock()
        asking = asyncio.create_task(self._resolve(keys))
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)
        try:
            return await asking
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - the policy of the step says what becomes of the records
            return dict.fromkeys(keys, Unanswered(_name(error)))
        finally:
            self._waited += self._clock() - began

    async def _resolve(self, keys: frozenset[str]) -> dict[str, Any]:
        again = self._processor.retriable
        answers = await self._retry.call(
            lambda left: self.breaker.call(lambda: self._within(left, self._processor.resolve(keys)), again),
            self._deadline,
            again,
        )
        if not isinstance(answers, Mapping):
            raise TypeError("resolve must give a mapping")
        known = {key: answers.get(key, _UNKNOWN) for key in keys}
        for key, answer in known.items():
            self._cache.keep(key, answer)
        return known

    async def _within(self, seconds: float, work: Coroutine[Any, Any, Any]) -> Any:
        """Give what the work gives.

        Raises:
            TimeoutError: it takes longer than that many seconds; it is cancelled, but not waited for.
            LookupFailed: it was cancelled from within.
        """
        call = asyncio.create_task(work)
        self._calls.add(call)
        call.add_done_callback(self._ended)
        try:
            done, _ = await asyncio.wait({call}, timeout=seconds)
        finally:
            call.cancel()
        if not done:
            raise TimeoutError
        if call.cancelled():
            raise LookupFailed(asyncio.CancelledError.__name__)
        return call.result()

    def _ended(self, call: asyncio.Task[Any]) -> None:
        """Forget a call; to ask for its error keeps asyncio from logging that, which may hold input."""
        self._calls.discard(call)
        if not call.cancelled():
            call.exception()


def _name(error: Exception) -> str:
    return str(error) if isinstance(error, LookupFailed) else type(error).__name__
