"""Takes cases through the real pipeline."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, nullcontext
from typing import Any, NamedTuple

from schemas.conform import NonconformingRecord, conform
from streams.cases.compare import Difference, compare
from streams.cases.model import Case, Cases
from streams.pipeline import Pipeline
from streams.settings import Settings, alone
from streams.testing import FakeRecord
from streams.types import Answers, Chunk, DeadLetter, PartitionState


class Got(NamedTuple):
    """What came out of a pipeline."""

    records: list[dict[str, Any]]
    dead: list[dict[str, Any]]
    sampled: int


class Result(NamedTuple):
    """What became of a case: where it stands, what came out, and how that differs from what was expected."""

    case: Case
    line: int
    got: Got
    differences: list[Difference]


def run_cases(
    cases: Cases, settings: Settings, made: Callable[[Pipeline], object] = lambda pipeline: None
) -> Iterator[Result]:
    """Run the cases of a file; `settings` count when the file has none of its own.

    Files that settings of the file's own name are looked for beside it. `made` is shown the pipeline before it runs.

    Raises:
        ConfigurationError: the settings make no pipeline.
    """
    own = cases.file.settings
    with nullcontext() if own is None else chdir(cases.path.parent):
        pipeline = Pipeline(settings if own is None else alone(own, f"{cases.path}: settings"))
        made(pipeline)
        for case, line in zip(cases.file.cases, cases.lines, strict=True):
            got = run(pipeline, case)
            yield Result(case, line, got, list(differences(case, got)))


def run(pipeline: Pipeline, case: Case) -> Got:
    """Take the input of a case through a pipeline: one chunk a partition, and then the end of all logs."""
    answers = {(name, key): answer for name, known in case.answers.items() for key, answer in known.items()}
    got = Got([], [], 0)
    for records in _by_partition(case).values():
        part = _finish(pipeline, records, answers)
        got = Got(got.records + part.records, got.dead + part.dead, got.sampled + part.sampled)
    return got


def differences(case: Case, got: Got) -> Iterator[Difference]:
    """Tell how what came out differs from what was expected, or from the schema."""
    expected = case.expected
    yield from compare(expected.records, got.records, "records")
    yield from compare(expected.dead, got.dead, "dead")
    yield from compare(expected.sampled, got.sampled, "sampled")
    for number, record in enumerate(got.records):
        try:
            conform(record)
        except NonconformingRecord as error:
            yield Difference(f"records[{number}]", "a record that conforms to the schema", str(error))


def _by_partition(case: Case) -> Mapping[tuple[str, int], list[FakeRecord]]:
    partitions: dict[tuple[str, int], list[FakeRecord]] = {}
    for given in case.input:
        records = partitions.setdefault((given.topic, given.partition), [])
        records.append(given.record(records[-1].offset + 1 if records else 0))
    return partitions


def _finish(pipeline: Pipeline, records: list[FakeRecord], answers: Answers) -> Got:
    topic, partition, end = records[0].topic, records[0].partition, records[-1].offset + 1
    chunk = Chunk(topic, partition, records, end, PartitionState(topic, partition, cut=end))
    pipeline.prepare(chunk)
    got, more = Got([], [], 0), True
    while more:
        outcome = pipeline.finish(chunk, answers)
        got.records.extend(map(json.loads, outcome.values))
        got.dead.extend(map(_letter, outcome.dead))
        got, more = got._replace(sampled=got.sampled + outcome.counts.sampled), outcome.more
    return got


def _letter(letter: DeadLetter) -> dict[str, Any]:
    told = {"reason": letter.reason, "stage": letter.stage, "error": letter.error, "offset": letter.raw.offset}
    return told if letter.inner is None else {**told, "index": letter.inner}
