"""What is explained together: an input by itself, or the inputs that a topic's setting joins into one event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from streams.pipeline.multiline import Joiner
    from streams.settings import Settings
    from streams.types import PartitionState, RawRecord


class Explained(NamedTuple):
    """An event and the numbers of its inputs."""

    numbers: list[int]
    raw: RawRecord


class _Partition(NamedTuple):
    joiner: Joiner
    state: PartitionState
    numbers: dict[int, int]
    """Offsets to numbers of inputs that wait."""


def events(settings: Settings, records: Iterator[RawRecord]) -> Iterator[Explained]:
    """Give the events of numbered inputs, each as soon as it is over, as a worker on one partition each would."""
    from streams.pipeline.policies import policy_of

    open_partitions: dict[tuple[str, int], _Partition] = {}
    ends: dict[tuple[str, int], int] = {}
    for number, raw in enumerate(records):
        if not policy_of(raw.topic, settings).multiline.enabled:
            yield Explained([number], raw)
            continue
        place = (raw.topic, raw.partition)
        if raw.offset < ends.get(place, 0):
            yield from _take(open_partitions.pop(place), None)  # offsets begin anew: it is another log
        ends[place] = raw.offset + 1
        partition = open_partitions.get(place) or open_partitions.setdefault(place, _new(settings, *place))
        partition.numbers[raw.offset] = number
        yield from _take(partition, raw)
    for partition in open_partitions.values():
        yield from _take(partition, None)


def _new(settings: Settings, topic: str, number: int) -> _Partition:
    from streams.dialects.detect import Detector
    from streams.dialects.registry import DIALECTS
    from streams.pipeline.multiline import Joiner
    from streams.pipeline.policies import policy_of
    from streams.types import PartitionState
    from streams.values.zones import zone_named

    detector = Detector(DIALECTS, zone_named(settings.time_zone))
    joiner = Joiner(policy_of(topic, settings).multiline, settings.limits.value_bytes, detector)
    return _Partition(joiner, PartitionState(topic, number), {})


def _take(partition: _Partition, raw: RawRecord | None) -> Iterator[Explained]:
    """Take one record in, or, without any, close what is open."""
    from streams.types import Chunk, lines_of

    state, numbers = partition.state, partition.numbers
    end = raw.offset + 1 if raw else max(numbers, default=0) + 1
    if raw is None:
        state.cut = end
    chunk = Chunk(state.topic, state.partition, [raw] if raw else [], end, state)
    for run in partition.joiner.runs(chunk):
        for group in run:
            event = group.record()
            yield Explained([numbers.pop(line.offset) for line in lines_of(event)], event)
