"""What the report says about a role, rule by rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest

from streams.health import Identity, Report, Rule, Snapshot, Status, bottleneck, report
from streams.health_rules import HOLD_CURES, RULES, unready
from streams.kafka.assignment import Hold
from streams.metrics import PartitionStatus

MakeSnapshot = Callable[..., Snapshot]
MakePartition = Callable[..., PartitionStatus]

FULL = {"in_flight_bytes": 1_000}
ALMOST_FULL = {"in_flight_bytes": 999}


@pytest.mark.parametrize(
    ("now", "earlier", "found", "status"),
    [
        pytest.param({}, [], [], "HEALTHY", id="at rest"),
        pytest.param({"stuck": "raw-logs-0: no progress"}, [], ["stuck"], "FAILING", id="stuck"),
        pytest.param({"held_outputs": ["enriched: gone"]}, [], ["output.held"], "FAILING", id="an output is held"),
        pytest.param({"assigned": False}, [], ["unassigned"], "DEGRADED", id="just started"),
        pytest.param({"assigned": False, "stopping": True}, [], ["stopping"], "DEGRADED", id="draining"),
        pytest.param({"oldest_work_seconds": 10.0}, [], [], "HEALTHY", id="work of ten seconds"),
        pytest.param({"oldest_work_seconds": 10.1}, [], ["output.slow"], "DEGRADED", id="work of over ten seconds"),
        pytest.param(
            {**FULL, "uptime_seconds": 10},
            [FULL, FULL],
            ["backpressure"],
            "DEGRADED",
            id="full all through ten seconds",
        ),
        pytest.param({**FULL, "uptime_seconds": 9}, [FULL, FULL], [], "HEALTHY", id="full for a shorter time"),
        pytest.param({**FULL, "uptime_seconds": 10}, [FULL, ALMOST_FULL], [], "HEALTHY", id="not always full"),
        pytest.param(FULL, [], [], "HEALTHY", id="full at the first look"),
        pytest.param({"rebalances": 4}, [{"rebalances": 1}], ["rebalancing"], "DEGRADED", id="a rebalance storm"),
        pytest.param({"rebalances": 4}, [{"rebalances": 2}], [], "HEALTHY", id="a replica was replaced"),
        pytest.param(
            {"stuck": "x", "assigned": False},
            [],
            ["stuck", "unassigned"],
            "FAILING",
            id="the gravest decides, all told",
        ),
    ],
)
def test_what_a_state_means(
    now: dict[str, Any],
    earlier: list[dict[str, Any]],
    found: list[str],
    status: str,
    make_snapshot: MakeSnapshot,
    identity: Identity,
) -> None:
    result = report(identity, make_snapshot(**now), [make_snapshot(**past) for past in earlier], RULES)

    assert [finding.rule for finding in result.findings] == found
    assert result.status == status


@pytest.mark.parametrize(
    ("before", "now", "behind"),
    [
        pytest.param({"lag_records": 50}, {"lag_records": 60, "lag_seconds": 11.0}, True, id="grows"),
        pytest.param({"lag_records": 50}, {"lag_records": 50, "lag_seconds": 11.0}, True, id="stays"),
        pytest.param({"lag_records": 50}, {"lag_records": 50, "lag_seconds": None}, True, id="nothing read at all"),
        pytest.param(
            {"lag_records": 50}, {"lag_records": 49, "lag_seconds": 900.0}, False, id="an old backlog shrinks"
        ),
        pytest.param({"lag_records": 50}, {"lag_records": 60, "lag_seconds": 10.0}, False, id="young records"),
        pytest.param({"lag_records": 0}, {"lag_records": 60, "lag_seconds": 11.0}, False, id="there was none"),
        pytest.param({"lag_records": None}, {"lag_records": 60, "lag_seconds": 11.0}, False, id="it was not known"),
        pytest.param(
            {"lag_records": 50, "partition": 4},
            {"lag_records": 60, "lag_seconds": 11.0},
            False,
            id="assigned meanwhile",
        ),
    ],
)
def test_a_partition_falls_behind_when_old_records_do_not_get_fewer(
    before: dict[str, Any],
    now: dict[str, Any],
    behind: bool,
    make_snapshot: MakeSnapshot,
    make_partition: MakePartition,
    identity: Identity,
) -> None:
    earlier = make_snapshot(partitions=[make_partition(**before)])
    later = make_snapshot(uptime_seconds=10.0, partitions=[make_partition(**now)])

    result = report(identity, later, [earlier], RULES)

    assert [finding.rule for finding in result.findings] == ["falling.behind"] * behind


def test_the_lag_of_a_held_partition_is_told_once(
    make_snapshot: MakeSnapshot, make_partition: MakePartition, identity: Identity
) -> None:
    held = make_partition(lag_records=50, lag_seconds=99.0, holds={"flood": "most records die"})

    result = report(
        identity, make_snapshot(uptime_seconds=10.0, partitions=[held]), [make_snapshot(partitions=[held])], RULES
    )

    assert [finding.rule for finding in result.findings] == ["partition.held"]


@pytest.mark.parametrize(
    ("reason", "command"),
    [
        ("flood", "`weft worker --resume-partition raw-logs:3`"),
        ("undecodable", "`weft worker --accept-gap raw-logs:3`"),
        ("offsets.lost", "`weft worker --accept-gap raw-logs:3`"),
        ("topic.recreated", "`topics: {raw-logs: {source_epoch: NAME}}`"),
    ],
)
def test_a_held_partition_fails_and_says_what_releases_it(
    reason: str, command: str, make_snapshot: MakeSnapshot, make_partition: MakePartition, identity: Identity
) -> None:
    held = make_partition(holds={reason: "because of this"})

    result = report(identity, make_snapshot(partitions=[held]), [], RULES)

    assert result.status == Status.FAILING
    assert result.findings[0].message == f"raw-logs-3 is held ({reason}): because of this"
    assert command in result.findings[0].next


def test_every_reason_of_a_hold_has_a_cure() -> None:
    assert set(HOLD_CURES) == set(get_args(Hold))


def test_every_rule_has_its_own_name_and_a_description() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.find.__doc__ for rule in RULES)


def test_the_report_sums_the_lag_and_shows_the_oldest(
    make_snapshot: MakeSnapshot, make_partition: MakePartition, identity: Identity
) -> None:
    partitions = [
        make_partition(partition=0, lag_records=5, lag_seconds=0.5),
        make_partition(partition=1, lag_records=7, lag_seconds=2.5),
        make_partition(partition=2, lag_records=None, lag_seconds=None),
    ]

    result = report(identity, make_snapshot(partitions=partitions), [], RULES)

    assert (result.lag_records, result.lag_seconds) == (12, 2.5)
    assert [partition["partition"] for partition in result.partitions] == [0, 1, 2]


@pytest.mark.parametrize(
    ("before", "now", "stage", "share"),
    [
        pytest.param(None, {"prepare": 1.0, "finish": 3.0}, "finish", 0.75, id="since the start"),
        pytest.param({"finish": 100.0}, {"prepare": 3.0, "finish": 101.0}, "prepare", 0.75, id="within the window"),
    ],
)
def test_the_bottleneck_is_the_stage_with_the_largest_share_of_the_work(
    before: dict[str, float] | None, now: dict[str, float], stage: str, share: float, make_snapshot: MakeSnapshot
) -> None:
    earlier = [] if before is None else [make_snapshot(stage_seconds=before)]

    found = bottleneck(make_snapshot(stage_seconds=now), earlier)

    assert found is not None
    assert (found.stage, found.share) == (stage, share)


@pytest.mark.parametrize(("before", "now"), [({}, {}), ({"finish": 4.0}, {"finish": 4.0})])
def test_without_work_there_is_no_bottleneck(
    before: dict[str, float], now: dict[str, float], make_snapshot: MakeSnapshot
) -> None:
    assert bottleneck(make_snapshot(stage_seconds=now), [make_snapshot(stage_seconds=before)]) is None


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        pytest.param({}, None, id="assigned and at rest"),
        pytest.param({"assigned": False}, "no partitions assigned yet", id="not assigned"),
        pytest.param({"stopping": True}, "stopping", id="draining"),
        pytest.param({"held_outputs": ["enriched: gone"]}, "output is held: enriched: gone", id="an output is held"),
        pytest.param({"brokers_silent_seconds": 30.0}, None, id="brokers silent for half a minute"),
        pytest.param(
            {"brokers_silent_seconds": 31.0}, "no broker has answered for 31 s", id="brokers silent for longer"
        ),
        pytest.param({"oldest_work_seconds": 10.0}, None, id="work of ten seconds"),
        pytest.param(
            {"oldest_work_seconds": 11.0}, "output was not acknowledged for 11 s", id="work of eleven seconds"
        ),
    ],
)
def test_a_role_is_ready_while_assigned_and_its_output_is_acknowledged(
    state: dict[str, Any], reason: str | None, make_snapshot: MakeSnapshot
) -> None:
    assert unready(make_snapshot(**state).state) == reason


def test_silent_brokers_degrade_the_role(make_snapshot: MakeSnapshot, identity: Identity) -> None:
    result = report(identity, make_snapshot(brokers_silent_seconds=45.0), [], RULES)

    assert result.status is Status.DEGRADED
    assert [(finding.rule, finding.message) for finding in result.findings] == [
        ("brokers.silent", "no broker has answered for 45 s")
    ]


def test_a_report_judges_by_the_rules_it_is_given(make_snapshot: MakeSnapshot, identity: Identity) -> None:
    always = Rule("odd", Status.DEGRADED, lambda now, earlier: iter([(f"{len(earlier)} before", "nothing")]))

    result: Report = report(identity, make_snapshot(), [make_snapshot()], [always])

    assert [(finding.rule, finding.message) for finding in result.findings] == [("odd", "1 before")]
