"""Records that go through the chain together: each has its own fate, and what is said of them is said of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import pytest

from streams.dialects.base import new_record
from streams.errors import RejectedRecord
from streams.pipeline import Pipeline
from streams.pipeline.batch import Batch
from streams.pipeline.chain import Chain, Step
from streams.processors.base import Acted, Processor, Verdict
from streams.processors.service_catalog import ServiceCatalog
from streams.settings import ProcessorEntry, Settings
from streams.testing import chunk_of
from streams.types import Outcome, Record, Source


class Obeys(Processor):
    """Does what the body says."""

    name: ClassVar[str] = "obeys"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"body"})
    writes: ClassVar[frozenset[str]] = frozenset({"attributes.seen"})

    def process(self, record: Record) -> Acted:
        if record["body"] == "fail":
            raise ValueError
        if record["body"] == "drop":
            return Verdict.SAMPLED
        record["attributes"]["seen"] = record["attributes"].get("seen", 0) + 1
        return record["body"] == "act"


class ObeysTogether(Obeys):
    """The same for many at once."""

    def process_all(self, records: Sequence[Record]) -> Iterable[Acted]:
        for record in records:
            yield self.process(record)


def records(*bodies: str) -> list[Record]:
    source: Source = {"topic": "t", "partition": 0, "offset": 0}
    made: list[Any] = [new_record("json", "t-0-0", "2026-01-01T00:00:00.000000000Z", source) for _ in bodies]
    for one, body in zip(made, bodies, strict=True):
        one["body"] = body
    return made


def through(chain: Chain, *bodies: str) -> Batch:
    batch = Batch(records(*bodies))
    chain.begin("hash", {})
    chain.run_before_lookups(batch)
    chain.run(batch)
    return batch


@pytest.mark.parametrize("kind", [Obeys, ObeysTogether])
@pytest.mark.parametrize("policy", ["skip", "dead"])
def test_one_that_fails_or_is_dropped_leaves_the_others_as_they_would_be(kind: type[Obeys], policy: str) -> None:
    chain = Chain([Step(kind(None), policy, {}), Step(kind(None), "skip", {})])
    batch = through(chain, "act", "fail", "pass", "drop", "fail", "act")

    alive = [place for place in range(6) if place not in batch.ended]
    assert alive == ([0, 2, 5] if policy == "dead" else [0, 1, 2, 4, 5])
    assert batch.ended[3] is None
    assert [batch.records[place]["attributes"].get("seen") for place in (0, 2, 5)] == [2, 2, 2]
    assert [len(batch.records[place]["provenance"]["applied"]) for place in (0, 2, 5)] == [2, 0, 2]
    assert [len(batch.records[place]["provenance"]["failed"]) for place in (1, 4)] == [2, 2] or policy == "dead"
    assert (chain.tallies[0].acted, chain.tallies[0].failed) == (2, 2)


class TellsOfTooFew(Obeys):
    """Says nothing of the last record."""

    def process_all(self, records: Sequence[Record]) -> Iterable[Acted]:
        return [False] * (len(records) - 1)


class TellsOfTooMany(Obeys):
    """Says something of a record that there is not."""

    def process_all(self, records: Sequence[Record]) -> Iterable[Acted]:
        return [False] * (len(records) + 1)


def test_a_record_of_which_a_step_says_nothing_has_failed_there() -> None:
    ended = through(Chain([Step(TellsOfTooFew(None), "dead", {})]), "a", "b").ended

    assert [*ended] == [1]
    assert isinstance(ended[1], RejectedRecord)
    with pytest.raises(ValueError, match="told of 3 records, not of 2"):
        through(Chain([Step(TellsOfTooMany(None), "dead", {})]), "a", "b")


class Idle(Obeys):
    """Fails when it is called, but says that it need not be."""

    @property
    def idle(self) -> bool:
        return True


def test_a_step_that_has_nothing_to_do_is_not_called() -> None:
    batch = through(Chain([Step(Idle(None), "dead", {})]), "fail")

    assert not batch.ended
    assert batch.records[0]["provenance"] == {"pipeline": "hash", "applied": [], "failed": []}


def test_a_catalogue_without_services_has_nothing_to_do() -> None:
    assert ServiceCatalog(ServiceCatalog.Options()).idle


USE = "tests.unit.pipeline.test_batches:Obeys"


def outcome_of(*values: str, policy: Any = "dead") -> Outcome:
    pipeline = Pipeline(Settings(processors=(ProcessorEntry(name="obeys", use=USE, on_failure=policy),)))
    chunk = chunk_of(*values)
    pipeline.prepare(chunk)
    return pipeline.finish(chunk, {})


def test_dead_dropped_and_undecodable_records_of_a_batch_are_told_apart() -> None:
    outcome = outcome_of("act", "fail", "", "drop", '[{"message": "fail"}, {"message": "act"}]', "drop", "fail", "act")

    assert [origin.offset for origin in outcome.origins] == [0, 4, 7]
    assert [(letter.raw.offset, letter.inner, letter.stage) for letter in outcome.dead] == [
        (1, None, "process"),
        (2, None, "decode"),
        (4, 0, "process"),
        (6, None, "process"),
    ]
    assert (outcome.counts.sampled, outcome.counts.enriched, outcome.counts.split) == (2, 3, 1)


@pytest.mark.parametrize("number", [1, 31, 32, 33, 100])
def test_a_chunk_of_any_length_goes_through_whole(number: int) -> None:
    outcome = outcome_of(*(["act", "fail", "act", "drop"] * 25)[:number])

    assert len(outcome.values) + len(outcome.dead) + outcome.counts.sampled == number
    assert [origin.offset for origin in outcome.origins] == [place for place in range(number) if place % 2 == 0]
