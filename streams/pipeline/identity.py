"""Who a record is: event id and observed time, both functions of its Kafka coordinates and timestamp."""

from __future__ import annotations

from functools import lru_cache

from streams.values.instants import FIRST, LAST, render

_MILLISECOND = 1_000_000


def event_id_prefix(topic: str, epoch: str | None, partition: int) -> str:
    """Give `{topic}[@{epoch}]-{partition}-`, which the offset completes."""
    return f"{topic}@{epoch}-{partition}-" if epoch else f"{topic}-{partition}-"


@lru_cache(maxsize=4_096)
def observed_timestamp(timestamp_ms: int) -> str:
    """Give a Kafka timestamp in the record's form; one out of range becomes the nearest that is in it."""
    return render(min(max(timestamp_ms * _MILLISECOND, FIRST), LAST))
