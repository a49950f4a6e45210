"""Values through the whole pipeline, as tests of any room need it."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson

from schemas.conform import conform
from streams.pipeline import Pipeline
from streams.settings import Limits, Settings, TopicPolicy
from streams.testing import FakeRecord, chunk_of
from streams.types import DeadLetter, Outcome


@cache
def pipeline(**settings: Any) -> Pipeline:
    """A pipeline without processors that checks every record; tests with the same settings share one."""
    return Pipeline(Settings(**{"validate_output": True, "processors": (), **settings}))


def limited(**limits: int) -> Pipeline:
    return Pipeline(Settings(validate_output=True, processors=(), limits=Limits(**limits)))


def with_policy(**policy: Any) -> Pipeline:
    return Pipeline(Settings(validate_output=True, processors=(), topics={"raw-logs": TopicPolicy(**policy)}))


def outcome_of(*values: bytes | str | FakeRecord | None, through: Pipeline | None = None) -> Outcome:
    """Take values through a pipeline as one chunk and check what must hold of any outcome."""
    chosen = through or pipeline()
    chunk = chunk_of(*values)
    assert chosen.prepare(chunk) == frozenset()
    outcome = chosen.finish(chunk, {})
    assert len(outcome.keys) == len(outcome.values) == len(outcome.origins) == outcome.counts.enriched
    assert len(outcome.dead) == outcome.counts.dead
    assert len(chunk.records) + outcome.counts.split == outcome.counts.enriched + outcome.counts.dead
    assert {id(raw) for raw in chunk.records} == {id(raw) for raw in outcome.origins} | {
        id(one.raw) for one in outcome.dead
    }
    assert outcome.complete_through == chunk.end - 1
    for value in outcome.values:
        conform(orjson.loads(value))
    return outcome


def records_of(*values: bytes | str | FakeRecord | None, through: Pipeline | None = None) -> list[dict[str, Any]]:
    """Take values through that must all become records."""
    outcome = outcome_of(*values, through=through)
    assert outcome.dead == []
    return [orjson.loads(value) for value in outcome.values]


def record_of(value: bytes | str | FakeRecord, through: Pipeline | None = None) -> dict[str, Any]:
    """Take one value through that must become one record."""
    (record,) = records_of(value, through=through)
    return record


def dead_of(value: bytes | str | FakeRecord | None, through: Pipeline | None = None) -> DeadLetter:
    """Take one value through that must become one dead letter."""
    outcome = outcome_of(value, through=through)
    assert outcome.values == []
    (letter,) = outcome.dead
    return letter
