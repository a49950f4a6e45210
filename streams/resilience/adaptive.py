"""How much is written at a time, found out from how long it takes: more by steps, less by shares.

Additive increase and multiplicative decrease after Chiu and Jain, "Analysis of the Increase and Decrease Algorithms
for Congestion Avoidance" (1989); that a decrease counts once for all that was under way is TCP's (RFC 6582).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from streams.resilience.attempts import Attempt

_STEPS: Final = 20
"""Good writes from the least to the most."""

_AFTER_SLOW, _AFTER_FAILURE = 0.8, 0.5
"""What is left of a limit."""

_USED: Final = 0.5
"""Share of a limit that a write must have used to tell that more would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptivePolicy:
    """The bounds, and the seconds that a write should take at most; equal bounds fix what they bound."""

    most_records: int
    most_concurrency: int
    target_seconds: float = 1
    least_records: int = 1
    least_concurrency: int = 1


class AdaptiveLimit:
    """Says how many records a batch has at most, and how many batches are written at the same time; begins with most.

    `observe` takes every write, in any order.
    """

    def __init__(self, policy: AdaptivePolicy) -> None:
        self.policy = policy
        self._records = float(policy.most_records)
        self._concurrency = float(policy.most_concurrency)
        self._lowered = float("-inf")

    @property
    def records(self) -> int:
        """Records of a batch, at most."""
        return round(self._records)

    @property
    def concurrency(self) -> int:
        """Batches at the same time, at most."""
        return round(self._concurrency)

    def observe(self, attempt: Attempt) -> None:
        """Learn from a write that was made."""
        if attempt.suspect:
            return
        if not attempt.settled:
            self._lower(attempt, _AFTER_FAILURE)
        elif attempt.ended - attempt.began > self.policy.target_seconds:
            self._lower(attempt, _AFTER_SLOW)
        elif attempt.records >= _USED * self.records:
            self._raise()

    def _lower(self, attempt: Attempt, share: float) -> None:
        if attempt.began < self._lowered:
            return
        self._lowered = attempt.ended
        self._records = max(self.policy.least_records, self._records * share)
        self._concurrency = max(self.policy.least_concurrency, self._concurrency * share)

    def _raise(self) -> None:
        policy = self.policy
        step = (policy.most_records - policy.least_records) / _STEPS
        self._records = min(policy.most_records, self._records + step)
        step = (policy.most_concurrency - policy.least_concurrency) / _STEPS
        self._concurrency = min(policy.most_concurrency, self._concurrency + step)
