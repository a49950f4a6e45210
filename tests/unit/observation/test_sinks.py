"""What the report, the metrics and `weft health` say of a sink."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest

from streams.cli.health_view import _figures
from streams.health import Identity, Snapshot, Status, report
from streams.health_rules import RULES, unready
from streams.metrics import Metrics, PartitionStatus, SinkStatus
from streams.monitor import Monitor

MakeSnapshot = Callable[..., Snapshot]

WELL = SinkStatus("archive", "keyed", "closed", None, 0.0, 90, 0, 8, 3, 2_000, 8)
AWAY = WELL._replace(breaker="open", unavailable="its breaker is open: refused", unavailable_seconds=12.3)


@pytest.mark.parametrize(
    ("sink", "message", "following"),
    [
        pytest.param(
            AWAY,
            "archive has not taken records for 12 s: its breaker is open: refused",
            "see that its store runs and answers; it goes on by itself",
            id="away",
        ),
        pytest.param(
            AWAY._replace(breaker="isolated", unavailable="isolated by an operator"),
            "archive has not taken records for 12 s: isolated by an operator",
            "`weft sink archive --reset`",
            id="isolated",
        ),
    ],
)
def test_a_store_that_is_away_is_one_finding_however_many_partitions_wait(
    sink: SinkStatus, message: str, following: str, make_snapshot: MakeSnapshot, make_partition: Any, identity: Identity
) -> None:
    held: list[PartitionStatus] = [make_partition(partition=n, holds={"sink.unavailable": "x"}) for n in range(3)]
    now = make_snapshot(sink=sink, partitions=held, command="weft sink archive")

    told = report(identity, now, [], RULES)

    assert told.status is Status.DEGRADED
    assert [(finding.rule, finding.message, finding.next) for finding in told.findings] == [
        ("sink.unavailable", message, following)
    ]
    assert unready(now.state) == f"archive takes no records: {sink.unavailable}"


def test_refused_records_are_a_finding_for_as_long_as_the_window(
    make_snapshot: MakeSnapshot, identity: Identity
) -> None:
    now, before = make_snapshot(sink=WELL._replace(rejected=3)), make_snapshot(sink=WELL._replace(rejected=2))

    assert [finding.message for finding in report(identity, now, [before], RULES).findings] == [
        "archive refused 1 records"
    ]
    assert report(identity, now, [now], RULES).findings == []


def test_a_held_partition_is_released_with_the_command_of_its_role(
    make_snapshot: MakeSnapshot, make_partition: Any, identity: Identity
) -> None:
    held = make_partition(holds={"flood": "most records die"})
    now = make_snapshot(sink=WELL, partitions=[held], command="weft sink archive")

    (finding,) = report(identity, now, [], RULES).findings

    assert "`weft sink archive --resume-partition raw-logs:3`" in finding.next


def test_slow_output_of_a_sink_points_to_its_store(make_snapshot: MakeSnapshot, identity: Identity) -> None:
    now = make_snapshot(sink=WELL, oldest_work_seconds=11.0)

    (finding,) = report(identity, now, [], RULES).findings

    assert finding.next == "check the store of archive, then the brokers"


def test_a_sink_has_metrics_of_its_own(role: Any, metrics: Metrics, monitor: Monitor) -> None:
    role.become(sink=AWAY._replace(rejected=2))

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(name, {"sink": "archive", **labels})

    outcomes = ("stored", "rejected", "filtered")
    assert [value("weft_sink_records_total", outcome=outcome) for outcome in outcomes] == [90, 2, 8]
    assert value("weft_sink_retries_total") == 3
    assert value("weft_sink_breaker_state") == 2
    assert value("weft_sink_available") == 0


def test_a_person_reads_what_the_sink_did(make_snapshot: MakeSnapshot, identity: Identity) -> None:
    figures = dict(_figures(asdict(report(identity, make_snapshot(sink=WELL), [], RULES))))

    assert figures["sink"] == "archive (keyed), breaker closed, 3 retries"
    assert figures["records"] == "90 stored, 0 rejected, 8 filtered"
    assert figures["batches"] == "up to 2,000 records, 8 at the same time"
