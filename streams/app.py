"""The worker as a Faust app: agents on a channel that our own source feeds; Faust's consumer and producer are off."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from uuid import uuid4

import faust
from faust.app import BootStrategy

from streams.agents.normalise import Normaliser, normalise
from streams.kafka.source import ChunkSource, Feed
from streams.settings import Settings

_AGENTS = 2
"""Agents on the channel: while one waits for look-ups, another works on a different partition."""

_CHANNEL_CHUNKS = 8


class _WithoutKafka(BootStrategy):
    enable_kafka = False
    enable_kafka_consumer = False
    enable_kafka_producer = False


class WeftApp(faust.App):
    """A Faust app whose agents find what they work with in `role`."""

    BootStrategy = _WithoutKafka
    role: Normaliser
    source: ChunkSource

    async def on_first_start(self) -> None:
        """Create no data directory: nothing is stored."""

    async def on_started(self) -> None:
        """Open the channel and start the source, once the agents listen."""
        self.flow_control.resume()
        await super().on_started()
        await self.add_runtime_dependency(self.source)


def create_app(
    settings: Settings,
    source: Callable[[Feed], ChunkSource],
    role: Callable[[ChunkSource], Normaliser],
) -> WeftApp:
    """Build the worker's Faust app: a channel, the source that feeds it and the agents that empty it.

    `source` is given the channel's `put`, `role` the source. Nothing starts yet.
    """
    app = WeftApp(
        f"weft-{uuid4().hex}",  # the id would name Kafka objects, of which the app makes none
        broker=f"kafka://{settings.brokers}",
        store="memory://",
        web_enabled=False,
    )
    channel = app.channel(maxsize=_CHANNEL_CHUNKS)
    app.source = source(cast("Feed", channel.put))
    app.role = role(app.source)
    app.agent(channel, name="normalise", concurrency=_AGENTS)(normalise)
    return app
