"""A role that can be put into any state, and what watches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from streams.health import Identity, Snapshot
from streams.metrics import Metrics, PartitionStatus, RoleState
from streams.monitor import Monitor

IDENTITY = Identity(role="worker", group="weft-worker", version="1.2.3", environment="test", pipeline="c0ffee")

AT_REST = RoleState(
    assigned=True,
    stopping=False,
    stuck=None,
    partitions=(),
    held_outputs=(),
    oldest_work_seconds=None,
    in_flight_bytes=0,
    in_flight_bytes_limit=1_000,
)


@dataclass
class FakeRole:
    """Observed like a worker; its clock moves when a test says so."""

    state: RoleState = AT_REST
    seconds: float = 0.0

    def become(self, **changes: Any) -> None:
        self.state = self.state._replace(**changes)

    def observe(self) -> RoleState:
        return self.state

    def clock(self) -> float:
        return self.seconds


@pytest.fixture
def identity() -> Identity:
    return IDENTITY


@pytest.fixture
def role() -> FakeRole:
    return FakeRole()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def monitor(role: FakeRole, metrics: Metrics) -> Monitor:
    return Monitor(IDENTITY, metrics, role.observe, role.clock)


@pytest.fixture
def make_partition() -> Callable[..., PartitionStatus]:
    """Build a partition that is read to its end; name what differs."""
    settled = PartitionStatus("raw-logs", 3, 100, 100, 0, 0.0, 0, {})
    return settled._replace


@pytest.fixture
def make_snapshot() -> Callable[..., Snapshot]:
    """Build a snapshot of a role at rest; name what differs, of the role's state too."""

    def make(**changes: Any) -> Snapshot:
        of_state = {name: changes.pop(name) for name in list(changes) if name in RoleState._fields}
        figures = {"uptime_seconds": 0.0, "rss_bytes": 1, "stage_seconds": {}, "commits": {}, "rebalances": 0}
        return Snapshot(**{**figures, **changes}, state=AT_REST._replace(**of_state))

    return make
