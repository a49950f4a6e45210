"""Delivers batches to a sink, whatever becomes of its store: what comes out is stored, or dead for a reason."""

from __future__ import annotations

from collections.abc import Sequence

from streams.resilience.attempts import Attempts
from streams.resilience.breaker import BreakerState
from streams.resilience.parcel import Bury, Delivered, Parcel, leave
from streams.sinks.base import Batch


class Delivery:
    """Delivers the batches of one sink: one partition's one after another, those of several at the same time.

    Each try counts in the breaker, which stands inside. While that is open, batches wait: nothing dies of it.
    """

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts

    @property
    def state(self) -> BreakerState:
        """What the breaker does now."""
        return self._attempts.breaker.state

    @property
    def trouble(self) -> str:
        """Why the last write settled nothing; empty when it did."""
        return self._attempts.trouble

    def isolate(self) -> None:
        """Write nothing more until `reset`; what is being written ends."""
        self._attempts.breaker.isolate()

    def reset(self) -> None:
        """Write again, as if nothing had been."""
        self._attempts.reset()

    async def deliver(self, batch: Batch, bury: Bury = leave) -> Sequence[Delivered]:
        """Give what became of each item, however long it takes.

        It may be cancelled at any point; what was stored without being told is stored again to no effect. When a
        record of a batch with marks is dead, `bury` is awaited before anything behind it is written: its dead letter
        must be safe by then, because the marks will hide it from a replay.

        Raises:
            WeftError: the sink says that the process must end.
            MemoryError: there is none left.
        """
        return await Parcel(self._attempts, batch, bury).deliver()
