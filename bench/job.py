"""One run of one peer: its topics, its process, and waiting for its outputs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.errors import PeerFailed
from bench.kafka import NO_CONFIG, Kafka
from bench.peers.catalogue import Peer, Topics
from bench.process import PeerProcess

_STALL_SECONDS = 60.0
_POLL_SECONDS = 0.05
# what is read back at once need not stay: a soak would fill the disk otherwise
BOUNDED = {"retention.bytes": "134217728", "segment.bytes": "33554432"}


@dataclass
class Job:
    """A running peer; `began` is when its process was started, in seconds since the epoch."""

    kafka: Kafka
    topics: Topics
    process: PeerProcess
    began: float

    async def written(self) -> int:
        """Give the number of outputs so far."""
        return sum((await self.kafka.ends(self.topics.enriched, self.topics.dead)).values())

    async def until_written(self, number: int) -> None:
        """Wait for so many outputs.

        Raises:
            PeerFailed: the peer ended, or nothing came for a minute.
        """
        seen, moved = -1, time.monotonic()
        while seen < number:
            self.process.check()
            before, seen = seen, await self.written()
            moved = time.monotonic() if seen > before else moved
            if time.monotonic() - moved > _STALL_SECONDS:
                raise PeerFailed(f"the peer stopped at {seen} of {number} outputs", cure=self.process.log_end())
            await asyncio.sleep(_POLL_SECONDS)


class Bench:
    """The place of all runs: broker, scratch folder, and the core that the peers have."""

    def __init__(self, kafka: Kafka, folder: Path, core: int | None) -> None:
        self.kafka = kafka
        self._folder = folder
        self._core = core
        self._numbers = count(1)

    @asynccontextmanager
    async def outputs(
        self, peer: Peer, raw: str, partitions: int, config: Mapping[str, str] = NO_CONFIG
    ) -> AsyncIterator[Topics]:
        """Make output topics for a run and delete them after the block."""
        enriched, dead = peer.outputs(next(self._numbers))
        for topic in (enriched, dead):
            await self.kafka.create(topic, partitions, config, output=True)
        yield Topics(raw, enriched, dead)
        await self.kafka.delete([enriched, dead])

    @asynccontextmanager
    async def running(self, peer: Peer, topics: Topics) -> AsyncIterator[Job]:
        """Run a peer for the length of the block."""
        folder = self._folder / f"{peer.name}-{next(self._numbers)}"
        folder.mkdir()
        variables = peer.variables(self.kafka.bootstrap, topics, folder)
        began = time.time()
        process = PeerProcess(peer.command, variables, folder, self._core)
        try:
            yield Job(self.kafka, topics, process, began)
        finally:
            process.stop()
