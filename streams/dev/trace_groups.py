"""Holds the records of a trace together until nothing more seems to come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

EnrichedFields = Mapping[str, Any]
"""An enriched record as its JSON says."""

QUIET_SECONDS: Final = 0.4
MOST_TRACES: Final = 500
MOST_RECORDS: Final = 30


@dataclass(slots=True)
class _Open:
    heard: float
    records: list[EnrichedFields] = field(default_factory=list)


class TraceGroups:
    """Groups records by trace id; times are seconds of any clock that only goes forward.

    A group is given once: when its trace was quiet for `QUIET_SECONDS`, when it has `MOST_RECORDS`, or, the one
    quiet for longest first, when more than `MOST_TRACES` are open. What comes later of its trace is a new group.
    """

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}

    def add(self, record: EnrichedFields, now: float) -> None:
        """Take a record that has a trace id."""
        trace_id = record["trace_id"]
        group = self._open.pop(trace_id, None) or _Open(now)  # put in again, so that the order is that of the last word
        group.heard = now
        group.records.append(record)
        self._open[trace_id] = group

    def take(self, now: float) -> list[list[EnrichedFields]]:
        """Give the groups that are complete, as far as one can tell."""
        surplus = len(self._open) - MOST_TRACES
        done = [
            trace_id
            for place, (trace_id, group) in enumerate(self._open.items())
            if place < surplus or now - group.heard >= QUIET_SECONDS or len(group.records) >= MOST_RECORDS
        ]
        return [self._open.pop(trace_id).records for trace_id in done]

    def rest(self) -> list[list[EnrichedFields]]:
        """Give all that are left."""
        groups = [group.records for group in self._open.values()]
        self._open.clear()
        return groups
