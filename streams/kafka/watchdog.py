"""Notices a worker that is alive but makes no progress."""

from __future__ import annotations

from streams.kafka.ownership import Ownership


def stuck(ownership: Ownership, now: float, after_seconds: float, *, outputs_held: bool) -> str | None:
    """Say what has made no progress for `after_seconds`, or None; `now` is monotonic seconds.

    Work that waits for a held output partition, and partitions that an operator must release, wait on purpose.
    """
    for tp, assignment in ownership.assignments.items():
        if assignment.holds:
            continue
        oldest = assignment.tracker.oldest
        if oldest is not None:
            if not outputs_held and now - oldest > after_seconds:
                return f"{tp.topic}-{tp.partition}: work from {now - oldest:.0f} s ago is not acknowledged"
        elif now - assignment.fetched_at > after_seconds and ownership.readable(tp):
            return f"{tp.topic}-{tp.partition}: readable records, but none fetched for {after_seconds:.0f} s"
    return None
