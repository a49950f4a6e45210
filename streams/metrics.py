"""The closed table of metrics: one line each, made once per process, incremented per chunk.

Labels come from bounded sets only: topics and partitions that this worker owns, dialects, stages, reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

BREAKER_STATES: Final = ("closed", "half_open", "open", "isolated")
"""What a circuit breaker may be in; the metric is the place in this list."""

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)

BATCH_BUCKETS = (1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000)


class PartitionStatus(NamedTuple):
    """One owned partition as the report and the metrics show it; lag in records and in seconds."""

    topic: str
    partition: int
    position: int
    committed: int
    lag_records: int | None
    lag_seconds: float | None
    in_flight: int
    holds: dict[str, str]


class ProcessorStatus(NamedTuple):
    """One processor of the chain since the start.

    Records that came to the chain, those that it changed and those on which it failed; `seconds` of work are part
    of those of `stage`. `hits` and `misses` are those of its own cache; `redacted` counts by kind.
    """

    name: str
    version: str
    stage: str
    records: int
    changed: int
    failed: int
    seconds: float
    hits: int = 0
    misses: int = 0
    redacted: Mapping[str, int] = MappingProxyType({})
    breaker: str | None = None
    """The state of a look-up's breaker."""
    waited: float = 0.0
    """Seconds that chunks waited for a look-up."""


class SinkStatus(NamedTuple):
    """What a sink did since the start, and whether its store takes records now.

    `breaker` is the state of its circuit breaker; while the store is not written to, `unavailable` says why and
    `unavailable_seconds` for how long. `batch_records` and `concurrency` are the bounds that adapt to the store.
    """

    name: str
    effect: str
    breaker: str
    unavailable: str | None
    unavailable_seconds: float
    stored: int
    rejected: int
    filtered: int
    retries: int
    batch_records: int
    concurrency: int


class RoleState(NamedTuple):
    """What a role is doing at one moment, as the metrics and the report see it.

    `stuck` says what makes no progress, if anything; `oldest_work_seconds` is the age of the oldest work
    that is registered and not yet acknowledged; `held_outputs` says why output partitions are held;
    `brokers_silent_seconds` is the time since a broker last answered what is asked every few seconds;
    `reload_refused` says why the last try to take up changed settings failed; `processors` are in the chain's order.
    `command` is what starts such a role.
    """

    assigned: bool
    stopping: bool
    stuck: str | None
    partitions: Sequence[PartitionStatus]
    held_outputs: Sequence[str]
    oldest_work_seconds: float | None
    in_flight_bytes: int
    in_flight_bytes_limit: int
    brokers_silent_seconds: float = 0.0
    reload_refused: str | None = None
    processors: Sequence[ProcessorStatus] = ()
    sink: SinkStatus | None = None
    command: str = "weft worker"


class Metrics:
    """Every metric that a role exposes under `/metrics`."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = r = registry or CollectorRegistry()
        self.records_consumed = Counter(
            "weft_records_consumed", "Records read, by the topic they were in.", ["topic"], registry=r
        )
        self.bytes_consumed = Counter("weft_bytes_consumed", "Bytes of their values.", ["topic"], registry=r)
        self.records_enriched = Counter(
            "weft_records_enriched", "Records made, by the dialect they were in.", ["dialect"], registry=r
        )
        self.records_dead = Counter(
            "weft_records_dead", "Dead letters, by the stage that rejected and why.", ["stage", "reason"], registry=r
        )
        self.records_joined = Counter("weft_records_joined", "Records that became part of another one.", registry=r)
        self.bytes_produced = Counter("weft_bytes_produced", "Bytes of values acknowledged.", registry=r)
        self.stage_seconds = Counter("weft_stage_seconds", "Seconds of work by stage.", ["stage"], registry=r)
        self.end_to_end_seconds = Histogram(
            "weft_end_to_end_seconds",
            "Kafka timestamp of the oldest record of a chunk to the acknowledgement of all its outputs.",
            buckets=LATENCY_BUCKETS,
            registry=r,
        )
        self.sink_write_seconds = Histogram(
            "weft_sink_write_seconds",
            "Seconds of one try at writing a batch.",
            ["sink", "result"],
            buckets=LATENCY_BUCKETS,
            registry=r,
        )
        self.sink_batch_records = Histogram(
            "weft_sink_batch_records", "Records of a batch.", ["sink"], buckets=BATCH_BUCKETS, registry=r
        )
        self.commits = Counter("weft_commits", "Commits by result.", ["result"], registry=r)
        self.cuts = Counter("weft_cuts", "Times that lines counted as over because no more came.", registry=r)
        self.rebalances = Counter("weft_rebalances", "Assignments received from the group.", registry=r)
        self.build_info = Gauge(
            "weft_build_info", "Always 1; what runs here.", ["role", "version", "environment", "pipeline"], registry=r
        )
        self.health_status = Gauge(
            "weft_health_status", "The report's status: 0 HEALTHY, 1 DEGRADED, 2 FAILING.", registry=r
        )
        ProcessCollector(registry=r)  # process_*: memory, CPU, open files; Linux only


class RoleCollector(Collector):
    """What the role holds and its processors do, read at scrape time: right again after a rebalance or a reload."""

    def __init__(self, observe: Callable[[], RoleState]) -> None:
        self._observe = observe

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of the work in flight, of the partitions that are owned now and of the processors."""
        state = self._observe()
        yield _gauge("weft_assigned", "1 while the group has assigned this process its share.", state.assigned)
        yield _gauge("weft_in_flight_bytes", "Bytes of output not yet acknowledged.", state.in_flight_bytes)
        yield _gauge(
            "weft_in_flight_limit_bytes", "In-flight bytes at which fetching pauses.", state.in_flight_bytes_limit
        )
        yield _gauge(
            "weft_oldest_work_seconds", "Age of the oldest work not yet acknowledged.", state.oldest_work_seconds or 0
        )
        yield _gauge("weft_outputs_held", "Distinct reasons why output partitions are held.", len(state.held_outputs))
        yield from _owned(state.partitions)
        yield from _processors(state.processors)
        if state.sink:
            yield from _sink(state.sink)


def _gauge(name: str, documentation: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, documentation, value=value)


def _owned(partitions: Sequence[PartitionStatus]) -> Iterator[GaugeMetricFamily]:
    labels = ["topic", "partition"]
    records = GaugeMetricFamily("weft_lag_records", "Records not yet processed.", labels=labels)
    seconds = GaugeMetricFamily("weft_lag_seconds", "Age of the oldest record not yet processed.", labels=labels)
    flying = GaugeMetricFamily("weft_in_flight_chunks", "Chunks not yet acknowledged.", labels=labels)
    held = GaugeMetricFamily("weft_partition_held", "1 while it is paused, by reason.", labels=[*labels, "reason"])
    for status in partitions:
        where = [status.topic, str(status.partition)]
        flying.add_metric(where, status.in_flight)
        if status.lag_records is not None:
            records.add_metric(where, status.lag_records)
        if status.lag_seconds is not None:
            seconds.add_metric(where, status.lag_seconds)
        for reason in status.holds:
            held.add_metric([*where, reason], 1)
    yield from (records, seconds, flying, held)


def _processors(processors: Sequence[ProcessorStatus]) -> Iterator[Metric]:
    changed = _counter("weft_processor_records", "Records that a processor changed.", "processor")
    failed = _counter("weft_processor_failures", "Records on which a processor failed.", "processor")
    seconds = _counter("weft_processor_seconds", "Seconds of work.", "processor")
    cache = _counter("weft_processor_cache", "Keys that a cache had (hit) and had not (miss).", "processor", "result")
    waited = _counter("weft_lookup_seconds", "Seconds that chunks waited for a look-up.", "processor")
    breaker = GaugeMetricFamily(
        "weft_breaker_state", "0 closed, 1 half-open, 2 open, 3 isolated by an operator.", labels=["processor"]
    )
    redacted = _counter("weft_redactions", "What was redacted, by kind.", "kind")
    for status in processors:
        name = [status.name]
        changed.add_metric(name, status.changed)
        failed.add_metric(name, status.failed)
        seconds.add_metric(name, status.seconds)
        if status.hits or status.misses:
            cache.add_metric([*name, "hit"], status.hits)
            cache.add_metric([*name, "miss"], status.misses)
        if status.breaker is not None:
            waited.add_metric(name, status.waited)
            breaker.add_metric(name, BREAKER_STATES.index(status.breaker))
        for kind, count in status.redacted.items():
            redacted.add_metric([kind], count)
    yield from (changed, failed, seconds, cache, waited, breaker, redacted)


def _sink(status: SinkStatus) -> Iterator[Metric]:
    name = [status.name]
    records = _counter("weft_sink_records", "Records by what became of them.", "sink", "outcome")
    for outcome, count in (("stored", status.stored), ("rejected", status.rejected), ("filtered", status.filtered)):
        records.add_metric([*name, outcome], count)
    retries = _counter("weft_sink_retries", "Tries at writing that failed and were made again.", "sink")
    retries.add_metric(name, status.retries)
    breaker = GaugeMetricFamily(
        "weft_sink_breaker_state", "0 closed, 1 half-open, 2 open, 3 isolated by an operator.", labels=["sink"]
    )
    breaker.add_metric(name, BREAKER_STATES.index(status.breaker))
    available = GaugeMetricFamily("weft_sink_available", "1 while the store is written to.", labels=["sink"])
    available.add_metric(name, status.unavailable is None)
    yield from (records, retries, breaker, available)


def _counter(name: str, documentation: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(name, documentation, labels=labels)
