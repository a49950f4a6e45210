"""The whole bench: which measurement of which peer in which order, and when the result is void."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.errors import BenchVoid
from bench.generate import Pool, Sample
from bench.job import Bench
from bench.load import fill
from bench.measure import LOAD_SHARE, PARTITIONS, Latency, Memory, Start, Throughput, latency, memory, start, throughput
from bench.mixed import counted_throughput, mixed
from bench.peers.catalogue import BARE_AIOKAFKA, NAIVE_FAUST, WEFT, WEFT_CHAIN, Peer

LEAST_OF_NAIVE_FAUST = 2_300
"""Records per CPU-second below which the machine was too disturbed for any figure to count."""

PEERS = (NAIVE_FAUST, WEFT, BARE_AIOKAFKA)
MIXED = "weft_mixed"
"""Weft on a topic of all dialects."""

CHAIN = "weft_chain"
"""Weft with the default processors on the plain job."""

_MIXED_RAW = "raw-mixed"


@dataclass(frozen=True)
class Plan:
    """How much is measured; records are per throughput run, seconds per latency and memory run."""

    rounds: int = 3
    records: int = 400_000
    naive_records: int = 100_000
    mixed_records: int = 200_000
    latency_seconds: float = 30
    soak_seconds: float = 60

    def records_for(self, peer: Peer) -> int:
        """Give the number of records that a peer works off; the slow one needs fewer."""
        return self.naive_records if peer is NAIVE_FAUST else self.records


QUICK = Plan(rounds=1, records=200_000, naive_records=30_000, mixed_records=100_000, latency_seconds=8, soak_seconds=15)


@dataclass
class Figures:
    """What was measured of one peer; one entry a round."""

    starts: list[Start] = field(default_factory=list)
    throughputs: list[Throughput] = field(default_factory=list)
    latency: Latency | None = None
    memory: Memory | None = None


Results = dict[str, Figures]


async def run(bench: Bench, plan: Plan, say: Callable[[str], None]) -> Results:
    """Measure every peer in turn, round by round, so that a disturbance of the machine meets them all.

    Raises:
        BenchVoid: a peer's outputs are wrong, or the per-event Faust agent was slower than it ever is.
        PeerFailed: a peer ended or stopped.
    """
    pool = Pool()
    raws = await _fill_topics(bench, plan, pool, say)
    samples, outputs = mixed(plan.mixed_records)
    await bench.kafka.create(_MIXED_RAW, PARTITIONS)
    await fill(bench.kafka, _MIXED_RAW, samples)
    results: Results = {name: Figures() for name in (*(peer.name for peer in PEERS), MIXED, CHAIN)}
    for number in range(1, plan.rounds + 1):
        for peer in PEERS:
            say(f"round {number} of {plan.rounds}: {peer.name}")
            samples = pool.take(plan.records_for(peer))
            await _round(bench, peer, raws[len(samples)], samples, results[peer.name])
        say(f"round {number} of {plan.rounds}: {MIXED}, {CHAIN}")
        await _own_round(bench, WEFT, _MIXED_RAW, (plan.mixed_records, outputs, 0), results, MIXED)
        broken = sum(sample.broken for sample in pool.take(plan.records))
        own = (plan.records, plan.records - broken, broken)
        await _own_round(bench, WEFT_CHAIN, raws[plan.records], own, results, CHAIN)
    for peer in PEERS:
        say(f"latency at {LOAD_SHARE:.0%} load: {peer.name}")
        results[peer.name].latency = await _latency(bench, peer, plan, pool, results[peer.name])
    say(f"memory at full load for {plan.soak_seconds:.0f} s: {WEFT.name}")
    results[WEFT.name].memory = await memory(bench, WEFT, "raw-soak", pool.take(plan.naive_records), plan.soak_seconds)
    return results


async def _fill_topics(bench: Bench, plan: Plan, pool: Pool, say: Callable[[str], None]) -> dict[int, str]:
    """Make one raw topic for each number of records that is asked for, and one with a single record."""
    raws = {number: f"raw-{number}" for number in sorted({1, *map(plan.records_for, PEERS)})}
    for number, topic in raws.items():
        say(f"writing {number} records")
        await bench.kafka.create(topic, PARTITIONS)
        await fill(bench.kafka, topic, pool.take(number))
    return raws


async def _round(bench: Bench, peer: Peer, raw: str, samples: Sequence[Sample], figures: Figures) -> None:
    started = await start(bench, peer, "raw-1", samples[:1])
    measured = await throughput(bench, peer, raw, samples, started)
    if peer is NAIVE_FAUST and measured.per_cpu_second < LEAST_OF_NAIVE_FAUST:
        raise BenchVoid(
            f"void: naive_faust did {measured.per_cpu_second:.0f} records per CPU-second, "
            f"below {LEAST_OF_NAIVE_FAUST}; the machine is too slow or too busy"
        )
    figures.starts.append(started)
    figures.throughputs.append(measured)


async def _own_round(
    bench: Bench, peer: Peer, raw: str, records: tuple[int, int, int], results: Results, name: str
) -> None:
    started = results[WEFT.name].starts[-1]
    results[name].starts.append(started)
    results[name].throughputs.append(await counted_throughput(bench, peer, raw, records, started))


async def _latency(bench: Bench, peer: Peer, plan: Plan, pool: Pool, figures: Figures) -> Latency:
    per_second = LOAD_SHARE * median(run.per_second for run in figures.throughputs)
    samples = pool.take(int(per_second * plan.latency_seconds) + 1)
    return await latency(bench, peer, f"raw-paced-{peer.name}", samples, per_second)
