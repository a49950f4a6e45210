"""The measurements: throughput, start, latency and memory; each ends with the checker where outputs can be read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
_BACKLOG = 100_000
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
    delays = steady_delays(stamps, verdict.appended_ms)
    return Latency(per_second, percentile(delays, 0.5), percentile(delays, 0.99))


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
        busy, began = job.process.cpu_seconds(), time.monotonic()
        points = await _watch_memory(job, seconds, pressing)
        busy, took = job.process.cpu_seconds() - busy, time.monotonic() - began
        written = await job.written()
        pressing.cancel()
    await bench.kafka.delete([raw])
    if busy < took / 2:
        raise BenchVoid(f"{peer.name} was busy for {busy:.0f} of {took:.0f} s only: no full load")
    return summarise(points, rate(written, took))


async def _watch_memory(job: Job, seconds: float, pressing: asyncio.Task[None]) -> list[tuple[float, int]]:
    points: list[tuple[float, int]] = []
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        job.process.check()
        if pressing.done():
            pressing.result()
        points.append((passed, job.process.resident_bytes()))
        await asyncio.sleep(_SAMPLE_SECONDS)
    return points


def summarise(points: Sequence[tuple[float, int]], per_second: float) -> Memory:
    """Give the peak of all points and the growth after the first fifth of the time."""
    steady = [(second, size) for second, size in points if second >= points[-1][0] * _WARM_UP_SHARE]
    growth = slope_per_minute([second for second, _ in steady], [size / _MEBIBYTE for _, size in steady])
    return Memory(points[-1][0], per_second, max(size for _, size in points) / _MEBIBYTE, growth)
