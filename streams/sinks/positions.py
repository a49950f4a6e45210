"""Event ids as positions, so that what was stored is known by numbers: one mark a raw partition."""

from __future__ import annotations

from streams.sinks.base import Position, SourcePartition


def position_of(event_id: str) -> tuple[SourcePartition, Position]:
    """Read `{topic}[@{epoch}]-{partition}-{offset}[.{n}]` from the right.

    Raises:
        ValueError: it is no event id.
    """
    rest, _, place = event_id.rpartition("-")
    topic, _, partition = rest.rpartition("-")
    offset, dot, inner = place.partition(".")
    if not topic:
        raise ValueError("an event id names topic, partition and offset")
    return (topic, int(partition)), (int(offset), int(inner) if dot else -1)
