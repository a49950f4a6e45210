"""What the report says about the processors: their rates within the last minute, breakers and caches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streams.metrics import ProcessorStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorReport:
    """One processor; all but the breaker is about the last minute, or the time since the start when that is less.

    `failures` are records, `microseconds` the mean of a record, `cache_hit_rate` is from 0 to 1; the last two are None
    when nothing was seen, and `breaker` when nothing is asked.
    """

    name: str
    version: str
    records_per_second: float
    changed_per_second: float
    failures: int
    microseconds: float | None
    cache_hit_rate: float | None
    breaker: str | None


def report_processors(
    now: Sequence[ProcessorStatus], before: Mapping[str, ProcessorStatus], seconds: float
) -> list[ProcessorReport]:
    """Compare what was counted with what it was that many seconds ago, by name; those that are new began with 0."""
    return [_report(since(status, before), seconds) for status in now]


def since(status: ProcessorStatus, before: Mapping[str, ProcessorStatus]) -> ProcessorStatus:
    """Give what was counted after an earlier status of the same name."""
    earlier = before.get(status.name)
    if earlier is None:
        return status
    return status._replace(
        records=status.records - earlier.records,
        changed=status.changed - earlier.changed,
        failed=status.failed - earlier.failed,
        seconds=status.seconds - earlier.seconds,
        hits=status.hits - earlier.hits,
        misses=status.misses - earlier.misses,
        waited=status.waited - earlier.waited,
    )


def _report(within: ProcessorStatus, seconds: float) -> ProcessorReport:
    asked = within.hits + within.misses
    return ProcessorReport(
        name=within.name,
        version=within.version,
        records_per_second=within.records / seconds if seconds else 0.0,
        changed_per_second=within.changed / seconds if seconds else 0.0,
        failures=within.failed,
        microseconds=within.seconds / within.records * 1e6 if within.records else None,
        cache_hit_rate=within.hits / asked if asked else None,
        breaker=within.breaker,
    )
