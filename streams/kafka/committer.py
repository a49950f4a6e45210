"""Sends what the trackers allow, under the membership that the work was fetched with."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from aiokafka.errors import KafkaError

from streams.kafka.assignment import Assignment
from streams.kafka.membership import CommitRefused, Membership
from streams.metrics import Metrics


class Committer:
    """Commits the prefixes of assignments; one commit at a time, so that none overtakes another."""

    def __init__(self, membership: Membership, metrics: Metrics) -> None:
        self._membership = membership
        self._metrics = metrics
        self._lock = asyncio.Lock()

    async def commit(self, assignments: Collection[Assignment]) -> bool:
        """Commit what moved; False when the group refused because it has moved on.

        Raises:
            KafkaError: a refusal that is neither temporary nor a rebalance.
        """
        async with self._lock:
            states = {a.tp: state for a in assignments if (state := a.due()) is not None}
            if not states:
                return True
            try:
                await self._membership.commit(next(iter(assignments)).member, states)
            except CommitRefused:
                self._metrics.commits.labels("refused").inc()
                return False
            except KafkaError:
                self._metrics.commits.labels("failed").inc()
                raise
            for assignment in assignments:
                if assignment.tp in states:
                    assignment.committed = states[assignment.tp]
            self._metrics.commits.labels("done").inc()
            return True
