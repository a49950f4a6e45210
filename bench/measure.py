"""The measurements: throughput, start, latency and memory; each ends with the checker where outputs can be read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bench.check import Verdict, check
from bench.errors import BenchVoid
from bench.figures import percentile, rate, slope_per_minute
from bench.generate import Sample
from bench.job import BOUNDED, Bench, Job
from bench.load import fill, pace, press
from bench.peers.catalogue import Peer

PARTITIONS = 6
SOAK_PARTITIONS = 12
LOAD_SHARE = 0.2
_BACKLOG = 200_000
_MOST_IDLE = 0.1
_LEAST_OF_PACE = 0.95
_SAMPLE_SECONDS = 0.5
_WARM_UP_SHARE = 0.2
_MEBIBYTE = 1024 * 1024
_WARM_UP_MS = 2_000


@dataclass(frozen=True)
class Start:
    """A start with one record waiting: seconds until the broker had its output, and the CPU seconds that took."""

    seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class Throughput:
    """A full topic worked off: records per CPU-second beyond the start's, and per second of wall time."""

    per_cpu_second: float
    per_second: float


@dataclass(frozen=True)
class Latency:
    """Milliseconds from a raw record's Kafka timestamp to the broker's append of its output."""

    per_second: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Memory:
    """Resident memory under full load."""

    seconds: float
    per_second: float
    peak_mib: float
    growth_mib_per_minute: float


class Point(NamedTuple):
    """A look at a loaded peer: its resident bytes, its outputs so far, and how many records wait for it."""

    second: float
    size: int
    written: int
    waiting: int


async def start(bench: Bench, peer: Peer, raw: str, samples: Sequence[Sample]) -> Start:
    """Start the peer on a topic that holds one record."""
    async with bench.outputs(peer, raw, PARTITIONS) as topics:
        async with bench.running(peer, topics) as job:
            await job.until_written(1)
            cpu = job.process.cpu_seconds()
        verdict = await check(bench.kafka, peer, topics, samples)
    return Start(min(verdict.appended_ms.values()) / 1000 - job.began, cpu)


async def throughput(bench: Bench, peer: Peer, raw: str, samples: Sequence[Sample], started: Start) -> Throughput:
    """Let the peer work off a topic that holds all records."""
    async with bench.outputs(peer, raw, PARTITIONS) as topics:
        async with bench.running(peer, topics) as job:
            await job.until_written(len(samples))
            cpu = job.process.cpu_seconds() - started.cpu_seconds
        verdict = await check(bench.kafka, peer, topics, samples)
    return Throughput(rate(len(samples), cpu), wall_rate(verdict))


def wall_rate(verdict: Verdict) -> float:
    """Give records per second from the broker's first millisecond of output to its last; the first is no work."""
    first, last = min(verdict.appended_ms.values()), max(verdict.appended_ms.values())
    after = sum(moment > first for moment in verdict.appended_ms.values())
    return rate(after, (last - first) / 1000)


async def latency(bench: Bench, peer: Peer, raw: str, samples: Sequence[Sample], per_second: float) -> Latency:
    """Send records at an even pace to a peer that is up, and see when each came out."""
    await bench.kafka.create(raw, PARTITIONS)
    async with bench.outputs(peer, raw, PARTITIONS) as topics:
        async with bench.running(peer, topics) as job:
            await fill(bench.kafka, raw, samples[:1])
            await job.until_written(1)
            stamps = await pace(bench.kafka, raw, samples[1:], per_second)
            await job.until_written(len(samples))
        verdict = await check(bench.kafka, peer, topics, samples)
    await bench.kafka.delete([raw])
    require_pace(stamps, per_second)
    delays = steady_delays(stamps, verdict.appended_ms)
    return Latency(per_second, percentile(delays, 0.5), percentile(delays, 0.99))


def require_pace(stamps: Mapping[bytes, int], per_second: float) -> None:
    """Raise BenchVoid if the load was lighter than it should have been."""
    kept = rate(len(stamps) - 1, (max(stamps.values()) - min(stamps.values())) / 1000)
    if kept < per_second * _LEAST_OF_PACE:
        raise BenchVoid(f"the load reached only {kept:.0f} of {per_second:.0f} records a second")


def steady_delays(stamps: Mapping[bytes, int], appended_ms: Mapping[bytes, int]) -> list[int]:
    """Give the delay of each record that was sent after the first two seconds, in milliseconds."""
    steady = min(stamps.values()) + _WARM_UP_MS
    return [appended_ms[key] - stamp for key, stamp in stamps.items() if stamp >= steady]


async def memory(bench: Bench, peer: Peer, raw: str, samples: Sequence[Sample], seconds: float) -> Memory:
    """Keep a peer with 12 partitions busy for so long; its outputs are too many to be kept, so they are only counted.

    Raises:
        BenchVoid: the peer had nothing to do for a while, so it was not at full load.
    """
    await bench.kafka.create(raw, SOAK_PARTITIONS, BOUNDED)
    async with bench.outputs(peer, raw, SOAK_PARTITIONS, BOUNDED) as topics, bench.running(peer, topics) as job:
        pressing = asyncio.create_task(press(bench.kafka, raw, (topics.enriched, topics.dead), samples, _BACKLOG))
        await job.until_written(1)
        points = await _watch_memory(job, seconds, pressing)
        pressing.cancel()
    await bench.kafka.delete([raw])
    idle = sum(not point.waiting for point in points) / len(points)
    if idle > _MOST_IDLE:
        raise BenchVoid(f"{peer.name} had nothing to do for {idle:.0%} of the time: no full load")
    return summarise(points)


async def _watch_memory(job: Job, seconds: float, pressing: asyncio.Task[None]) -> list[Point]:
    points: list[Point] = []
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        job.process.check()
        if pressing.done():
            pressing.result()
        waiting = sum((await job.kafka.ends(job.topics.raw)).values()) - (written := await job.written())
        points.append(Point(passed, job.process.resident_bytes(), written, waiting))
        await asyncio.sleep(_SAMPLE_SECONDS)
    return points


def summarise(points: Sequence[Point]) -> Memory:
    """Give the peak of all points, and speed and growth after the first fifth of the time."""
    steady = [point for point in points if point.second >= points[-1].second * _WARM_UP_SHARE]
    first, last = steady[0], steady[-1]
    growth = slope_per_minute([point.second for point in steady], [point.size / _MEBIBYTE for point in steady])
    peak = max(point.size for point in points) / _MEBIBYTE
    return Memory(last.second, rate(last.written - first.written, last.second - first.second), peak, growth)
