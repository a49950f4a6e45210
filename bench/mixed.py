"""Jobs that only Weft does: the examples of all dialects in turn, and the plain job with the default processors."""

from __future__ import annotations

from itertools import cycle, islice

import orjson

from bench.check import everything
from bench.errors import BenchVoid
from bench.figures import rate
from bench.generate import Sample
from bench.job import Bench
from bench.measure import PARTITIONS, Start, Throughput
from bench.peers.catalogue import Peer
from streams.dialects.base import Example
from streams.dialects.registry import DIALECTS


def examples() -> list[Example]:
    """Give the examples that need no header to be read, in the order of the dialects."""
    return [example for dialect in DIALECTS for example in dialect.examples if not example.headers]


def mixed(number: int) -> tuple[list[Sample], int]:
    """Give raw records, each with a key of its own, and how many records must come of them."""
    chosen = list(islice(cycle(examples()), number))
    samples = [Sample(b"%032x" % place, example.encoded, False) for place, example in enumerate(chosen)]
    return samples, sum(len(example.records) for example in chosen)


async def counted_throughput(
    bench: Bench, peer: Peer, raw: str, records: tuple[int, int, int], started: Start
) -> Throughput:
    """Let the peer work off a topic; each record must come out once.

    `records` says how many there are, and how many records and dead letters must come of them.

    Raises:
        BenchVoid: records are missing, doubled or dead that should not be.
    """
    number, enriched, dead = records
    async with bench.outputs(peer, raw, PARTITIONS) as topics:
        async with bench.running(peer, topics) as job:
            await job.until_written(enriched + dead)
            cpu = job.process.cpu_seconds() - started.cpu_seconds
        ends = await bench.kafka.ends(topics.enriched, topics.dead)
        seen, died, moments = list[str](), 0, list[int]()
        async for record in everything(bench.kafka.bootstrap, ends):
            moments.append(record.timestamp)
            if record.topic == topics.dead:
                died += 1
            else:
                seen.append(orjson.loads(record.value or b"{}")["event_id"])
    if not (len(seen) == len(set(seen)) == enriched and died == dead):
        raise BenchVoid(f"{peer.name}: {len(seen)} records and {died} dead letters instead of {enriched} and {dead}")
    return Throughput(rate(number, cpu), rate(number, (max(moments) - min(moments)) / 1000))
