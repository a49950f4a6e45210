"""Notices a worker that is alive but makes no progress."""

from __future__ import annotations

from streams.kafka.ownership import Ownership


def stuck(ownership: Ownership, now: float, after_seconds: float, *, outputs_held: bool) -> str | None:
    """Say what has made no progress for `after_seconds`, or None; `now` is monotonic seconds.

    While an output partition is held everything may wait for it, and partitions that an operator must release wait
    on purpose.
    """
    if outputs_held:
        return None
    for tp, assignment in ownership.assignments.items():
        if assignment.holds:
            continue
        oldest = assignment.tracker.oldest
        if oldest is not None:
            if assignment.work is not None:
                oldest = max(oldest, assignment.work.heard)
            if now - oldest > after_seconds:
                return f"{tp.topic}-{tp.partition}: work from {now - oldest:.0f} s ago is not acknowledged"
        elif now - assignment.caught_up_at > after_seconds and ownership.readable(tp):
            return f"{tp.topic}-{tp.partition}: readable records, but none fetched for {after_seconds:.0f} s"
    return None
