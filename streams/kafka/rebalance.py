"""What happens when the group gives and takes partitions."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

from aiokafka import ConsumerRebalanceListener, TopicPartition


class Owner(Protocol):
    """The two halves of a rebalance."""

    async def release(self, deadline_seconds: float) -> bool:
        """Drain, commit the prefix, forget the rest."""

    async def take(self, partitions: Collection[TopicPartition]) -> None:
        """Read commits, seek and begin."""


class RebalanceListener(ConsumerRebalanceListener):
    """Gives the callbacks to the owner; aiokafka only logs what they raise, so a failure is reported here."""

    def __init__(self, owner: Owner, drain_seconds: float, on_failure: Callable[[BaseException], None]) -> None:
        self._owner = owner
        self._drain_seconds = drain_seconds
        self._on_failure = on_failure

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Let the owner finish what it can before the partitions move."""
        try:
            await self._owner.release(self._drain_seconds)
        except Exception as error:  # noqa: BLE001 - reported, and the process ends
            self._on_failure(error)

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Let the owner begin with its new partitions."""
        try:
            await self._owner.take(assigned)
        except Exception as error:  # noqa: BLE001 - reported, and the process ends
            self._on_failure(error)
