"""Settings of sinks; a sink that none are given for has the defaults, and its name is its kind."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from streams.settings_base import BreakerLimits, Section


class BatchLimits(Section):
    """How much is written at a time; what is not said is what suits the store."""

    records: int | None = Field(None, ge=1, description="most records of a batch; the sink's own when not set")
    bytes: int | None = Field(None, ge=1_024, description="most bytes of a batch; the sink's own when not set")
    seconds: float | None = Field(
        None, ge=0, le=3_600, description="longest wait for a batch to fill; the sink's own when not set"
    )
    write_seconds: float = Field(5, gt=0, description="time that a write should take; batches shrink while it is more")


class RetryLimits(Section):
    """How writes that fail are made again; how often is not bounded, because nothing may be lost."""

    attempt_seconds: float = Field(30, gt=0, description="time after which a write counts as failed")
    first_seconds: float = Field(0.1, gt=0, description="longest first pause; each further one may be twice as long")
    longest_seconds: float = Field(30, gt=0, description="longest pause")
    retry_after_seconds: float = Field(300, gt=0, description="longest pause that a store may ask for")
    alone_attempts: int = Field(
        10, ge=1, description="failures of a record alone, while others succeed, after which it is a dead letter"
    )


class SinkBreaker(BreakerLimits):
    """When writes are no longer tried, and when again; the partitions are paused meanwhile."""

    slow_seconds: float = Field(10, gt=0, description="time above which a write is slow")


class RetentionRule(Section):
    """How long a store keeps records; the first rule that covers a record counts, and none keeps it for ever."""

    days: int = Field(ge=0, le=100_000, description="whole days before today that are kept")
    signal: Literal["log", "metric", "span"] | None = Field(None, description="only records of this signal")
    service: str | None = Field(None, description="only records of this service.name")
    severity_below: int | None = Field(None, ge=1, le=24, description="only records whose severity number is lower")


class SinkEntry(Section):
    """One sink: a store, and how it is written to."""

    use: str | None = Field(None, description="kind of sink, or module:Class of one of your own; by default the name")
    options: dict[str, Any] = Field(default_factory=dict, description="the sink's own options")
    concurrency: int = Field(8, ge=1, le=64, description="partitions that are written at the same time, at most")
    retention: tuple[RetentionRule, ...] = Field((), description="how long records are kept; see `weft retention`")
    batch: BatchLimits = BatchLimits()
    retry: RetryLimits = RetryLimits()
    breaker: SinkBreaker = SinkBreaker()
