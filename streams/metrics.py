"""The closed table of metrics: one line each, made once per process, incremented per chunk.

Labels come from bounded sets only: topics and partitions that this worker owns, dialects, stages, reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


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


class Metrics:
    """Every metric that a role exposes under `/metrics`."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = r = registry or CollectorRegistry()
        self.records_consumed = Counter("weft_records_consumed", "Records read from raw topics.", ["topic"], registry=r)
        self.bytes_consumed = Counter("weft_bytes_consumed", "Bytes of raw values.", ["topic"], registry=r)
        self.records_enriched = Counter(
            "weft_records_enriched", "Records made, by the dialect they were in.", ["dialect"], registry=r
        )
        self.records_dead = Counter(
            "weft_records_dead", "Dead letters, by the stage that rejected and why.", ["stage", "reason"], registry=r
        )
        self.bytes_produced = Counter("weft_bytes_produced", "Bytes of values acknowledged.", registry=r)
        self.stage_seconds = Counter("weft_stage_seconds", "Seconds of work by stage.", ["stage"], registry=r)
        self.end_to_end_seconds = Histogram(
            "weft_end_to_end_seconds",
            "Kafka timestamp of the oldest record of a chunk to the acknowledgement of all its outputs.",
            buckets=LATENCY_BUCKETS,
            registry=r,
        )
        self.commits = Counter("weft_commits", "Commits by result.", ["result"], registry=r)
        self.rebalances = Counter("weft_rebalances", "Assignments received from the group.", registry=r)
        self.build_info = Gauge(
            "weft_build_info", "Always 1; what runs here.", ["version", "environment", "pipeline"], registry=r
        )


class Owned(Collector):
    """Gauges of owned partitions, read at scrape time so that they are right again after every rebalance."""

    def __init__(self, partitions: Callable[[], Iterable[PartitionStatus]]) -> None:
        self._partitions = partitions

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges of the partitions that are owned now."""
        labels = ["topic", "partition"]
        records = GaugeMetricFamily("weft_lag_records", "Records not yet processed.", labels=labels)
        seconds = GaugeMetricFamily("weft_lag_seconds", "Age of the oldest record not yet processed.", labels=labels)
        flying = GaugeMetricFamily("weft_in_flight_chunks", "Chunks not yet acknowledged.", labels=labels)
        held = GaugeMetricFamily("weft_partition_held", "1 while an operator must act.", labels=[*labels, "reason"])
        for status in self._partitions():
            where = [status.topic, str(status.partition)]
            flying.add_metric(where, status.in_flight)
            if status.lag_records is not None:
                records.add_metric(where, status.lag_records)
            if status.lag_seconds is not None:
                seconds.add_metric(where, status.lag_seconds)
            for reason in status.holds:
                held.add_metric([*where, reason], 1)
        yield from (records, seconds, flying, held)
