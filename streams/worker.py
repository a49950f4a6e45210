"""The normalising role: raw topics in, records and dead letters out."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine, Mapping
from importlib.metadata import version
from typing import Any

from streams.agents.active import Active
from streams.agents.normalise import Normaliser, normalise
from streams.app import Agent
from streams.errors import ConfigurationError
from streams.health import Identity
from streams.kafka.source import ChunkSource
from streams.kafka.tables import Tables
from streams.kafka.topics import literal_names, subscription
from streams.lifecycle import Lifecycle, calm_collector
from streams.metrics import RoleState
from streams.pipeline import Pipeline
from streams.reload import Reloader
from streams.resilience.breaker import Breaker
from streams.role import Role
from streams.settings import Settings, load, settings_file

_AGENTS = 2
"""While one waits for look-ups, another works on a different partition."""


class Worker(Role):
    """A role whose agents take chunks through the pipeline."""

    def __init__(
        self,
        settings: Settings,
        lifecycle: Lifecycle,
        *,
        accept_gaps: Collection[tuple[str, int]] = (),
        resumed: Collection[tuple[str, int]] = (),
    ) -> None:
        self.active = Active(Pipeline(settings), settings.timing.lookup_deadline_seconds)
        pipeline = self.active.pipeline
        self.tables = Tables(settings, pipeline.chain.tables(), lifecycle.fail)
        super().__init__(
            settings,
            lifecycle,
            command="weft worker",
            enriched_topic=settings.enriched_topic,
            accept_gaps=accept_gaps,
            resumed=resumed,
        )
        self._reloads: set[asyncio.Task[None]] = set()
        self.reloader = Reloader(settings, pipeline, load, self._use, settings_file(), self.tables)
        self._assemble(
            Identity("worker", settings.group, version("weft"), settings.environment, pipeline.provenance),
            subscription(settings, self.tables.topics.values()),
            Agent("normalise", normalise, _AGENTS),
            self._normaliser,
            {"reload": self._reload, "isolate": self._isolate, "reset": self._reset},
        )

    def _normaliser(self, source: ChunkSource) -> Normaliser:
        return Normaliser(
            self.active,
            self.publisher,
            self.ownership,
            source.pace,
            self.metrics,
            self.congested,
            self.lifecycle.fail,
        )

    @property
    def provenance(self) -> str:
        """The hash of the active pipeline."""
        return self.active.pipeline.provenance

    def topics(self) -> Collection[str]:
        """Name the raw topics that are no patterns, and both outputs."""
        return [*literal_names(self.settings), self.settings.enriched_topic, self.settings.dead_topic]

    async def run(self) -> int:
        """Work until asked to stop, and take up changed settings at SIGHUP; otherwise like any role."""
        self.lifecycle.on_hangup(lambda: self._begin(self.reloader.try_reload()))
        return await super().run()

    async def prepare(self) -> None:
        """Read the tables that records are looked up in."""
        await self.tables.start()
        if self.tables.topics:
            await self.reloader.renew()

    async def let_go(self) -> None:
        """End reloads, tables and look-ups."""
        for reload in self._reloads:
            reload.cancel()
        await self.tables.stop()
        await self.active.stop()

    def look(self) -> None:
        """Take up files and tables that changed, unless that is going on already."""
        if not self._reloads:
            self._begin(self.reloader.look())

    def _begin(self, reload: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(reload)
        self._reloads.add(task)
        task.add_done_callback(self._reloaded)

    def _reloaded(self, task: asyncio.Task[None]) -> None:
        self._reloads.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.lifecycle.fail(error)

    def _use(self, pipeline: Pipeline) -> None:
        """Take up a pipeline: chunks that have begun end with the one that they began with."""
        self.active.use(pipeline)
        self.monitor.changed(pipeline.provenance)

    def observe(self) -> RoleState:
        """Describe the role as it is now, with its processors."""
        return super().observe()._replace(reload_refused=self.reloader.refused, processors=self.active.status())

    async def _reload(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer the control socket: take up the settings file as it is now."""
        return (await self.reloader.reload())._asdict()

    async def _isolate(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer the control socket: make no more calls for a processor until its breaker is reset."""
        self._breaker(request).isolate()
        return {}

    async def _reset(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer the control socket: make calls for a processor again, whatever its breaker knows."""
        self._breaker(request).reset()
        return {}

    def _breaker(self, request: Mapping[str, Any]) -> Breaker:
        name, breakers = str(request.get("processor")), self.active.breakers
        if name not in breakers:
            raise ConfigurationError(f"no look-up of that name; there are: {', '.join(breakers) or 'none'}")
        return breakers[name]


def run_worker(
    settings: Settings,
    *,
    accept_gaps: Collection[tuple[str, int]] = (),
    resumed: Collection[tuple[str, int]] = (),
) -> int:
    """Run one worker in this process until it is told to stop; returns the exit code."""

    async def main() -> int:
        calm_collector()
        lifecycle = Lifecycle(settings.timing.stop_deadline_seconds)
        return await Worker(settings, lifecycle, accept_gaps=accept_gaps, resumed=resumed).run()

    return asyncio.run(main())
