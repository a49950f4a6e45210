"""A role as a Faust app: agents on a channel that our own source feeds; Faust's consumer and producer are off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeAlias, cast
from uuid import uuid4

import faust
from faust.app import BootStrategy
from faust.types import StreamT

from streams.kafka.assignment import FetchedChunk
from streams.kafka.source import ChunkSource, Feed
from streams.settings import Settings

_CHANNEL_CHUNKS = 8


class Agent(NamedTuple):
    """A coroutine that takes chunks for ever, and how many of it work at the same time."""

    name: str
    take: Callable[[StreamT[FetchedChunk]], Awaitable[None]]
    concurrency: int


Takes: TypeAlias = Callable[[ChunkSource], object]
"""Makes what the agents work with; it is given the source."""


class _WithoutKafka(BootStrategy):
    enable_kafka = False
    enable_kafka_consumer = False
    enable_kafka_producer = False


class WeftApp(faust.App):
    """A Faust app whose agents find what they work with in `role`."""

    BootStrategy = _WithoutKafka
    role: object
    source: ChunkSource

    async def on_first_start(self) -> None:
        """Create no data directory: nothing is stored."""

    async def on_started(self) -> None:
        """Open the channel and start the source, once the agents listen."""
        self.flow_control.resume()
        await super().on_started()
        await self.add_runtime_dependency(self.source)


def create_app(settings: Settings, source: Callable[[Feed], ChunkSource], agent: Agent, takes: Takes) -> WeftApp:
    """Build a role's Faust app: a channel, the source that feeds it and the agents that empty it.

    `source` is given the channel's `put`. Nothing starts yet.
    """
    app = WeftApp(
        f"weft-{uuid4().hex}",  # the id would name Kafka objects, of which the app makes none
        broker=f"kafka://{settings.brokers}",
        store="memory://",
        web_enabled=False,
    )
    channel = app.channel(maxsize=_CHANNEL_CHUNKS)
    app.source = source(cast("Feed", channel.put))
    app.role = takes(app.source)
    app.agent(channel, name=agent.name, concurrency=agent.concurrency)(agent.take)
    return app
