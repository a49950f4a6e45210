"""What must hold of every processor, for the tests of those that you write yourself.

    from streams.testing.processors import check_declarations, check_linear_time, check_processor

    def test_it_keeps_the_contract() -> None:
        check_declarations(Mine)
        check_processor(lambda: Mine(Mine.Options(word="x")), example_records())
        check_linear_time(Mine(Mine.Options(word="x")))

Each check raises AssertionError, which names the processor and the rule. `streams.testing.records` makes records.
"""

from __future__ import annotations

import gc
import inspect
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from schemas.conform import NonconformingRecord, conform
from streams.processors.base import Acted, LookupProcessor, Options, Processor, Verdict
from streams.testing.records import BAITS
from streams.types import Record

_NAME = re.compile("[a-z][a-z0-9._-]{0,63}")
_VERSION = re.compile("[a-zA-Z0-9._+-]{1,32}")
_FIELDS = frozenset(Record.__annotations__)
_NEVER = frozenset({"provenance", "event_id", "source", "schema_version", "observed_timestamp", "signal"})
"""Who a record is and how it was made: no processor's business."""

_SMALL, _FACTOR, _ATTEMPTS = 1_000, 16, 6
_TOO_MUCH = 5 * _FACTOR
"""Between linear (16 times as long, up to 4 times more out of the caches) and quadratic (256 times)."""
_RUNS, _SHORTEST = 3, 20e-6
"""Runs of a time, and the seconds below which a time is not measured well and is no danger."""


def check_declarations(kind: type[Processor]) -> None:
    """Check that a processor says what it is: name, version, docs, fields, and every option with its meaning."""
    _hold(_NAME.fullmatch(kind.name), kind, f"the name {kind.name!r} is not small letters, digits and ._-")
    _hold(_VERSION.fullmatch(kind.version), kind, f"{kind.version!r} is no version")
    _hold(inspect.getdoc(kind) and kind.__doc__, kind, "it has no docstring, which is what people read of it")
    _hold(issubclass(kind.Options, Options), kind, "Options is no subclass of streams.processors.base.Options")
    for name, field in kind.Options.model_fields.items():
        _hold(field.description, kind, f"the option {name} has no description")
        _hold(not field.is_required(), kind, f"the option {name} has no default, so that the name alone cannot stand")
    for path in kind.reads | kind.writes:
        _hold(path.rstrip("?").split(".")[0] in _FIELDS, kind, f"{path} is no field of a record")
    parts = {path.split(".")[0] for path in kind.writes}
    _hold(not parts & _NEVER, kind, f"it writes {sorted(parts & _NEVER)}, which are Weft's")
    _hold(kind.overwrites <= kind.writes, kind, "it overwrites what it does not write")


def check_processor(make: Callable[[], Processor], records: Iterable[Record]) -> None:
    """Check what a processor does to records, none of which is changed.

    It never raises; what it gives conforms to the schema and differs only in fields that it declares; it says so when
    it changed something and only then; it gives the same again, also when made again, whatever it has seen before and
    whatever it sees beside; and a second run changes nothing more, unless `not_idempotent` says why.
    """
    first, other, known = make(), make(), list(records)
    done = [_check_record(first, record) for record in known]
    for record, expected in zip(reversed(known), reversed(done), strict=True):
        again = deepcopy(record)
        _run(other, again)
        differ = sorted(changed_fields(expected, again))
        _hold(not differ, type(first), f"{differ} differ when it is made again and has seen others")
    if not isinstance(other, LookupProcessor):
        _check_together(other, known, done)


def check_linear_time(processor: Processor, baits: Mapping[str, Callable[[int], Record]] = BAITS) -> None:
    """Check that no bait, a record that grows with a number, costs more than time linear in it."""
    for name, bait in baits.items():
        short, long = bait(_SMALL), bait(_SMALL * _FACTOR)
        # The best of several attempts counts, so that another process's load does not fail it.
        ratios = (_seconds(processor, long) / _seconds(processor, short) for _ in range(_ATTEMPTS))
        _hold(any(ratio < _TOO_MUCH for ratio in ratios), type(processor), f"its time is not linear in: {name}")


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Name by their paths the fields that differ; of objects in objects the innermost, of lists the whole."""
    return set(_differences(before, after, ""))


def _check_record(processor: Processor, record: Record) -> Record:
    """Check one record; gives what became of it."""
    kind, done = type(processor), deepcopy(record)
    said = _run(processor, done)
    changed = changed_fields(record, done)
    if said is Verdict.SAMPLED:
        _hold(not changed, kind, f"it changed {sorted(changed)} of a record that it sampled out")
        return done
    _hold(bool(said) == bool(changed), kind, f"it says {said!r} and changed {sorted(changed)}")
    undeclared = sorted(path for path in changed if not _covered(path, processor.writes))
    _hold(not undeclared, kind, f"it writes {undeclared}, which it does not declare")
    _conform(kind, done)
    if not kind.not_idempotent:
        twice = deepcopy(done)
        said_again = _run(processor, twice)
        more = sorted(changed_fields(done, twice))
        _hold(not said_again and not more, kind, f"a second run changes {more}, and not_idempotent says nothing")
    return done


def _check_together(processor: Processor, records: Sequence[Record], done: Iterable[Record]) -> None:
    together = deepcopy(list(records))
    said = [bool(acted) for acted in processor.process_all(together)]
    _hold(len(said) == len(together), type(processor), "process_all does not tell of each record")
    for record, expected in zip(together, done, strict=True):
        differ = sorted(changed_fields(expected, record))
        _hold(not differ, type(processor), f"{differ} differ when it sees others beside")


def _run(processor: Processor, record: Record) -> Acted:
    try:
        return processor.use(record, {}) if isinstance(processor, LookupProcessor) else processor.process(record)
    except Exception as error:
        raise AssertionError(f"{processor.name}: it raises {type(error).__name__}: {error}") from error


def _conform(kind: type[Processor], record: Record) -> None:
    encoded: dict[str, Any] = {**record}
    if "flags" in encoded:  # the pipeline sorts them
        encoded["flags"] = sorted(set(encoded["flags"]))
    try:
        conform(encoded)
    except NonconformingRecord as error:
        _hold(False, kind, f"its output does not conform: {error}")


def _differences(before: Any, after: Any, path: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in {**before, **after}:
            inner = f"{path}.{name}" if path else name
            if name not in before or name not in after:
                yield inner
            else:
                yield from _differences(before[name], after[name], inner)
    elif type(before) is not type(after) or before != after:
        yield path


def _covered(path: str, declared: Iterable[str]) -> bool:
    return any(
        path.startswith(pattern[:-1]) if pattern.endswith(".*") else path == pattern or path.startswith(f"{pattern}.")
        for pattern in declared
    )


def _seconds(processor: Processor, record: Record) -> float:
    """The shortest time of several runs, without the collector's walks over everything else."""
    best = float("inf")
    gc.disable()
    try:
        for _ in range(_RUNS):
            copy = deepcopy(record)
            began = time.process_time()
            _run(processor, copy)
            best = min(best, time.process_time() - began)
    finally:
        gc.enable()
    return max(best, _SHORTEST)


def _hold(condition: object, kind: type[Processor], rule: str) -> None:
    if not condition:
        raise AssertionError(f"{kind.name}: {rule}")
