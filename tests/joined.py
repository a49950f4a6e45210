"""Lines through the joiner and the pipeline, as tests of joining need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any, NamedTuple

from streams.dialects.detect import Detector
from streams.dialects.registry import DIALECTS
from streams.pipeline import Pipeline
from streams.pipeline.multiline import Joiner
from streams.settings import Multiline, Settings, TopicPolicy
from streams.testing import FakeRecord, chunk_of
from streams.types import Chunk, Outcome, PartitionState, lines_of

MOST_BYTES = 1_048_576
DETECTOR = Detector(DIALECTS, UTC)
TOPIC = "raw-logs"


class Event(NamedTuple):
    """A closed event: the offsets of its records, what they make together, and remarks."""

    offsets: tuple[int, ...]
    value: bytes | None
    flags: tuple[str, ...] = ()


class Joining:
    """A joiner of one partition and what it gave so far."""

    def __init__(self, **bounds: Any) -> None:
        self.joiner = Joiner(Multiline(enabled=True, **bounds), MOST_BYTES, DETECTOR)
        self.state = PartitionState(TOPIC, 0)
        self.end = 0

    def take(self, *values: bytes | str | FakeRecord | None, cut: int | None = None) -> list[Event]:
        """Take records in at the next offsets; gives the events that they complete."""
        self.state.cut = cut
        chunk = chunk_of(*values, start=self.end, state=self.state)
        self.end = chunk.end
        return [_event(group.record()) for run in self.joiner.runs(chunk) for group in run]

    def take_undecodable(self, value: str, error: str) -> list[tuple[tuple[int, ...], str | None]]:
        """Take in one record that Kafka's own client could not read; gives offsets and errors."""
        chunk = chunk_of(value, start=self.end, state=self.state)
        chunk.undecodable = {self.end: error}
        self.end = chunk.end
        groups = [group for run in self.joiner.runs(chunk) for group in run]
        return [(_event(group.record()).offsets, group.error) for group in groups]

    def cut(self) -> list[Event]:
        """Close what is open."""
        return self.take(cut=self.end)

    @property
    def complete(self) -> int:
        """The offset before which everything was given."""
        return self.joiner.complete(self.end)


def _event(raw: Any) -> Event:
    return Event(tuple(line.offset for line in lines_of(raw)), raw.value, getattr(raw, "flags", ()))


def events_of(*values: bytes | str | FakeRecord | None, **bounds: Any) -> list[Event]:
    """Join records that nothing follows."""
    joining = Joining(**bounds)
    return [*joining.take(*values), *joining.cut()]


def joining_pipeline(
    limits: dict[str, int] | None = None, flow: dict[str, int] | None = None, **bounds: Any
) -> Pipeline:
    """A pipeline that joins and checks every record."""
    policy = TopicPolicy(multiline=Multiline(enabled=True, **bounds))
    return Pipeline(Settings(validate_output=True, topics={TOPIC: policy}, limits=limits or {}, flow=flow or {}))


def outcomes(pipeline: Pipeline, chunk: Chunk) -> list[Outcome]:
    """Take one chunk through, part by part."""
    pipeline.prepare(chunk)
    parts = [pipeline.finish(chunk, {})]
    while parts[-1].more:
        parts.append(pipeline.finish(chunk, {}))
    return parts


def outcome_of_events(pipeline: Pipeline, values: Sequence[bytes | str | FakeRecord | None]) -> Outcome:
    """Take records through in one chunk, with a cut behind them."""
    chunk = chunk_of(*values, state=PartitionState(TOPIC, 0, cut=len(values)))
    (outcome,) = outcomes(pipeline, chunk)
    assert outcome.complete_through == chunk.end - 1
    assert len(values) + outcome.counts.split == outcome.counts.enriched + outcome.counts.dead + outcome.counts.joined
    return outcome
