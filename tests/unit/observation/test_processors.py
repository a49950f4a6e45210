"""What metrics and the report say about processors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import generate_latest

from streams.health import Bottleneck, Identity, Snapshot, bottleneck, report
from streams.health_rules import RULES
from streams.metrics import Metrics, ProcessorStatus
from streams.monitor import MINUTE_SECONDS, WINDOW_SECONDS, Monitor

MakeSnapshot = Callable[..., Snapshot]
REDACT = ProcessorStatus("redact", "2", "finish", 0, 0, 0, 0.0)
OWNER = ProcessorStatus("owner", "1", "finish", 0, 0, 0, 0.0, breaker="closed")


def test_every_count_of_a_processor_is_a_metric(monitor: Monitor, metrics: Metrics, role: Any) -> None:
    redact = REDACT._replace(changed=7, failed=1, seconds=0.5, redacted={"email": 3, "jwt": 1})
    owner = OWNER._replace(changed=2, hits=9, misses=1, waited=1.5, breaker="open")
    role.become(processors=[redact, owner])
    exposed = generate_latest(metrics.registry).decode()
    for sample in (
        'weft_processor_records_total{processor="redact"} 7.0',
        'weft_processor_failures_total{processor="redact"} 1.0',
        'weft_processor_seconds_total{processor="redact"} 0.5',
        'weft_redactions_total{kind="email"} 3.0',
        'weft_redactions_total{kind="jwt"} 1.0',
        'weft_processor_records_total{processor="owner"} 2.0',
        'weft_processor_cache_total{processor="owner",result="hit"} 9.0',
        'weft_processor_cache_total{processor="owner",result="miss"} 1.0',
        'weft_lookup_seconds_total{processor="owner"} 1.5',
        'weft_breaker_state{processor="owner"} 2.0',
    ):
        assert sample in exposed.splitlines()
    assert 'weft_processor_cache_total{processor="redact"' not in exposed
    assert 'weft_breaker_state{processor="redact"' not in exposed


@pytest.mark.parametrize(
    ("state", "level"), [("closed", 0), ("half_open", 1), ("open", 2), ("isolated", 3)], ids=lambda value: str(value)
)
def test_the_state_of_a_breaker_is_a_number(
    state: str, level: int, monitor: Monitor, metrics: Metrics, role: Any
) -> None:
    role.become(processors=[OWNER._replace(breaker=state)])
    assert metrics.registry.get_sample_value("weft_breaker_state", {"processor": "owner"}) == level


def test_rates_are_those_of_the_last_minute(monitor: Monitor, role: Any) -> None:
    for second in range(int(MINUTE_SECONDS) * 2):
        role.seconds = second
        late = max(0, second - 60)
        processed = 1_000 * second
        role.become(
            processors=[
                REDACT._replace(records=processed, changed=late, failed=late, seconds=second * 0.002),
                OWNER._replace(records=processed, hits=late * 3, misses=second),
            ]
        )
        monitor.sample()

    redact, owner = monitor.report().processors

    assert (redact.name, redact.version, redact.breaker, redact.cache_hit_rate) == ("redact", "2", None, None)
    assert redact.records_per_second == pytest.approx(1_000)
    assert redact.changed_per_second == pytest.approx(59 / 60)
    assert redact.failures == 59
    assert redact.microseconds == pytest.approx(2.0)
    assert (owner.breaker, owner.cache_hit_rate) == ("closed", pytest.approx(177 / 237))


def test_before_a_minute_is_over_rates_are_those_since_the_start(monitor: Monitor, role: Any) -> None:
    role.seconds = 5.0
    role.become(processors=[REDACT._replace(records=400)])
    monitor.sample()
    role.seconds = 10.0
    role.become(processors=[REDACT._replace(records=500)])
    (redact,) = monitor.report().processors
    assert redact.records_per_second == 50.0


def test_the_first_look_divides_by_nothing(monitor: Monitor, role: Any) -> None:
    role.become(processors=[REDACT])
    (redact,) = monitor.report().processors
    assert (redact.records_per_second, redact.microseconds, redact.cache_hit_rate) == (0.0, None, None)


@pytest.mark.parametrize(
    ("stages", "processors", "expected"),
    [
        pytest.param(
            {"finish": 10.0, "publish": 1.0},
            [REDACT._replace(seconds=6.0)],
            Bottleneck("finish", 6 / 11, "redact"),
            id="a processor takes most of its stage",
        ),
        pytest.param(
            {"finish": 10.0, "publish": 1.0},
            [REDACT._replace(seconds=4.0)],
            Bottleneck("finish", 6 / 11),
            id="the rest of the stage takes more",
        ),
        pytest.param(
            {"finish": 10.0, "publish": 7.0},
            [REDACT._replace(seconds=4.0)],
            Bottleneck("publish", 7 / 17),
            id="another stage takes more than any part",
        ),
        pytest.param(
            {"prepare": 10.0, "finish": 2.0},
            [REDACT._replace(seconds=9.0, stage="prepare"), OWNER._replace(seconds=2.0)],
            Bottleneck("prepare", 9 / 12, "redact"),
            id="ahead of a look-up",
        ),
        pytest.param(
            {"prepare": 1.0, "lookups": 8.0, "finish": 1.0},
            [OWNER._replace(waited=7.5)],
            Bottleneck("lookups", 0.75, "owner"),
            id="a look-up",
        ),
        pytest.param(
            {"finish": 1.0},
            [REDACT._replace(seconds=3.0)],
            Bottleneck("finish", 1.0, "redact"),
            id="an estimate is no more than its stage",
        ),
    ],
)
def test_the_bottleneck_names_the_processor_that_takes_most(
    stages: dict[str, float],
    processors: list[ProcessorStatus],
    expected: Bottleneck,
    make_snapshot: MakeSnapshot,
) -> None:
    before = make_snapshot(
        stage_seconds=dict.fromkeys(stages, 100.0),
        processors=[status._replace(seconds=50.0, waited=50.0) for status in processors],
    )
    after = make_snapshot(
        stage_seconds={stage: 100.0 + seconds for stage, seconds in stages.items()},
        processors=[
            status._replace(seconds=50.0 + status.seconds, waited=50.0 + status.waited) for status in processors
        ],
    )
    found = bottleneck(after, [before])
    assert found is not None
    assert (found.stage, found.processor) == (expected.stage, expected.processor)
    assert found.share == pytest.approx(expected.share)


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        pytest.param(None, {}, [], id="well"),
        pytest.param(None, {"failed": 1}, ["processor.failing"], id="failed since the start"),
        pytest.param({"failed": 5}, {"failed": 6}, ["processor.failing"], id="failed within the window"),
        pytest.param({"failed": 5}, {"failed": 5}, [], id="failed before"),
        pytest.param(None, {"breaker": "open"}, ["breaker.open"], id="open"),
        pytest.param(None, {"breaker": "half_open"}, ["breaker.open"], id="probing"),
        pytest.param(None, {"breaker": "isolated"}, ["breaker.open"], id="isolated"),
        pytest.param(
            {"failed": 5}, {"failed": 9, "breaker": "open"}, ["breaker.open", "processor.failing"], id="an outage"
        ),
    ],
)
def test_failures_and_open_breakers_degrade_the_role(
    before: dict[str, Any] | None,
    now: dict[str, Any],
    found: list[str],
    make_snapshot: MakeSnapshot,
    identity: Identity,
) -> None:
    earlier = [] if before is None else [make_snapshot(processors=[OWNER._replace(**before)])]
    result = report(identity, make_snapshot(processors=[OWNER._replace(**now)]), earlier, RULES)
    assert [finding.rule for finding in result.findings] == found
    assert result.status == ("DEGRADED" if found else "HEALTHY")


def test_an_outage_is_forgotten_after_the_window(monitor: Monitor, role: Any) -> None:
    role.become(processors=[OWNER._replace(failed=3)])
    for second in (0, WINDOW_SECONDS, WINDOW_SECONDS + 1):
        role.seconds = second
        monitor.sample()
    assert monitor.report().findings == []
