"""The processors of a pipeline in their order: what runs for each record, and what happens when one fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any, NamedTuple, TypeAlias

from streams.dialects.base import add_flags
from streams.errors import LookupFailed, RejectedByOutage, RejectedRecord
from streams.pipeline.inquiry import Asked, Inquiry
from streams.pipeline.paths import put
from streams.pipeline.wanted import Wanted
from streams.processors.base import Acted, LookupProcessor, Processor, Verdict
from streams.settings import LookupLimits, When
from streams.types import Answers, LookupKeys, Provenance, Record, TopicTable

_TIMED = 64
"""One record in so many is timed: two looks at a clock would cost more than most processors."""

Call: TypeAlias = Callable[[Record], Acted]


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
    """What a step did since the start: records that it changed, failures, and seconds as far as they were sampled."""

    __slots__ = ("acted", "failed", "seconds")

    def __init__(self) -> None:
        self.acted = self.failed = 0
        self.seconds = 0.0


class Progress(NamedTuple):
    """How far a record came: which steps acted (a bit each), the labels of those that failed, what look-ups asked."""

    acted: int = 0
    failed: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()


START = Progress()


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
        self._calls = tuple((place, self._call(place, step), step.wanted) for place, step in enumerate(self.steps))
        self._timed = tuple((place, self._clocked(place, call), wanted) for place, call, wanted in self._calls)
        self.first_lookup = min(self._inquiries, default=len(self.steps))
        self._provenances: dict[int, Provenance] = {}
        self._pipeline = ""

    @property
    def asks(self) -> bool:
        """Whether there is anything to look up."""
        return bool(self._inquiries)

    @property
    def unprocessed(self) -> Provenance | None:
        """The provenance of every record where there are no steps; None where there are."""
        return None if self.steps else self._provenance(START)

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

    def run_before_lookups(self, record: Record) -> Progress | None:
        """Run the steps ahead of the first look-up and ask; None when the record was sampled out."""
        done = self._run(record, START, 0, self.first_lookup)
        return done and done._replace(asked=tuple(inquiry.ask(record) for inquiry in self._inquiries.values()))

    def keys(self, progress: Progress) -> LookupKeys:
        """Give what the look-ups of a record want to know."""
        inquiries = zip(self._inquiries.values(), progress.asked, strict=True)
        return frozenset((inquiry.name, key) for inquiry, asked in inquiries for key in asked.keys)

    def run(self, record: Record, progress: Progress | None = None) -> bool:
        """Run all steps, or those that `progress` has not run, and set the provenance; False when sampled out."""
        first = 0
        if progress is not None:
            first = self.first_lookup
            for inquiry, asked in zip(self._inquiries.values(), progress.asked, strict=True):
                inquiry.asked = asked
        done = self._run(record, progress or START, first, len(self.steps))
        if done is None:
            return False
        record["provenance"] = self._provenance(done)
        return True

    def _run(self, record: Record, progress: Progress, first: int, last: int) -> Progress | None:
        self.records += not first
        acted, failed, _ = progress
        calls = self._calls if self.records % _TIMED else self._timed
        for place, call, wanted in calls[first:last] if last - first < len(calls) else calls:
            if wanted is not None and not wanted(record):
                continue
            try:
                said = call(record)
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001 - the policy of the step says what becomes of the record
                failed = (*failed, self._fail(place, record, error))
                continue
            if said:
                if said is Verdict.SAMPLED:
                    return None
                acted |= 1 << place
                self.tallies[place].acted += 1
        return Progress(acted, failed)

    def _fail(self, place: int, record: Record, error: Exception) -> str:
        """Do what the step's policy says; gives its label.

        Raises:
            RejectedRecord: the policy is that the record dies.
        """
        step = self.steps[place]
        self.tallies[place].failed += 1
        if step.on_failure == "dead":
            if isinstance(error, LookupFailed):
                raise RejectedByOutage("processor.failed", f"{step.label} failed with {error}")
            reason = "redaction.failed" if step.processor.fails_closed else "processor.failed"
            raise RejectedRecord(reason, f"{step.label} failed with {type(error).__name__}") from error
        for path, value in step.defaults.items():
            put(record, path, value)
        add_flags(record, "enrichment.default" if step.defaults else "enrichment.failed")
        return step.label

    def _provenance(self, done: Progress) -> Provenance:
        """Records on which the same steps acted share one object."""
        known = None if done.failed else self._provenances.get(done.acted)
        if known is not None:
            return known
        applied = [step.label for place, step in enumerate(self.steps) if done.acted >> place & 1]
        made: Provenance = {"pipeline": self._pipeline, "applied": applied, "failed": list(done.failed)}
        if not done.failed:
            self._provenances[done.acted] = made
        return made

    def _call(self, place: int, step: Step) -> Call:
        inquiry = self._inquiries.get(place)
        return inquiry.use if inquiry is not None else step.processor.process

    def _clocked(self, place: int, call: Call) -> Call:
        tally = self.tallies[place]

        def timed(record: Record) -> Acted:
            began = perf_counter()
            try:
                return call(record)
            finally:
                tally.seconds += (perf_counter() - began) * _TIMED

        return timed
