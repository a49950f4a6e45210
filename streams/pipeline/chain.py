"""The processors of a pipeline in their order: what runs for each record, and what happens when one fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from time import perf_counter
from typing import Any, NamedTuple, TypeAlias

from streams.dialects.base import add_flags
from streams.errors import LookupFailed, RejectedByOutage, RejectedRecord
from streams.pipeline.batch import Batch
from streams.pipeline.inquiry import Inquiry
from streams.pipeline.paths import put
from streams.pipeline.wanted import Wanted
from streams.processors.base import Acted, LookupProcessor, Processor, Verdict
from streams.settings import LookupLimits, When
from streams.types import Answers, LookupKeys, Provenance, Record, TopicTable

_SAMPLED = Verdict.SAMPLED
Call: TypeAlias = Callable[[Sequence[Record]], Iterable[Acted]]


class Step(NamedTuple):
    """A processor at its place in the chain."""

    processor: Processor
    on_failure: str
    defaults: Mapping[str, Any]
    wanted: Wanted | None = None
    """Whether a record is processed at all; None when every one is."""
    when: When = When()
    """The flag that `wanted` was made of."""
    lookup: LookupLimits = LookupLimits()
    """How it is asked, if it is a look-up."""

    @property
    def label(self) -> str:
        """How it stands in the provenance."""
        return f"{self.processor.name}@{self.processor.version}"


class Tally:
    """What a step did since the start: records that it changed, failures, and seconds of work."""

    __slots__ = ("acted", "failed", "seconds")

    def __init__(self) -> None:
        self.acted = self.failed = 0
        self.seconds = 0.0


class Chain:
    """Runs the steps; `tallies` are parallel to `steps`, and `records` counts what passed.

    Steps from the first look-up on run after the answers are there, those before it ahead of the question.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = tuple(steps)
        self.tallies = tuple(Tally() for _ in self.steps)
        self.records = 0
        self._inquiries = {
            place: Inquiry(step.processor, step.wanted)
            for place, step in enumerate(self.steps)
            if isinstance(step.processor, LookupProcessor)
        }
        self.first_lookup = min(self._inquiries, default=len(self.steps))
        active = [place for place, step in enumerate(self.steps) if not step.processor.idle]
        self._before = tuple(place for place in active if place < self.first_lookup)
        self._after = tuple(place for place in active if place >= self.first_lookup)
        self._calls = tuple(self._call(place, step.processor) for place, step in enumerate(self.steps))
        self._provenances: dict[int, Provenance] = {}
        self._pipeline = ""

    @property
    def asks(self) -> bool:
        """Whether there is anything to look up."""
        return bool(self._inquiries)

    @property
    def unprocessed(self) -> Provenance | None:
        """The provenance of every record where there are no steps; None where there are."""
        return None if self.steps else self._provenance(0)

    def snapshots(self) -> tuple[str, ...]:
        """Give the hashes of what the processors look things up in, in their order."""
        return tuple(step.processor.snapshot() for step in self.steps)

    def tables(self) -> dict[str, TopicTable]:
        """Give the topics that processors look things up in, with new tables, by the names of the processors."""
        named = ((step.processor.name, step.processor.table()) for step in self.steps)
        return {name: table for name, table in named if table}

    def begin(self, pipeline: str, answers: Answers) -> None:
        """Start a chunk: its pipeline hash, and the answers to its look-ups."""
        if pipeline != self._pipeline:
            self._pipeline, self._provenances = pipeline, {}
        for inquiry in self._inquiries.values():
            inquiry.take(answers)

    def run_before_lookups(self, batch: Batch) -> None:
        """Run the steps ahead of the first look-up, and ask."""
        self.records += len(batch.records)
        self._run(batch, self._before)
        if self._inquiries:
            records = batch.pick(batch.alive)
            batch.asked = [inquiry.ask(records) for inquiry in self._inquiries.values()]

    def keys(self, batch: Batch) -> LookupKeys:
        """Give what the look-ups want to know of a batch."""
        inquiries = zip(self._inquiries.values(), batch.asked, strict=True)
        return frozenset(
            (inquiry.name, key) for inquiry, asked in inquiries for one in asked.values() for key in one.keys
        )

    def run(self, batch: Batch) -> None:
        """Run the other steps, and set the provenance."""
        for inquiry, asked in zip(self._inquiries.values(), batch.asked, strict=True):
            inquiry.asked = asked
        self._run(batch, self._after)
        known = self._provenances
        for record, acted in zip(batch.records, batch.acted, strict=True):
            record["provenance"] = known.get(acted) or self._provenance(acted)
        for place, failed in batch.failed.items():
            batch.records[place]["provenance"] = self._provenance(batch.acted[place], failed)

    def _run(self, batch: Batch, steps: Sequence[int]) -> None:
        began = perf_counter()
        for step in steps:
            wanted = self.steps[step].wanted
            places = batch.alive if wanted is None else _chosen(batch, wanted)
            while places:
                places = places[self._process(batch, step, places) :]
            ended = perf_counter()
            self.tallies[step].seconds += ended - began
            began = ended

    def _process(self, batch: Batch, step: int, places: Sequence[int]) -> int:
        """Let a step process the records at some places, up to one on which it fails; gives how many are done then."""
        said: list[Acted] = []
        try:
            # It keeps what was said before an error, and needs no turn of the interpreter for a record.
            said.extend(self._calls[step](batch.pick(places)))
            if len(said) != len(places):
                raise ValueError(f"{self.steps[step].label} told of {len(said)} records, not of {len(places)}")
        except MemoryError:
            raise
        except Exception as error:
            if len(said) >= len(places):
                raise
            self._fail(batch, step, places[len(said)], error)
            said.append(False)
        if any(said):
            self._note(batch, step, zip(places, said, strict=False))
        return len(said)

    def _note(self, batch: Batch, step: int, said: Iterable[tuple[int, Acted]]) -> None:
        acted, tally, bit = batch.acted, self.tallies[step], 1 << step
        for place, one in said:
            if one is _SAMPLED:
                batch.end(place, None)
            elif one:
                acted[place] |= bit
                tally.acted += 1

    def _fail(self, batch: Batch, step: int, place: int, error: Exception) -> None:
        self.tallies[step].failed += 1
        try:
            label = _excuse(self.steps[step], batch.records[place], error)
        except RejectedRecord as rejection:
            batch.end(place, rejection)
        else:
            batch.failed[place] = (*batch.failed.get(place, ()), label)

    def _provenance(self, acted: int, failed: Sequence[str] = ()) -> Provenance:
        """Records on which the same steps acted, and none failed, share one object."""
        applied = [step.label for place, step in enumerate(self.steps) if acted >> place & 1]
        made: Provenance = {"pipeline": self._pipeline, "applied": applied, "failed": list(failed)}
        if not failed:
            self._provenances[acted] = made
        return made

    def _call(self, place: int, processor: Processor) -> Call:
        inquiry = self._inquiries.get(place)
        return processor.process_all if inquiry is None else inquiry.use_all


def _chosen(batch: Batch, wanted: Wanted) -> list[int]:
    """Give the places of the records that a step is for; one of which that cannot be said ends."""
    chosen: list[int] = []
    for place in batch.alive:
        try:
            if wanted(batch.records[place]):
                chosen.append(place)
        except Exception as error:  # noqa: BLE001 - one record's failure is its dead letter
            batch.end(place, error)
    return chosen


def _excuse(step: Step, record: Record, error: Exception) -> str:
    """Do what the step's policy says of a record on which it failed; gives its label.

    Raises:
        RejectedRecord: the policy is that the record dies.
    """
    if step.on_failure == "dead":
        if isinstance(error, LookupFailed):
            raise RejectedByOutage("processor.failed", f"{step.label} failed with {error}")
        reason = "redaction.failed" if step.processor.fails_closed else "processor.failed"
        raise RejectedRecord(reason, f"{step.label} failed with {type(error).__name__}") from error
    for path, value in step.defaults.items():
        put(record, path, value)
    add_flags(record, "enrichment.default" if step.defaults else "enrichment.failed")
    return step.label
