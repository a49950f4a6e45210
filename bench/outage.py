"""What an outage of a store costs: the sink's memory while it lasts, its speed afterwards, and its neighbour's.

    python -m bench.outage [--minutes 10] [--rate 500]

A webhook of this process answers, then answers 503 for so many minutes while records go on coming, then answers again.
Printed are the slope of the sink's memory during the outage, the requests that it made, how fast it caught up against
its speed before, and how fast the sink `file` stored the same records beside a dead one and alone. Every record must
have arrived, each trace in its order.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from statistics import linear_regression, median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import orjson
from aiohttp import web

from bench.enriched import enriched
from bench.errors import BenchVoid
from bench.kafka import Kafka, connected
from bench.process import PeerProcess, choose_cores, on_core
from streams.dev.cluster import EmbeddedKafka
from streams.sinks.base import Item

_PARTITIONS = 6
_BEFORE = 100_000
_SLICE = 500
"""Records that are written at a time, before the outage as during it: larger batches are fetched faster."""
_SAMPLE_SECONDS = 1.0
_WARM_SECONDS = 60.0
_ROUNDS = 3
_LONGEST_WAIT_SECONDS = 300.0
_WEFT = Path(sys.executable).with_name("weft")


class Store:
    """A webhook that keeps the event ids of what it takes."""

    def __init__(self) -> None:
        self.down = False
        self.refusals = 0
        self.ids: list[str] = []

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Take a request, or refuse it."""
        body = await request.read()
        if self.down:
            self.refusals += 1
            return web.Response(status=503)
        self.ids += [orjson.loads(line)["event_id"] for line in body.splitlines()]
        return web.Response()


class Figures(NamedTuple):
    """Records per second before and after the outage, mebibytes a minute during it, and requests that were refused."""

    before: float
    after: float
    slope: float
    refusals: int


async def measure(kafka: Kafka, folder: Path, core: int | None, minutes: float, rate: int) -> Figures:
    """Measure one outage.

    Raises:
        BenchVoid: a record is missing, or a trace is out of order.
    """
    store = Store()
    async with _served(store) as url, _topic(kafka) as topic:
        items = enriched(_BEFORE, first_ms=int(time.time() * 1000))
        await _fill(kafka, topic, items)
        with _sink("http", kafka, topic, folder, core, f"{{url: {url}}}") as sink:
            before = await _drained(store, 0, len(items), sink)
            store.down = True
            slope, sent = await _outage(kafka, topic, sink, minutes * 60, rate)
            store.down, held = False, len(store.ids)
            after = await _drained(store, held, held + len(sent), sink)
    _check(store.ids, [*items, *sent])
    return Figures(before, after, slope, store.refusals)


async def _outage(kafka: Kafka, topic: str, sink: PeerProcess, seconds: float, rate: int) -> tuple[float, list[Item]]:
    """Send records for so long; gives the slope of the sink's memory in MiB a minute, and what was sent."""
    began, sent, memory = time.monotonic(), list[Item](), list[tuple[float, float]]()
    stock = enriched(int(rate * seconds) + rate, first_ms=int(time.time() * 1000))
    stock = [_moved(item, _BEFORE) for item in stock]
    while (now := time.monotonic() - began) < seconds:
        due = stock[len(sent) : int(now * rate)]
        await _fill(kafka, topic, due)
        sent += due
        sink.check()
        memory.append((now / 60, sink.resident_bytes() / 2**20))
        await asyncio.sleep(_SAMPLE_SECONDS)
    warm = [sample for sample in memory if sample[0] * 60 > min(_WARM_SECONDS, seconds / 3)]
    return linear_regression([at for at, _ in warm], [size for _, size in warm]).slope, sent


def _moved(item: Item, by: int) -> Item:
    """Give a record the place of a later one, so that no two are the same."""
    head, _, offset = item.event_id.rpartition("-")
    event_id = f"{head}-{int(offset) + by}"
    return item._replace(event_id=event_id, value=orjson.dumps({**item.record, "event_id": event_id}))


async def neighbour(kafka: Kafka, folder: Path, core: int | None) -> float:
    """Give the speed of a sink beside one whose store is dead, as a share of its speed alone."""
    ratios: list[float] = []
    store = Store()
    store.down = True
    async with _served(store) as url, _topic(kafka) as topic:
        items = enriched(_BEFORE, first_ms=int(time.time() * 1000))
        await _fill(kafka, topic, items)
        for number in range(_ROUNDS):
            alone = await _stored(kafka, topic, folder / f"alone-{number}", core, len(items))
            with _sink("http", kafka, topic, folder / f"dead-{number}", core, f"{{url: {url}}}") as dead:
                while not store.refusals:
                    dead.check()
                    await asyncio.sleep(_SAMPLE_SECONDS)
                ratios.append(await _stored(kafka, topic, folder / f"beside-{number}", core, len(items)) / alone)
    return median(ratios)


async def _stored(kafka: Kafka, topic: str, folder: Path, core: int | None, records: int) -> float:
    """Let the sink `file` store a topic; gives records per CPU-second."""
    name = f"file-{folder.name}"
    with _sink(name, kafka, topic, folder, core, f"{{directory: {folder / 'lines'}}}", use="file") as sink:
        ends = time.monotonic() + _LONGEST_WAIT_SECONDS
        while sum(path.read_bytes().count(b"\n") for path in (folder / "lines").glob("*.ndjson")) < records:
            sink.check()
            if time.monotonic() > ends:
                raise BenchVoid("the records were not stored in time")
            await asyncio.sleep(_SAMPLE_SECONDS)
        return records / sink.cpu_seconds()


async def _drained(store: Store, first: int, last: int, sink: PeerProcess) -> float:
    """Wait until the store has so many records; gives those a second between the first and the last of them."""
    while len(store.ids) <= first:
        sink.check()
        await asyncio.sleep(_SAMPLE_SECONDS / 100)
    began, at, ends = time.monotonic(), len(store.ids), time.monotonic() + _LONGEST_WAIT_SECONDS
    while len(store.ids) < last:
        sink.check()
        if time.monotonic() > ends:
            raise BenchVoid(f"{len(store.ids)} of {last} records arrived in time")
        await asyncio.sleep(_SAMPLE_SECONDS / 100)
    return (last - at) / (time.monotonic() - began)


def _check(ids: Sequence[str], items: Sequence[Item]) -> None:
    first = list(dict.fromkeys(ids))
    expected = {item.event_id: item.key for item in items}
    if set(first) != expected.keys():
        raise BenchVoid(f"{len(expected.keys() - set(first))} records are missing")
    seen: dict[bytes | None, int] = {}
    for event_id in first:
        offset = int(event_id.rpartition("-")[2])
        if expected[event_id] is not None and seen.get(expected[event_id], -1) > offset:
            raise BenchVoid("a trace is out of order")
        seen[expected[event_id]] = offset


async def _fill(kafka: Kafka, topic: str, items: Sequence[Item]) -> None:
    for start in range(0, len(items), _SLICE):
        sent = [
            await kafka.producer.send(topic, item.value, key=item.key, partition=item.offset % _PARTITIONS)
            for item in items[start : start + _SLICE]
        ]
        await asyncio.gather(*sent)


@asynccontextmanager
async def _topic(kafka: Kafka) -> AsyncIterator[str]:
    name = f"enriched-{time.time_ns()}"
    await kafka.create(name, _PARTITIONS)
    await kafka.create(f"dead-{name}", 1)
    yield name


@asynccontextmanager
async def _served(store: Store) -> AsyncIterator[str]:
    runner = web.ServerRunner(web.Server(store.answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@contextmanager
def _sink(
    name: str, kafka: Kafka, topic: str, folder: Path, core: int | None, options: str, *, use: str = ""
) -> Iterator[PeerProcess]:
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "weft.yaml"
    config.write_text(f"sinks: {{{name}: {{{f'use: {use}, ' if use else ''}options: {options}}}}}\n")
    environment = {**os.environ, "WEFT_BROKERS": kafka.bootstrap, "WEFT_ENRICHED_TOPIC": topic}
    environment |= {"WEFT_DEAD_TOPIC": f"dead-{topic}", "WEFT_STATE_DIR": str(folder / "state")}
    process = PeerProcess([str(_WEFT), "--config", str(config), "sink", name], environment, folder, core)
    try:
        yield process
    finally:
        process.stop()


async def _run(bootstrap: str, folder: Path, core: int | None, minutes: float, rate: int) -> None:
    async with connected(bootstrap) as kafka:
        figures = await measure(kafka, folder / "outage", core, minutes, rate)
        share = await neighbour(kafka, folder, core)
    ratio = figures.after / figures.before
    for line in (
        f"outage of {minutes:g} minutes: {figures.refusals} requests refused, memory {figures.slope:+.2f} MiB a minute",
        f"before {figures.before:,.0f}/s, catching up {figures.after:,.0f}/s, ratio {ratio:.2f}",
        f"another sink beside a dead one: {share:.3f} of its records per CPU-second alone",
    ):
        print(line)  # noqa: T201 - a report for a person


def main() -> None:
    """Measure and print."""
    parser = ArgumentParser(prog="python -m bench.outage", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rate", type=int, default=500, help="records a second that come during the outage")
    arguments, cores = parser.parse_args(), choose_cores()
    gc.disable()  # this process holds every record, and its walks over them would slow the webhook down
    with TemporaryDirectory(prefix="weft-bench-") as name, on_core(cores.broker):
        folder = Path(name)
        with EmbeddedKafka(folder / "kafka", heap_mb=512) as broker:
            asyncio.run(_run(broker.bootstrap, folder, cores.peer, arguments.minutes, arguments.rate))


if __name__ == "__main__":
    main()
