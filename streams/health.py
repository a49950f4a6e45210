"""The report of a role: what a snapshot of it means, and what an operator types next.

Pure functions: `streams.monitor` takes the snapshots, `streams.health_rules` holds the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from streams.health_processors import ProcessorReport, report_processors, since
from streams.metrics import ProcessorStatus, RoleState

_LOOKUPS = "lookups"
"""The stage in which chunks wait for look-ups."""


class Status(StrEnum):
    """How a role is, from best to worst."""

    HEALTHY = "HEALTHY"
    DEGRADED = "DEGRADED"
    FAILING = "FAILING"

    @property
    def rank(self) -> int:
        """0 for the best."""
        return list(Status).index(self)


@dataclass(frozen=True, slots=True)
class Identity:
    """What stays the same while a role runs; `pipeline` is the provenance hash of what shapes its output."""

    role: str
    group: str
    version: str
    environment: str
    pipeline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A role at one moment; `stage_seconds`, `commits` and `rebalances` count from its start."""

    uptime_seconds: float
    rss_bytes: int
    state: RoleState
    stage_seconds: Mapping[str, float]
    commits: Mapping[str, int]
    rebalances: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: which rule found it, what it is, and the next command to type."""

    rule: str
    status: Status
    message: str
    next: str


Found: TypeAlias = Iterator[tuple[str, str]]
"""Pairs of what is wrong and what to do next."""


class Rule(NamedTuple):
    """A named check; `find` compares a snapshot with the earlier ones of the window, oldest first."""

    name: str
    status: Status
    find: Callable[[Snapshot, Sequence[Snapshot]], Found]


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """What took the largest share (0 to 1) of the work within the window: a stage, or a processor in that stage."""

    stage: str
    share: float
    processor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What `/health` answers and `weft health` shows."""

    identity: Identity
    status: Status
    findings: list[Finding]
    uptime_seconds: float
    rss_bytes: int
    assigned: bool
    partitions: list[dict[str, object]]
    held_outputs: list[str]
    lag_records: int
    lag_seconds: float
    oldest_work_seconds: float | None
    in_flight_bytes: int
    in_flight_bytes_limit: int
    bottleneck: Bottleneck | None
    commits: Mapping[str, int]
    rebalances: int
    processors: list[ProcessorReport]
    sink: Mapping[str, object] | None


def report(
    identity: Identity,
    now: Snapshot,
    earlier: Sequence[Snapshot],
    rules: Sequence[Rule],
    minute_ago: Snapshot | None = None,
) -> Report:
    """Judge a role by its present and by earlier snapshots of the window, oldest first.

    The rates of processors are those since `minute_ago`, or since the start.
    """
    state = now.state
    found = [
        Finding(rule.name, rule.status, message, next_step)
        for rule in rules
        for message, next_step in rule.find(now, earlier)
    ]
    return Report(
        identity=identity,
        status=max((finding.status for finding in found), key=lambda status: status.rank, default=Status.HEALTHY),
        findings=found,
        uptime_seconds=now.uptime_seconds,
        rss_bytes=now.rss_bytes,
        assigned=state.assigned,
        partitions=[partition._asdict() for partition in state.partitions],
        held_outputs=list(state.held_outputs),
        lag_records=sum(partition.lag_records or 0 for partition in state.partitions),
        lag_seconds=max((partition.lag_seconds or 0 for partition in state.partitions), default=0),
        oldest_work_seconds=state.oldest_work_seconds,
        in_flight_bytes=state.in_flight_bytes,
        in_flight_bytes_limit=state.in_flight_bytes_limit,
        bottleneck=bottleneck(now, earlier),
        commits=now.commits,
        rebalances=now.rebalances,
        processors=report_processors(
            state.processors,
            _by_name(minute_ago),
            now.uptime_seconds - (minute_ago.uptime_seconds if minute_ago else 0.0),
        ),
        sink=state.sink._asdict() if state.sink else None,
    )


def bottleneck(now: Snapshot, earlier: Sequence[Snapshot]) -> Bottleneck | None:
    """Name what took the largest share of the work since the oldest snapshot; None without work.

    The work of a processor, which is known by sampling, is taken out of that of its stage.
    """
    oldest = earlier[0] if earlier else None
    before = oldest.stage_seconds if oldest else {}
    stages = {stage: seconds - before.get(stage, 0) for stage, seconds in now.stage_seconds.items()}
    total = sum(stages.values())
    if total <= 0:
        return None
    parts: dict[tuple[str, str | None], float] = {(stage, None): seconds for stage, seconds in stages.items()}
    for status in now.state.processors:
        within = since(status, _by_name(oldest))
        for stage, seconds in ((status.stage, within.seconds), (_LOOKUPS, within.waited)):
            if seconds > 0 and (stage, None) in parts:
                parts[stage, status.name] = min(seconds, stages[stage])
                parts[stage, None] -= seconds
    stage, processor = max(parts, key=lambda part: parts[part])
    return Bottleneck(stage, parts[stage, processor] / total, processor)


def _by_name(snapshot: Snapshot | None) -> Mapping[str, ProcessorStatus]:
    return {status.name: status for status in snapshot.state.processors} if snapshot else {}
