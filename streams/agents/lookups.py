"""Everything that the records of a chunk ask, of all processors at once."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping

from streams.agents.lookup import Lookup, LookupStatus
from streams.pipeline.chain import Chain
from streams.processors.base import LookupProcessor
from streams.resilience.breaker import Breaker
from streams.types import Answers, LookupKeys


class Lookups:
    """Resolves keys for a chain; it lives and ends with it.

    The breakers, by the name of their processor, may be those of an earlier chain, so that what was found out about
    the world outside, or an operator's isolation, survives a change of options.
    """

    def __init__(
        self,
        chain: Chain,
        deadline_seconds: float,
        breakers: Mapping[str, Breaker] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        known = breakers or {}
        self._lookups = {
            step.processor.name: Lookup(step, step.processor, deadline_seconds, known.get(step.processor.name), clock)
            for step in chain.steps
            if isinstance(step.processor, LookupProcessor)
        }

    @property
    def breakers(self) -> Mapping[str, Breaker]:
        """The breaker of each processor by its name."""
        return {name: lookup.breaker for name, lookup in self._lookups.items()}

    @property
    def status(self) -> Mapping[str, LookupStatus]:
        """How each look-up is, by the name of its processor."""
        return {name: lookup.status for name, lookup in self._lookups.items()}

    async def resolve(self, keys: LookupKeys) -> Answers:
        """Ask all processors at once; each has its own deadline, and none can fail another."""
        asked: defaultdict[str, set[str]] = defaultdict(set)
        for name, key in keys:
            asked[name].add(key)
        answers = await asyncio.gather(*(self._lookups[name].answers(frozenset(own)) for name, own in asked.items()))
        return {(name, key): answer for name, own in zip(asked, answers, strict=True) for key, answer in own.items()}

    async def stop(self) -> None:
        """End all look-ups, once what is being asked is answered or too late."""
        await asyncio.gather(*(lookup.stop() for lookup in self._lookups.values()))
