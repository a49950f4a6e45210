"""`temporal`: clocks that are wrong, found by the time at which Kafka took the record."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from streams.processors import base
from streams.processors.base import Acted, Processor
from streams.processors.flags import add_flag
from streams.types import Record

_MINUTE = len("2026-11-20T12:00")
_SECOND = len("2026-11-20T12:00:00")


class Temporal(Processor):
    """Flags `timestamp.skewed` on records whose own time is too far from the time at which Kafka took them.

    A record of the future tells of a clock that is ahead; one of the past of a clock that is behind, or of a sender
    that was cut off. A span counts by its end, because it is sent after it. Times are never changed.
    """

    class Options(base.Options):
        """How far apart the two times may be, in whole seconds."""

        ahead_seconds: int = Field(60, ge=60, description="most that a record may be ahead of Kafka's time")
        behind_seconds: int = Field(86_400, ge=60, description="most that it may be behind")

    name: ClassVar[str] = "temporal"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"timestamp", "observed_timestamp", "span?"})
    writes: ClassVar[frozenset[str]] = frozenset({"flags"})

    def process(self, record: Record) -> Acted:
        """Compare the times; True when the flag was set."""
        timestamp, observed = record["timestamp"], record["observed_timestamp"]
        if "span" in record:
            timestamp = record["span"]["end"] or timestamp
        # Within one minute, as most records are, no time has to be read.
        if timestamp is None or timestamp[:_MINUTE] == observed[:_MINUTE]:
            return False
        ahead = _seconds(timestamp, observed)
        if -self.options.behind_seconds <= ahead <= self.options.ahead_seconds:
            return False
        return add_flag(record, "timestamp.skewed")


def _seconds(later: str, earlier: str) -> float:
    """Seconds between two times of the record's one form, negative when they stand the other way round."""
    whole = datetime.fromisoformat(later[:_SECOND]) - datetime.fromisoformat(earlier[:_SECOND])
    return whole.total_seconds() + float(later[_SECOND:-1]) - float(earlier[_SECOND:-1])
