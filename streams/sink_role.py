"""The storing role: enriched records in, one store that has each of them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from streams.agents.deliver import Deliverer, deliver
from streams.agents.outlet import Outlet
from streams.agents.settling import Settling
from streams.app import Agent
from streams.health import Identity
from streams.kafka.assignment import Assignment
from streams.kafka.source import ChunkSource
from streams.kafka.topics import sink_group, sink_subscription
from streams.lifecycle import Lifecycle, calm_collector
from streams.metrics import RoleState
from streams.role import Role
from streams.settings import Settings
from streams.sinks.build import batch_bounds, build_sink, entry_of

_DIGITS = 16


class SinkRole(Role):
    """A role whose agent gathers records into batches and gives them to a sink."""

    def __init__(
        self,
        settings: Settings,
        lifecycle: Lifecycle,
        name: str,
        *,
        rewrite: bool = False,
        accept_gaps: Collection[tuple[str, int]] = (),
        resumed: Collection[tuple[str, int]] = (),
    ) -> None:
        sink = build_sink(settings, name, rewrite=rewrite)
        super().__init__(
            settings.model_copy(update={"group": sink_group(name)}),
            lifecycle,
            command=f"weft sink {name}",
            enriched_topic=None,
            accept_gaps=accept_gaps,
            resumed=resumed,
            has_room=self._has_room,
        )
        entry = entry_of(settings, name)
        self.outlet = Outlet(
            sink,
            entry,
            batch_bounds(entry, sink),
            self.metrics,
            enriched_topic=settings.enriched_topic,
            congested=self.congested,
        )
        settling = Settling(self.ownership, self.publisher, self.metrics)
        self.deliverer = Deliverer(self.outlet, settling, lifecycle.fail)
        self._assemble(
            Identity("sink", self.settings.group, version("weft"), settings.environment, self.provenance),
            sink_subscription(settings, name),
            Agent("deliver", deliver, concurrency=1),
            self._takes,
            {"isolate": self._isolate, "reset": self._reset},
        )

    def _takes(self, source: ChunkSource) -> Deliverer:
        return self.deliverer

    @property
    def provenance(self) -> str:
        """The hash of this version and of the kind of sink: nothing else of it shapes a record."""
        kind = type(self.outlet.sink)
        named = f"{version('weft')} {kind.__module__}:{kind.__qualname__}"
        return sha256(named.encode()).hexdigest()[:_DIGITS]

    def topics(self) -> Collection[str]:
        """Name what is read, and where rejected records go."""
        return [self.settings.enriched_topic, self.settings.dead_topic]

    def in_flight_bytes(self) -> int:
        """Give the bytes that are gathered, being written, or on their way to the dead letters."""
        return self.deliverer.bytes + self.publisher.in_flight_bytes

    def _has_room(self, assignment: Assignment) -> bool:
        return self.deliverer.has_room(assignment)

    async def prepare(self) -> None:
        """Open the sink, however long its store does not answer, unless the role is to stop."""
        starting = asyncio.create_task(self.outlet.start())
        stopping = asyncio.create_task(self.lifecycle.stopping.wait())
        await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not starting.done():
            starting.cancel()
        await asyncio.gather(starting, return_exceptions=self.lifecycle.stopping.is_set())

    async def let_go(self) -> None:
        """Close the sink, unless it goes on writing against our will: then the process ends anyway."""
        if not self.deliverer.writes:
            await self.outlet.sink.stop()

    def look(self) -> None:
        """Pause partitions for as long as the store does not take records.

        One that has nothing to write yet is not paused: what comes by it may be all that finds out how the store is.
        """
        self.ownership.hold_those(self.deliverer.has_work, "sink.unavailable", self.outlet.look())

    def patient(self) -> bool:
        """Whether the store is still waited for: the group is joined once it answers."""
        return not self.outlet.started

    def observe(self) -> RoleState:
        """Describe the role as it is now, with its sink; work that only waits for its batch to fill is not old."""
        state = super().observe()
        oldest = state.oldest_work_seconds
        return state._replace(
            oldest_work_seconds=None if oldest is None else max(0.0, oldest - self.outlet.bounds.seconds),
            sink=self.outlet.status(),
        )

    async def _isolate(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer the control socket: write nothing until it is reset."""
        self.outlet.delivery.isolate()
        self.look()
        return {}

    async def _reset(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer the control socket: write again, whatever the breaker knows."""
        self.outlet.delivery.reset()
        self.look()
        return {}


def run_sink(
    settings: Settings,
    name: str,
    *,
    rewrite: bool = False,
    accept_gaps: Collection[tuple[str, int]] = (),
    resumed: Collection[tuple[str, int]] = (),
) -> int:
    """Run one sink in this process until it is told to stop; returns the exit code."""

    async def main() -> int:
        calm_collector()
        lifecycle = Lifecycle(settings.timing.stop_deadline_seconds)
        role = SinkRole(settings, lifecycle, name, rewrite=rewrite, accept_gaps=accept_gaps, resumed=resumed)
        return await role.run()

    return asyncio.run(main())
