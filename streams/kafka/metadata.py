"""What a commit carries besides its offset: cumulative outcome counters, so that they move atomically with it.

Kafka keeps at most `offset.metadata.max.bytes` (4,096) of it per partition.
"""

from __future__ import annotations

import json
from copy import copy
from dataclasses import dataclass, field, replace

from streams.types import Counts

VERSION = 1
_COUNTERS = ("consumed", "split", "enriched", "dead", "sampled", "joined")


@dataclass(frozen=True, slots=True)
class CommitState:
    """A partition's committed offset with everything that is remembered beside it.

    `base` is the offset the counters start at. `cut` is the record at which idle groups were closed and
    which a replay obeys. `guard` says that the flood guard paused the partition. `epoch` is the `source_epoch`
    that was set for the topic. `foreign` says that somebody else wrote the commit, so that only its offset is known.
    """

    offset: int
    base: int
    counts: Counts = field(default_factory=Counts)
    cut: int | None = None
    guard: bool = False
    epoch: str | None = None
    foreign: bool = False

    @classmethod
    def fresh(cls, offset: int, epoch: str | None = None) -> CommitState:
        """Start counting at `offset`."""
        return cls(offset=offset, base=offset, epoch=epoch)

    def advanced(self, offset: int, counts: Counts) -> CommitState:
        """Move to a later offset with the counters that belong to it."""
        return replace(self, offset=offset, counts=copy(counts))


def encode(state: CommitState) -> str:
    """Write the metadata text of a commit."""
    content: dict[str, int | str | None] = {"v": VERSION, "base": state.base}
    content.update((name, getattr(state.counts, name)) for name in _COUNTERS)
    content.update(cut=state.cut, guard=int(state.guard), epoch=state.epoch)
    return json.dumps(content, separators=(",", ":"))


def decode(offset: int, text: str | None) -> CommitState:
    """Read a commit; missing or foreign metadata starts a new base at its offset."""
    try:
        content = json.loads(text or "")
        if content["v"] != VERSION:
            return CommitState(offset, offset, foreign=True)
        return CommitState(
            offset=offset,
            base=int(content["base"]),
            counts=Counts(*(int(content[name]) for name in _COUNTERS)),
            cut=None if content["cut"] is None else int(content["cut"]),
            guard=bool(content["guard"]),
            epoch=content["epoch"],
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return CommitState(offset, offset, foreign=True)
