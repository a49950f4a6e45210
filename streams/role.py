"""What every role is as a process: its clients, its place in the group, who watches over it and how it ends."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import structlog

from streams.app import Agent, Takes, WeftApp, create_app
from streams.control import Command
from streams.errors import ConfigurationError, TemporaryError, UnexpectedState
from streams.health import Identity
from streams.kafka.assignment import Assignment
from streams.kafka.clients import explained, stop_consumer
from streams.kafka.ownership import Ownership, few_chunks
from streams.kafka.preflight import present_topics, require_topics
from streams.kafka.publisher import Publisher
from streams.kafka.role_clients import make_consumer, make_producer, silent_seconds
from streams.kafka.source import ChunkSource, Feed
from streams.kafka.watchdog import stuck
from streams.lifecycle import Lifecycle
from streams.metrics import Metrics, RoleState
from streams.monitor import Monitor
from streams.pipeline.reject import KafkaForm, kafka_form
from streams.presence import Presence
from streams.settings import Settings
from streams.types import DeadLetter

_WATCH_SECONDS = 1.0

log = structlog.get_logger()


class Role(ABC):
    """Clients, publisher, source and the app around them; `run` is its whole life.

    A role calls `_assemble` once it has what its agents work with. `command` is what starts it, `has_room` whether a
    partition may have more in flight.
    """

    app: WeftApp
    monitor: Monitor
    presence: Presence

    def __init__(
        self,
        settings: Settings,
        lifecycle: Lifecycle,
        *,
        command: str,
        enriched_topic: str | None,
        accept_gaps: Collection[tuple[str, int]],
        resumed: Collection[tuple[str, int]],
        has_room: Callable[[Assignment], bool] = few_chunks,
    ) -> None:
        self.settings = settings
        self.lifecycle = lifecycle
        self.metrics = Metrics()
        self.producer = make_producer(settings)
        self.consumer = make_consumer(settings)
        self.ownership = Ownership(
            settings,
            self.consumer,
            self.metrics,
            command=command,
            accept_gaps=accept_gaps,
            resumed=resumed,
            has_room=has_room,
        )
        self.publisher = Publisher(
            self.producer,
            enriched_topic=enriched_topic,
            dead_topic=settings.dead_topic,
            dead_letter=self._kafka_form,
            by_reference=partial(self._kafka_form, by_reference=True),
            metrics=self.metrics,
            on_failure=lifecycle.fail,
        )

    def _assemble(
        self, identity: Identity, pattern: str, agent: Agent, takes: Takes, commands: Mapping[str, Command]
    ) -> None:
        """Complete it: which topics are read, what becomes of their chunks, and what the control socket can do."""

        def source(feed: Feed) -> ChunkSource:
            return ChunkSource(
                self.settings,
                self.consumer,
                self.ownership,
                self.metrics,
                pattern=pattern,
                feed=feed,
                congested=self.congested,
                on_failure=self.lifecycle.fail,
            )

        self.app = create_app(self.settings, source, agent, takes)
        self.monitor = Monitor(identity, self.metrics, self.observe)
        self.presence = Presence(self.settings, identity, self.monitor, {"resume": self._resume, **commands})

    @property
    @abstractmethod
    def provenance(self) -> str:
        """Hash of what shapes the output."""

    @abstractmethod
    def topics(self) -> Collection[str]:
        """Name the topics that must be there."""

    def in_flight_bytes(self) -> int:
        """Give the bytes of work that is not acknowledged yet."""
        return self.publisher.in_flight_bytes

    def congested(self) -> bool:
        """Whether the work in flight is at its bound."""
        return self.in_flight_bytes() >= self.settings.flow.in_flight_bytes

    @abstractmethod
    async def prepare(self) -> None:
        """Make ready what the agents work with, before the group is joined."""

    @abstractmethod
    async def let_go(self) -> None:
        """End what the agents worked with, after the group was left."""

    @abstractmethod
    def look(self) -> None:
        """Look after what changes outside; called about once a second."""

    def patient(self) -> bool:
        """Whether there is a good reason to be without an assignment."""
        return False

    def _kafka_form(self, letter: DeadLetter, *, by_reference: bool = False) -> KafkaForm:
        """Give a dead letter's form; one that was found only when it was produced names what is active now."""
        if not letter.pipeline:
            letter = letter._replace(pipeline=self.provenance)
        return kafka_form(letter, by_reference=by_reference)

    async def run(self) -> int:
        """Start, work until asked to stop, drain and leave; returns the exit code.

        Raises:
            ConfigurationError: a topic is missing.
            TemporaryError: the brokers cannot be reached.
        """
        self.lifecycle.listen()
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

    async def _start(self) -> None:
        await self.presence.start()
        with explained(self.settings):
            await self.producer.start()
        require_topics(self.topics(), await present_topics(self.producer))
        await self.prepare()
        if self.lifecycle.stopping.is_set():
            return
        self.publisher.start()
        await self.app.start()

    async def _close(self) -> None:
        """Leave the group and let go of everything; what was not committed is replayed by whoever is next."""
        await self.app.stop()
        await self.publisher.stop()
        await self.producer.stop()
        await stop_consumer(self.consumer)
        await self.let_go()
        await self.presence.stop()

    async def _watch(self) -> None:
        """Announce readiness, show that the event loop lives, and end a role that makes no progress."""
        timing = self.settings.timing
        began = unassigned_since = time.monotonic()
        ready = False
        self.monitor.sample()  # what happens before the next one is to be seen against it
        while not self.lifecycle.stopping.is_set():
            await asyncio.sleep(_WATCH_SECONDS if ready else _WATCH_SECONDS / 10)
            self.lifecycle.beat()
            self.monitor.sample()
            self.look()
            now = time.monotonic()
            if self.ownership.assigned:
                unassigned_since = now
                if not ready:
                    ready = True
                    log.info("ready", partitions=len(self.ownership.assignments), seconds=round(now - began, 3))
            elif self.patient():
                unassigned_since = now
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
            in_flight_bytes=self.in_flight_bytes(),
            in_flight_bytes_limit=self.settings.flow.in_flight_bytes,
            brokers_silent_seconds=silent_seconds(self.producer),
            command=self.ownership.command,
        )

    def stuck(self, now: float) -> str | None:
        """Say what makes no progress, or None."""
        return stuck(
            self.ownership,
            now,
            self.settings.timing.stuck_after_seconds,
            outputs_held=bool(self.publisher.held),
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
