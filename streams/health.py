"""The report of a role: what a snapshot of it means, and what an operator types next.

Pure functions: `streams.monitor` takes the snapshots, `streams.health_rules` holds the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from streams.metrics import RoleState


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
    """The stage with the largest share (0 to 1) of the work within the window."""

    stage: str
    share: float


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


def report(identity: Identity, now: Snapshot, earlier: Sequence[Snapshot], rules: Sequence[Rule]) -> Report:
    """Judge a role by its present and by earlier snapshots of the window, oldest first."""
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
    )


def bottleneck(now: Snapshot, earlier: Sequence[Snapshot]) -> Bottleneck | None:
    """Name the stage that took the largest share of the work since the oldest snapshot; None without work."""
    before = earlier[0].stage_seconds if earlier else {}
    spent = {stage: seconds - before.get(stage, 0) for stage, seconds in now.stage_seconds.items()}
    total = sum(spent.values())
    if total <= 0:
        return None
    stage = max(spent, key=lambda name: spent[name])
    return Bottleneck(stage, spent[stage] / total)
