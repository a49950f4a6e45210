"""A worker that dies at a named moment: `python failpoint_worker.py POINT COUNT` dies when it comes there that often.

The program has no hooks for this; the moments are found where they are, by their functions.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from streams import logs
from streams.kafka.membership import Membership
from streams.kafka.writer import PartitionWriter
from streams.settings import Settings, load
from streams.worker import run_worker

DIED = 9

Step = Callable[..., Awaitable[Any]]
Reached = Callable[[], None]


def die_after_acknowledgement(topic: str, reached: Reached) -> None:
    """Die when a batch for a topic is acknowledged and nobody was told yet."""
    acknowledged: Step = PartitionWriter._acknowledged

    async def then_die(writer: PartitionWriter, *args: Any) -> None:
        await acknowledged(writer, *args)
        if writer._tp.topic == topic:
            reached()

    PartitionWriter._acknowledged = then_die  # type: ignore[assignment, method-assign]


def die_around_commit(reached: Reached, *, answered: bool) -> None:
    """Die instead of sending a commit, or once the group's answer is there and nobody was told yet."""
    commit: Step = Membership.commit

    async def and_die(membership: Membership, *args: Any) -> None:
        if not answered:
            reached()
        await commit(membership, *args)
        if answered:
            reached()

    Membership.commit = and_die  # type: ignore[assignment, method-assign]


def arm(point: str, count: int, settings: Settings) -> None:
    """Make this process die at a point when it comes there for the `count`-th time."""
    times = itertools.count(1)

    def reached() -> None:
        if next(times) == count:
            os._exit(DIED)

    match point:
        case "enriched.acknowledged":
            die_after_acknowledgement(settings.enriched_topic, reached)
        case "dead.acknowledged":
            die_after_acknowledgement(settings.dead_topic, reached)
        case "commit.due":
            die_around_commit(reached, answered=False)
        case "commit.answered":
            die_around_commit(reached, answered=True)
        case _:
            raise ValueError(point)


if __name__ == "__main__":
    chosen = load()
    arm(sys.argv[1], int(sys.argv[2]), chosen)
    logs.configure("worker")
    sys.exit(run_worker(chosen))
