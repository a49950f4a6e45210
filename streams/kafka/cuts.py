"""When open groups of lines count as over: the only decision about them that a clock takes part in.

What was decided is a cut, an offset before which every open group closes. It is committed before anything that obeys
it is published, and every replay obeys it too, so the clock decides once and never twice differently.
"""

from __future__ import annotations

from collections.abc import Iterator

from streams.kafka.assignment import Assignment, FetchedChunk
from streams.kafka.ownership import Ownership
from streams.settings import Multiline, Settings

_PATIENCES_BEFORE_STUCK = 4


def cut_idle(ownership: Ownership, settings: Settings, now: float) -> Iterator[FetchedChunk]:
    """Cut every partition that waits for lines which do not come; `now` is monotonic seconds.

    Gives for each an empty chunk that ends at its cut, behind everything that was fetched. Records that trickle in
    without their timestamps moving on would keep a group open for ever, so the wait itself is bounded too.
    """
    stuck_after = settings.timing.stuck_after_seconds
    for tp, assignment in ownership.assignments.items():
        if _may_be_cut(assignment) and not ownership.readable(tp):
            bounds = settings.topics[tp.topic].multiline
            if _waited_long(assignment, bounds, stuck_after, now):
                yield _cut(assignment)


def _may_be_cut(assignment: Assignment) -> bool:
    """Whether lines wait that are all there is, and no earlier cut is still to be repeated."""
    tracker = assignment.tracker
    if not assignment.active or assignment.holds or not tracker.waits_for_lines:
        return False
    return assignment.cut is None or assignment.cut <= tracker.prefix


def _waited_long(assignment: Assignment, bounds: Multiline, stuck_after_seconds: float, now: float) -> bool:
    tracker = assignment.tracker
    patience = min(bounds.chain_milliseconds / 1000, stuck_after_seconds / _PATIENCES_BEFORE_STUCK)
    waited = now - (now if tracker.oldest is None else tracker.oldest)
    return now - tracker.latest >= bounds.idle_milliseconds / 1000 or waited >= patience


def _cut(assignment: Assignment) -> FetchedChunk:
    tp, end = assignment.tp, assignment.tracker.tail
    assignment.cut = assignment.state.cut = end
    return FetchedChunk(
        tp.topic, tp.partition, (), end, assignment.state, assignment=assignment, rewinds=assignment.rewinds
    )
