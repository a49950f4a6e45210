"""A chain made from the settings, with everything that is wrong in them said at once and before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from streams.errors import ConfigurationError
from streams.pipeline.chain import Chain, Step
from streams.pipeline.paths import overlap
from streams.pipeline.wanted import compile_when, fields_of
from streams.processors.base import LookupProcessor, Processor
from streams.processors.registry import find
from streams.settings import ProcessorEntry, Settings, what_is_wrong
from streams.types import Record, Snapshots

_ALWAYS_THERE = frozenset(Record.__required_keys__)
NO_SNAPSHOTS: Snapshots = {}
_ADDED_TO = frozenset({"flags"})
"""Sets that any processor adds to and none takes from."""


def build_chain(settings: Settings, snapshots: Snapshots = NO_SNAPSHOTS) -> Chain:
    """Make the chain of a pipeline; `snapshots` are of topics in which processors look things up.

    Raises:
        ConfigurationError: an unknown name, options that do not fit, a read that nothing writes before, two writers
            of one field that do not say so, or a redaction that would let records pass when it fails.
    """
    steps = [_step(entry, settings) for entry in settings.processors if entry.enabled]
    for step in steps:
        if step.processor.name in snapshots:
            step.processor.take(snapshots[step.processor.name])
    problems = [*_doubles(steps), *_unread(steps), *_collisions(steps), *_early_questions(steps)]
    if problems:
        raise ConfigurationError(
            "\n".join(problems),
            cure="Change the order or the list of processors; `weft processors` shows what each does.",
        )
    return Chain(steps)


def _step(entry: ProcessorEntry, settings: Settings) -> Step:
    kind = find(entry.name, entry.use)
    try:
        processor = kind(kind.Options(**entry.options))
    except ValidationError as error:
        raise ConfigurationError(
            f"processors.{entry.name}.options: {what_is_wrong(error)}",
            cure=f"`weft processors {entry.name}` shows its options.",
        ) from None
    policy = entry.on_failure or ("dead" if processor.fails_closed else "skip")
    if processor.fails_closed and policy != "dead":
        told = f"processors.{entry.name}.on_failure: {policy} would let secrets pass"
        raise ConfigurationError(told, cure="Leave it out.")
    if "lookup" in entry.model_fields_set and not isinstance(processor, LookupProcessor):
        raise ConfigurationError(f"processors.{entry.name}.lookup: it asks nothing", cure="Leave it out.")
    wanted = compile_when(entry.when, settings.environment)
    return Step(processor, policy, entry.defaults, wanted, entry.when, entry.lookup)


def _doubles(steps: Sequence[Step]) -> Iterator[str]:
    names = [step.processor.name for step in steps]
    yield from (f"processors: {name} stands there twice" for name in dict.fromkeys(names) if names.count(name) > 1)


def _unread(steps: Sequence[Step]) -> Iterator[str]:
    """A read is fulfilled by what every record has, or by a processor that stands before."""
    written: set[str] = set(_ALWAYS_THERE)
    for place, step in enumerate(steps):
        for path in sorted(step.processor.reads):
            if not path.endswith("?") and not overlap(path, written):
                later = [one.processor.name for one in steps[place:] if overlap(path, one.processor.writes)]
                hint = f"{later[0]} writes it only after" if later else "nothing writes it"
                yield f"processors.{step.processor.name} reads {path}, but {hint}"
        written |= step.processor.writes


def _collisions(steps: Sequence[Step]) -> Iterator[str]:
    for place, step in enumerate(steps):
        for earlier in steps[:place]:
            yield from _collide(earlier.processor, step.processor)


def _collide(earlier: Processor, later: Processor) -> Iterator[str]:
    """Who edits any field of a part, as redaction does, claims none of them."""
    edited = {path for path in earlier.overwrites if path.endswith(".*")}
    for path in sorted(later.writes - _ADDED_TO):
        if overlap(path, earlier.writes - edited) and not overlap(path, later.overwrites):
            yield f"processors: {earlier.name} and {later.name} both write {path}, and {later.name} overwrites nothing"


def _early_questions(steps: Sequence[Step]) -> Iterator[str]:
    """All questions are asked at once, so none may depend on what a step behind the first one writes."""
    first = next((place for place, step in enumerate(steps) if isinstance(step.processor, LookupProcessor)), len(steps))
    written: set[str] = set()
    for step in steps[first:]:
        if isinstance(step.processor, LookupProcessor):
            asked = {path.removesuffix("?") for path in step.processor.reads} | fields_of(step.when)
            late = sorted(path for path in asked if overlap(path, written))
            yield from (f"processors.{step.processor.name} asks by {path}, which is written too late" for path in late)
        written |= step.processor.writes
