"""What groups of settings are made of, and those that several of them have."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A nested group of settings: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BreakerLimits(Section):
    """When calls to what does not answer are no longer made, and when they are tried again."""

    window_calls: int = Field(100, ge=1, le=1_000, description="calls that the ratios look at, at most")
    window_seconds: float = Field(60, gt=0, description="how far back they look, at most")
    minimum_calls: int = Field(10, ge=1, description="calls below which they say nothing")
    failure_ratio: float = Field(0.5, gt=0, le=1, description="share of failed calls at which it opens")
    slow_seconds: float = Field(1, gt=0, description="time above which a call is slow")
    slow_ratio: float = Field(0.8, gt=0, le=1, description="share of slow calls at which it opens")
    open_seconds: float = Field(10, gt=0, description="time without calls")
    probes: int = Field(2, ge=1, description="calls that must succeed then for it to close")
