"""The processors of a pipeline in their order: what runs for each record, and what happens when one fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any, NamedTuple, TypeAlias

from streams.dialects.base import add_flags
from streams.errors import RejectedRecord
from streams.pipeline.paths import put
from streams.pipeline.wanted import Wanted
from streams.processors.base import Acted, LookupProcessor, Processor, Verdict
from streams.settings import When
from streams.types import Answers, LookupKeys, Provenance, Record

_TIMED = 64
"""One record in so many is timed: two looks at a clock would cost more than most processors."""
_REDACTION = "redact"

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
    """How far a record came: which steps acted (a bit each) and the labels of those that failed."""

    acted: int = 0
    failed: tuple[str, ...] = ()


START = Progress()


class Chain:
    """Runs the steps; `tallies` are parallel to `steps`, and `records` counts what passed.

    Steps from the first look-up on run after the answers are there, those before it ahead of the question.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = tuple(steps)
        self.tallies = tuple(Tally() for _ in self.steps)
        self.records = 0
        self._lookups = tuple(step.processor for step in self.steps if isinstance(step.processor, LookupProcessor))
        self._answers: dict[str, dict[str, Any]] = {}
        self._calls = tuple((place, self._call(step), step.wanted) for place, step in enumerate(self.steps))
        self._timed = tuple((place, self._clocked(place, call), wanted) for place, call, wanted in self._calls)
        self._first_lookup = next(
            (place for place, step in enumerate(self.steps) if isinstance(step.processor, LookupProcessor)),
            len(self.steps),
        )
        self._provenances: dict[int, Provenance] = {}
        self._pipeline = ""

    @property
    def asks(self) -> bool:
        """Whether there is anything to look up."""
        return bool(self._lookups)

    def snapshots(self) -> tuple[str, ...]:
        """Give the hashes of what the processors look things up in, in their order."""
        return tuple(step.processor.snapshot() for step in self.steps)

    def begin(self, pipeline: str, answers: Answers) -> None:
        """Start a chunk: its pipeline hash, and the answers to its look-ups."""
        if pipeline != self._pipeline:
            self._pipeline, self._provenances = pipeline, {}
        if self._lookups:
            self._answers = {processor.name: {} for processor in self._lookups}
            for (name, key), answer in answers.items():
                self._answers[name][key] = answer

    def keys(self, record: Record) -> LookupKeys:
        """Give what all look-ups want to know for a record."""
        return frozenset((processor.name, key) for processor in self._lookups for key in processor.keys(record))

    def run_before_lookups(self, record: Record) -> Progress | None:
        """Run the steps ahead of the first look-up; None when the record was sampled out."""
        return self._run(record, START, 0, self._first_lookup)

    def run(self, record: Record, progress: Progress | None = None) -> bool:
        """Run all steps, or those that `progress` has not run, and set the provenance; False when sampled out."""
        first = 0 if progress is None else self._first_lookup
        done = self._run(record, progress or START, first, len(self.steps))
        if done is None:
            return False
        record["provenance"] = self._provenance(done)
        return True

    def _run(self, record: Record, progress: Progress, first: int, last: int) -> Progress | None:
        if not self.steps:
            return progress
        self.records += not first
        acted, failed = progress
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
            reason = "redaction.failed" if step.processor.name == _REDACTION else "processor.failed"
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

    def _call(self, step: Step) -> Call:
        processor = step.processor
        if not isinstance(processor, LookupProcessor):
            return processor.process
        return lambda record: processor.use(record, self._answers.get(processor.name, {}))

    def _clocked(self, place: int, call: Call) -> Call:
        tally = self.tallies[place]

        def timed(record: Record) -> Acted:
            began = perf_counter()
            try:
                return call(record)
            finally:
                tally.seconds += (perf_counter() - began) * _TIMED

        return timed
