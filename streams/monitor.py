"""Watches a role from inside: takes snapshots and answers what it is like now."""

from __future__ import annotations

import resource
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from prometheus_client import Counter

from streams.health import Identity, Report, Snapshot, report
from streams.health_rules import RULES, unready
from streams.metrics import Metrics, RoleCollector, RoleState

WINDOW_SECONDS: Final = 30.0
"""How far back the report looks to tell a trend from a moment."""

MINUTE_SECONDS: Final = 60.0
"""How far back the rates of processors look."""

_STATM = Path("/proc/self/statm")


class Monitor:
    """Judges a role by what `observe` says about it and by its own metrics, which it completes.

    Call `sample` about once a second: what is between two samples of the window shows the trend.
    """

    def __init__(
        self,
        identity: Identity,
        metrics: Metrics,
        observe: Callable[[], RoleState],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.metrics = metrics
        self._identity = identity
        self._observe = observe
        self._clock = clock
        self._began = clock()
        self._earlier: deque[Snapshot] = deque()
        self._minute: deque[Snapshot] = deque()
        self._tell_what_runs()
        metrics.health_status.set_function(lambda: self.report().status.rank)
        metrics.registry.register(RoleCollector(observe))

    def changed(self, pipeline: str) -> None:
        """Tell that the role works with another pipeline from now on."""
        self._identity = replace(self._identity, pipeline=pipeline)
        self._tell_what_runs()

    def _tell_what_runs(self) -> None:
        identity = self._identity
        self.metrics.build_info.clear()
        self.metrics.build_info.labels(identity.role, identity.version, identity.environment, identity.pipeline).set(1)

    def sample(self) -> None:
        """Remember the present; the oldest sample kept is the last one that is a whole window old."""
        now = self._snapshot()
        for samples, seconds in ((self._earlier, WINDOW_SECONDS), (self._minute, MINUTE_SECONDS)):
            samples.append(now)
            while len(samples) > 1 and now.uptime_seconds - samples[1].uptime_seconds >= seconds:
                samples.popleft()

    def report(self) -> Report:
        """Judge the role by now and by the samples of the window."""
        now = self._snapshot()
        oldest = self._minute[0] if self._minute else now
        whole = now.uptime_seconds - oldest.uptime_seconds >= MINUTE_SECONDS
        return report(self._identity, now, self._earlier, RULES, oldest if whole else None)

    def stuck(self) -> str | None:
        """Say what makes no progress, or None."""
        return self._observe().stuck

    def unready(self) -> str | None:
        """Say why the role is not ready, or None."""
        return unready(self._observe())

    def _snapshot(self) -> Snapshot:
        return Snapshot(
            uptime_seconds=self._clock() - self._began,
            rss_bytes=resident_bytes(),
            state=self._observe(),
            stage_seconds=_by_label(self.metrics.stage_seconds),
            commits={result: int(count) for result, count in _by_label(self.metrics.commits).items()},
            rebalances=int(sum(_by_label(self.metrics.rebalances).values())),
        )


def _by_label(counter: Counter) -> dict[str, float]:
    """Give a counter's values by its one label, or by the empty string if it has none."""
    return {
        "".join(sample.labels.values()): sample.value
        for family in counter.collect()
        for sample in family.samples
        if sample.name.endswith("_total")
    }


def resident_bytes() -> int:
    """Give this process's resident memory; where the system does not tell (macOS), the highest it ever had."""
    try:
        pages = int(_STATM.read_text().split()[1])
    except FileNotFoundError:
        highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return highest if sys.platform == "darwin" else highest * 1024
    return pages * resource.getpagesize()
