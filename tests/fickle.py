"""A sink whose answers a test makes up, and its delivery."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

from streams.errors import UnexpectedState
from streams.resilience.attempts import Attempt, Attempts, DeliveryPolicy
from streams.resilience.breaker import Breaker, BreakerPolicy, BreakerState
from streams.resilience.deduplication import batch_of
from streams.resilience.delivery import Delivery
from streams.resilience.parcel import Bury, Delivered, leave
from streams.sinks.base import Batch, Item, Marks, Outcome, Result
from streams.testing.items import TOPIC
from streams.testing.memory_sink import AppendingMemorySink, MemoryStore

RETRY = Result(Outcome.RETRY, "not now")

Behaviour = Callable[[Sequence[Item]], Sequence[Result] | None]
"""Results for some items, or None for the store's own; it may raise as well."""

_MOST_WRITES = 20_000


class Fickle:
    """A delivery to a memory sink that behaves as it is told; `written` are the offsets of each write.

    Its time is that of the running loop, unless a clock is given with its sleep; a pause is all of its bound, unless
    there are dice.
    """

    def __init__(
        self,
        kind: type[AppendingMemorySink] = AppendingMemorySink,
        *,
        policy: DeliveryPolicy | None = None,
        breaker: BreakerPolicy | None = None,
        dice: Callable[[float, float], float] = lambda low, high: high,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        store: MemoryStore | None = None,
        slot: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        clock = clock or asyncio.get_running_loop().time
        self.store = store or MemoryStore()
        self.behave: Behaviour = lambda items: None
        self.written: list[list[int]] = []
        self.attempts: list[Attempt] = []
        self.states: list[BreakerState] = []
        self.sink = self._fickle(kind)(store=self.store)
        self.breaker = Breaker(breaker or BreakerPolicy(), clock, self.states.append)
        policy = policy or DeliveryPolicy()
        observe = self.attempts.append
        self.delivery = Delivery(Attempts(self.sink, policy, self.breaker, observe, clock, sleep, dice, slot))

    @property
    def stored(self) -> list[int]:
        """Offsets in stored order."""
        return [item.offset for item in self.store.rows]

    async def deliver(self, items: Sequence[Item], partition: int = 0) -> Sequence[Delivered]:
        """Deliver a batch without marks."""
        return await self.delivery.deliver(Batch(TOPIC, partition, items))

    async def deliver_marked(self, items: Sequence[Item], marks: Marks, bury: Bury = leave) -> Sequence[Delivered]:
        """Deliver a batch with the marks before it, as a deduplicating sink is given it."""
        return await self.delivery.deliver(batch_of(TOPIC, 0, items, marks), bury)

    def _fickle(self, kind: type[AppendingMemorySink]) -> type[AppendingMemorySink]:
        outer = self

        class FickleSink(kind):  # type: ignore[misc, valid-type]  # a class that is a value
            """Stores what is `ok` among the behaviour's results."""

            async def write(self, batch: Batch) -> Sequence[Result]:
                outer.written.append([item.offset for item in batch.items])
                if len(outer.written) > _MOST_WRITES:
                    raise UnexpectedState("it writes for ever")
                await asyncio.sleep(0)
                results = outer.behave(batch.items)
                if results is None:
                    return await super().write(batch)
                pairs = zip(batch.items, results, strict=True)
                kept = [item for item, result in pairs if result.outcome is Outcome.OK]
                if kept:
                    await super().write(Batch(batch.topic, batch.partition, kept, batch.marks, batch.before))
                return results

        return FickleSink
