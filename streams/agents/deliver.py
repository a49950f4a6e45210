"""A sink's agent: chunks in, each to the lane of its partition, which writes batches of them to the store.

The counters that are committed with the offsets keep their names and their balance: `enriched` are records that the
store has, `dead` are those that it refused for good or that could not be read, and `sampled` are replays that the
filter in front of a deduplicating sink has dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from faust.types import StreamT

from streams.agents.lane import Lane
from streams.agents.outlet import Outlet
from streams.agents.settling import Settling
from streams.kafka.assignment import Assignment, FetchedChunk


async def deliver(chunks: StreamT[FetchedChunk]) -> None:
    """Process chunks for ever; what goes wrong ends the process, never just the chunk."""
    role: Deliverer = chunks.app.role  # type: ignore[attr-defined]  # the app is a WeftApp
    async for chunk in chunks:
        role.take(chunk)


class Deliverer:
    """What the agent works with: one lane a partition, all of which share the outlet."""

    def __init__(self, outlet: Outlet, settling: Settling, on_failure: Callable[[BaseException], None]) -> None:
        self._outlet = outlet
        self._settling = settling
        self._on_failure = on_failure
        self._lanes: dict[Assignment, Lane] = {}

    @property
    def bytes(self) -> int:
        """Bytes of records that are gathered or being written."""
        return sum(lane.bytes for lane in self._lanes.values())

    @property
    def writes(self) -> bool:
        """Whether something may still be written."""
        return any(not lane.task.done() for lane in self._lanes.values())

    def has_room(self, assignment: Assignment) -> bool:
        """Whether more of a partition may be fetched."""
        lane = self._lanes.get(assignment)
        return lane is None or lane.has_room

    def has_work(self, assignment: Assignment) -> bool:
        """Whether something of a partition waits to be written, or is being written."""
        lane = self._lanes.get(assignment)
        return lane is not None and lane.has_work

    def take(self, chunk: FetchedChunk) -> None:
        """Put a chunk into the lane of its partition, unless it was given back meanwhile."""
        if chunk.stale:
            return
        self._lane(chunk.assignment).put(chunk)
        if self._outlet.congested():  # nothing more is fetched now, so nobody has anything to wait for
            for lane in self._lanes.values():
                lane.look()

    def _lane(self, assignment: Assignment) -> Lane:
        lane = self._lanes.get(assignment)
        if lane is None:
            self._lanes = {known: lane for known, lane in self._lanes.items() if known.active}
            lane = self._lanes[assignment] = Lane(assignment, self._outlet, self._settling)
            lane.task.add_done_callback(self._ended)
            assignment.work = lane
        return lane

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_failure(error)
