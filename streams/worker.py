"""The normalising role as one process: builds its parts, watches over them and ends in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from functools import partial
from importlib.metadata import version
from typing import Any

import structlog

from streams.agents.active import Active
from streams.agents.normalise import Normaliser
from streams.app import create_app
from streams.errors import ConfigurationError, TemporaryError, UnexpectedState
from streams.health import Identity
from streams.kafka.clients import explained, stop_consumer
from streams.kafka.ownership import Ownership
from streams.kafka.preflight import present_topics, require_topics
from streams.kafka.publisher import Publisher
from streams.kafka.role_clients import make_consumer, make_producer, silent_seconds
from streams.kafka.source import ChunkSource, Feed
from streams.kafka.tables import Tables
from streams.kafka.topics import subscription
from streams.kafka.watchdog import stuck
from streams.lifecycle import Lifecycle, calm_collector
from streams.metrics import Metrics, RoleState
from streams.monitor import Monitor
from streams.pipeline import Pipeline
from streams.pipeline.reject import KafkaForm, kafka_form
from streams.presence import Presence
from streams.reload import Reloader
from streams.resilience.breaker import Breaker
from streams.settings import Settings, load, settings_file
from streams.types import DeadLetter

_WATCH_SECONDS = 1.0

log = structlog.get_logger()


class Worker:
    """Clients, publisher, source and the app around them; `run` is its whole life."""

    def __init__(
        self,
        settings: Settings,
        lifecycle: Lifecycle,
        *,
        accept_gaps: Collection[tuple[str, int]] = (),
        resumed: Collection[tuple[str, int]] = (),
    ) -> None:
        self.settings = settings
        self.lifecycle = lifecycle
        self.metrics = Metrics()
        self.active = Active(Pipeline(settings), settings.timing.lookup_deadline_seconds)
        self.tables = Tables(settings, self.active.pipeline.chain.tables(), lifecycle.fail)
        self.producer = make_producer(settings)
        self.consumer = make_consumer(settings)
        self.ownership = Ownership(settings, self.consumer, self.metrics, accept_gaps=accept_gaps, resumed=resumed)
        self.publisher = Publisher(
            self.producer,
            enriched_topic=settings.enriched_topic,
            dead_topic=settings.dead_topic,
            dead_letter=self._kafka_form,
            by_reference=partial(self._kafka_form, by_reference=True),
            metrics=self.metrics,
            on_failure=lifecycle.fail,
        )
        self.app = create_app(settings, self._source, self._role)
        pipeline = self.active.pipeline
        identity = Identity("worker", settings.group, version("weft"), settings.environment, pipeline.provenance)
        self.monitor = Monitor(identity, self.metrics, self.observe)
        self.reloader = Reloader(settings, pipeline, load, self._use, settings_file(), self.tables)
        commands = {"resume": self._resume, "reload": self._reload, "isolate": self._isolate, "reset": self._reset}
        self.presence = Presence(settings, identity, self.monitor, commands)

    def _source(self, feed: Feed) -> ChunkSource:
        return ChunkSource(
            self.settings,
            self.consumer,
            self.ownership,
            self.metrics,
            pattern=subscription(self.settings, self.tables.topics.values()),
            feed=feed,
            congested=self._congested,
            on_failure=self.lifecycle.fail,
        )

    def _role(self, source: ChunkSource) -> Normaliser:
        return Normaliser(
            self.active,
            self.publisher,
            self.ownership,
            source.pace,
            self.metrics,
            self._congested,
            self.lifecycle.fail,
        )

    def _kafka_form(self, letter: DeadLetter, *, by_reference: bool = False) -> KafkaForm:
        """Give a dead letter's form; one that was found only when it was produced names the active pipeline."""
        if not letter.pipeline:
            letter = letter._replace(pipeline=self.active.pipeline.provenance)
        return kafka_form(letter, by_reference=by_reference)

    def _use(self, pipeline: Pipeline) -> None:
        """Take up a pipeline: chunks that have begun end with the one that they began with."""
        self.active.use(pipeline)
        self.monitor.changed(pipeline.provenance)

    async def _reload(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer the control socket: take up the settings file as it is now."""
        return self.reloader.reload()._asdict()

    def _congested(self) -> bool:
        return self.publisher.in_flight_bytes >= self.settings.flow.in_flight_bytes

    async def run(self) -> int:
        """Start, work until asked to stop, drain and leave; returns the exit code.

        Raises:
            ConfigurationError: a topic is missing.
            TemporaryError: the brokers cannot be reached.
        """
        self.lifecycle.listen()
        self.lifecycle.on_hangup(self.reloader.try_reload)
        self.lifecycle.guard(self.settings.timing.stuck_after_seconds)
        watch = asyncio.create_task(self._watch())
        watch.add_done_callback(self._watch_ended)
        try:
            await self._start()
            await self.lifecycle.stopping.wait()
            committed = await self.app.source.drain(self.settings.timing.stop_deadline_seconds / 2)
            log.info("drained", committed=committed)
            if not committed:
                self.lifecycle.exit_code = TemporaryError.exit_code
        finally:
            watch.cancel()
            await self._close()
        self.lifecycle.done()
        return self.lifecycle.exit_code

    async def _close(self) -> None:
        """Leave the group and let go of everything; what was not committed is replayed by whoever is next."""
        await self.app.stop()
        await self.publisher.stop()
        await self.producer.stop()
        await stop_consumer(self.consumer)
        await self.tables.stop()
        await self.active.stop()
        await self.presence.stop()

    async def _start(self) -> None:
        await self.presence.start()
        with explained(self.settings):
            await self.producer.start()
        require_topics(self.settings, await present_topics(self.producer))
        await self.tables.start()
        if self.tables.topics:
            self.reloader.renew()
        self.publisher.start()
        await self.app.start()

    async def _watch(self) -> None:
        """Announce readiness, show that the event loop lives, and end a worker that makes no progress."""
        timing = self.settings.timing
        began = unassigned_since = time.monotonic()
        ready = False
        while not self.lifecycle.stopping.is_set():
            await asyncio.sleep(_WATCH_SECONDS if ready else _WATCH_SECONDS / 10)
            self.lifecycle.beat()
            self.monitor.sample()
            self.reloader.look()
            now = time.monotonic()
            if self.ownership.assigned:
                unassigned_since = now
                if not ready:
                    ready = True
                    log.info("ready", partitions=len(self.ownership.assignments), seconds=round(now - began, 3))
            elif now - unassigned_since > timing.start_deadline_seconds + ready * timing.rebalance_timeout_seconds:
                raise TemporaryError(f"no assignment for {now - unassigned_since:.0f} s")
            if self.app.crashed or self.app.source.crashed:
                raise UnexpectedState("a service of the app has crashed")
            if reason := self.stuck(now):
                raise TemporaryError(reason)
            if topic := self.publisher.repartitioned:
                log.warning("repartitioned", topic=topic)
                self.lifecycle.stop(TemporaryError.exit_code)

    def _watch_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.lifecycle.fail(error)

    def observe(self) -> RoleState:
        """Describe the role as it is now, for metrics, health and probes."""
        now = time.monotonic()
        assignments = self.ownership.assignments.values()
        oldest = [a.tracker.oldest for a in assignments if a.tracker.oldest is not None and not a.holds]
        return RoleState(
            assigned=self.ownership.assigned,
            stopping=self.lifecycle.stopping.is_set(),
            stuck=self.stuck(now),
            partitions=list(self.ownership.status()),
            held_outputs=self.publisher.held,
            oldest_work_seconds=now - min(oldest) if oldest else None,
            in_flight_bytes=self.publisher.in_flight_bytes,
            in_flight_bytes_limit=self.settings.flow.in_flight_bytes,
            brokers_silent_seconds=silent_seconds(self.producer),
            reload_refused=self.reloader.refused,
            processors=self.active.status(),
        )

    async def _resume(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer the control socket: let a partition go on that the flood guard paused, and remember it."""
        try:
            topic, partition = str(request["topic"]), int(request["partition"])
        except (KeyError, TypeError, ValueError):
            raise ConfigurationError("resume needs a topic and the number of a partition") from None
        resumed = self.ownership.resume(topic, partition)
        await self.ownership.commit()
        return {"resumed": resumed}

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

    def stuck(self, now: float) -> str | None:
        """Say what makes no progress, or None."""
        return stuck(
            self.ownership,
            now,
            self.settings.timing.stuck_after_seconds,
            outputs_held=bool(self.publisher.held),
        )


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
