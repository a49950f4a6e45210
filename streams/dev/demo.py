"""The demo of `weft up`: feeds traffic and follows what comes out of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from streams.dev.books import Observed
from streams.dev.outputs import OutputReader, Outputs, Screen
from streams.dev.traffic import Headers, Message, Traffic
from streams.errors import ConfigurationError, TemporaryError
from streams.kafka import clients
from streams.kafka.administration import partitions_of
from streams.kafka.feeder import Feeder
from streams.kafka.topics import literal_names
from streams.settings import Settings

_RECORDS_A_TICK: Final = 20
_AT_ONCE: Final = 300
_TICK_SECONDS: Final = 0.1
_SETTLE_SECONDS: Final = 5.0
_QUIET_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """What to feed and where to show it: the same `seed` gives the same traffic."""

    seed: int
    screen: Screen


class Demo:
    """One run's traffic and outputs, on open clients."""

    def __init__(self, feed: Feed, outputs: Outputs, reader: OutputReader, screen: Screen) -> None:
        self._feed = feed
        self._outputs = outputs
        self._reader = reader
        self._screen = screen

    def activities(self) -> list[Coroutine[Any, Any, None]]:
        """Give what runs at the same time, until it is cancelled."""
        return [self._feed.run(), self._reader.follow(), self._tell()]

    @property
    def shows(self) -> bool:
        """Whether the first record has come out."""
        return self._outputs.enriched.total() > 0

    async def settle(self) -> None:
        """Wait until all that was fed is acknowledged and nothing more comes out for a moment; 5 s at most."""
        await self._feed.finish()
        heard = time.monotonic()
        deadline = heard + _SETTLE_SECONDS
        while (now := time.monotonic()) < deadline and now - heard < _QUIET_SECONDS:
            if await self._reader.catch_up():
                heard = now
            await asyncio.sleep(_TICK_SECONDS)

    async def finish(self) -> Observed:
        """Read the last outputs after the worker has ended; gives what was seen in this run."""
        await self._reader.catch_up()
        self._outputs.show_traces(all_of_them=True)
        return Observed(self._feed.produced, self._outputs.enriched, self._outputs.dead)

    async def _tell(self) -> None:
        while True:
            self._screen.progress(self._feed.produced, self._outputs.enriched.total(), self._outputs.dead.total())
            await asyncio.sleep(_TICK_SECONDS)


@asynccontextmanager
async def open_demo(settings: Settings, plan: DemoPlan) -> AsyncIterator[Demo]:
    """Open a demo's clients; what is in the output topics by now is not shown.

    Raises:
        ConfigurationError: no raw topic is named, or a topic is missing.
        TemporaryError: the brokers cannot be reached.
    """
    topic = raw_topic(settings)
    partitions = len(await partitions_of(settings, topic))
    written = [
        tp for name in (settings.enriched_topic, settings.dead_topic) for tp in await partitions_of(settings, name)
    ]
    async with clients.consumer(settings) as consumer, clients.producer(settings) as producer:
        outputs = Outputs(plan.screen, settings.dead_topic)
        reader = await OutputReader.open(consumer, outputs, written)
        yield Demo(Feed(producer, topic, partitions, Traffic(plan.seed)), outputs, reader, plan.screen)


def raw_topic(settings: Settings) -> str:
    """Give the topic to feed: the first raw one that is named. Raises ConfigurationError when all are patterns."""
    names = literal_names(settings)
    if not names:
        raise ConfigurationError(
            "no raw topic is named, so there is nothing to feed", cure="Name one in WEFT_RAW_TOPICS."
        )
    return names[0]


class Feed:
    """Sends traffic at a modest pace, with some at once at the start."""

    def __init__(self, producer: AIOKafkaProducer, topic: str, partitions: int, traffic: Traffic) -> None:
        self._producer = producer
        self._topic = topic
        self._partitions = partitions
        self._traffic = traffic
        self._feeders: dict[Headers, Feeder] = {}
        self._sending: asyncio.Future[None] | None = None

    @property
    def produced(self) -> int:
        """Records that are acknowledged."""
        return sum(feeder.records for feeder in self._feeders.values())

    async def run(self) -> None:
        """Feed until cancelled. Raises TemporaryError when Kafka refuses a record."""
        owed = _AT_ONCE
        while True:
            messages = self._traffic.take(owed, time.time_ns())
            owed += _RECORDS_A_TICK - len(messages)
            # Shielded, so that what is sent when the feed is cancelled is counted by `finish`.
            self._sending = asyncio.ensure_future(self._send_all(messages))
            await asyncio.shield(self._sending)
            await asyncio.sleep(_TICK_SECONDS)

    async def finish(self) -> None:
        """Wait until all that was sent is acknowledged. Raises TemporaryError when Kafka refused a record."""
        if self._sending is not None:
            await self._sending

    async def _send_all(self, messages: Iterable[Message]) -> None:
        for message in messages:
            await self._send(message)
        for feeder in self._feeders.values():
            await feeder.finish()
        reasons = {reason for feeder in self._feeders.values() for reason in feeder.refused}
        if reasons:
            raise TemporaryError(f"Kafka refused records of the demo: {', '.join(sorted(reasons))}")

    async def _send(self, message: Message) -> None:
        feeder = self._feeders.get(message.headers)
        if feeder is None:
            feeder = Feeder(self._producer, self._topic, self._partitions, headers=message.headers)
            self._feeders[message.headers] = feeder
        await feeder.send(message.value, message.key, message.source)
