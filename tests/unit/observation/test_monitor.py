"""How a role is watched from inside, and which figures its report shows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from prometheus_client import generate_latest

from streams import monitor as monitor_module
from streams.metrics import Metrics, PartitionStatus
from streams.monitor import WINDOW_SECONDS, Monitor, resident_bytes


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_the_report_shows_what_the_metrics_counted(monitor: Monitor, metrics: Metrics, role: Any) -> None:
    metrics.commits.labels("done").inc(3)
    metrics.commits.labels("refused").inc()
    metrics.rebalances.inc(2)
    metrics.stage_seconds.labels("finish").inc(4)
    role.seconds = 12.5

    report = monitor.report()

    assert report.commits == {"done": 3, "refused": 1}
    assert report.rebalances == 2
    assert report.bottleneck is not None
    assert report.bottleneck.stage == "finish"
    assert report.uptime_seconds == 12.5


def test_the_bottleneck_is_that_of_the_window_and_not_of_the_whole_life(
    monitor: Monitor, metrics: Metrics, role: Any
) -> None:
    metrics.stage_seconds.labels("finish").inc(1_000)
    for second in range(int(WINDOW_SECONDS) * 2):
        role.seconds = second
        monitor.sample()
    metrics.stage_seconds.labels("publish").inc(1)

    report = monitor.report()

    assert report.bottleneck is not None
    assert (report.bottleneck.stage, report.bottleneck.share) == ("publish", 1.0)


def test_a_storm_is_forgotten_after_the_window(monitor: Monitor, metrics: Metrics, role: Any) -> None:
    monitor.sample()
    metrics.rebalances.inc(3)
    role.seconds = WINDOW_SECONDS
    monitor.sample()
    assert monitor.report().status == "DEGRADED"

    role.seconds = WINDOW_SECONDS * 2
    monitor.sample()

    assert monitor.report().status == "HEALTHY"


@pytest.mark.parametrize(
    ("state", "level"), [({}, 0), ({"assigned": False}, 1), ({"stuck": "no progress"}, 2)], ids=["fine", "new", "stuck"]
)
def test_the_status_is_a_metric(
    state: dict[str, Any], level: int, monitor: Monitor, metrics: Metrics, role: Any
) -> None:
    role.become(**state)

    assert value(metrics, "weft_health_status") == level


def test_what_runs_here_is_a_metric(monitor: Monitor, metrics: Metrics) -> None:
    assert value(metrics, "weft_build_info", role="worker", version="1.2.3", environment="test", pipeline="c0ffee") == 1


def test_the_work_in_flight_is_read_when_it_is_asked_for(monitor: Monitor, metrics: Metrics, role: Any) -> None:
    role.become(in_flight_bytes=400, oldest_work_seconds=1.5, held_outputs=["enriched: gone"], assigned=False)

    assert value(metrics, "weft_in_flight_bytes") == 400
    assert value(metrics, "weft_in_flight_limit_bytes") == 1_000
    assert value(metrics, "weft_oldest_work_seconds") == 1.5
    assert value(metrics, "weft_outputs_held") == 1
    assert value(metrics, "weft_assigned") == 0


def test_partitions_that_went_to_another_replica_leave_the_metrics(
    monitor: Monitor, metrics: Metrics, role: Any
) -> None:
    old, new = {"topic": "raw-logs", "partition": "0"}, {"topic": "raw-logs", "partition": "1"}
    role.become(partitions=[PartitionStatus("raw-logs", 0, 5, 5, 9, 1.0, 2, {"flood": "most die"})])
    assert value(metrics, "weft_lag_records", **old) == 9
    assert value(metrics, "weft_partition_held", **old, reason="flood") == 1

    role.become(partitions=[PartitionStatus("raw-logs", 1, 5, 5, 4, 0.5, 3, {})])

    assert value(metrics, "weft_lag_records", **old) is None
    assert value(metrics, "weft_partition_held", **old, reason="flood") is None
    assert value(metrics, "weft_lag_records", **new) == 4
    assert value(metrics, "weft_lag_seconds", **new) == 0.5
    assert value(metrics, "weft_in_flight_chunks", **new) == 3


def test_a_lag_that_is_not_known_is_left_out(monitor: Monitor, metrics: Metrics, role: Any) -> None:
    role.become(partitions=[PartitionStatus("raw-logs", 0, 5, 5, None, None, 0, {})])

    exposed = generate_latest(metrics.registry).decode()

    assert "weft_lag_records{" not in exposed
    assert "weft_lag_seconds{" not in exposed


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the present size without a library")
def test_resident_memory_is_what_the_system_says() -> None:
    assert resident_bytes() == pytest.approx(psutil.Process().memory_info().rss, rel=0.1)


def test_resident_memory_is_the_peak_where_the_present_is_not_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(monitor_module, "_STATM", tmp_path / "absent")

    peak = resident_bytes()

    assert 0.9 < peak / psutil.Process().memory_info().rss < 100
