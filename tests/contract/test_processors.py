"""What holds of every processor that ships: over the examples of every dialect, and any record of the schema."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from itertools import cycle
from typing import Any, cast

import orjson
import pytest
from hypothesis import HealthCheck, given, settings

from streams.dialects.registry import DIALECTS
from streams.pipeline import Pipeline
from streams.processors.base import Processor
from streams.processors.registry import BUILTIN
from streams.settings import Settings
from streams.testing import FakeRecord
from streams.testing.processors import check_declarations, check_linear_time, check_processor
from streams.testing.records import BAITS, example_records, records
from streams.types import Record
from tests.legacy import PACKAGES
from tests.through import outcome_of

KEY = "a key of sixteen bytes or more"
VARIABLE = "PSEUDONYM_KEY"

OPTIONS: dict[str, list[dict[str, Any]]] = {
    "drop_fields": [{"fields": ["attributes.http", "attributes.user.*", "resource.host.name", "body.a"]}],
    "environment": [
        {
            "rules": [
                {"topic": "raw-*", "environment": "staging", "feature_flags": {"basket": "b", "dark": True}},
                {"resource": {"host.name": "web-[0-9]*"}, "region": "eu-west-1", "cluster": "one"},
            ]
        }
    ],
    "exception": [{"frames": 0}, {"frames": 2}],
    "http": [{"infer_severity": True}],
    "legacy": [
        {"path": PACKAGES / "billing", "module": "normalizer", "writes": ["attributes.team", "attributes.account"]},
        {"path": PACKAGES / "shipping", "module": "normalizer.rules", "writes": ["attributes.*"], "mode": "subprocess"},
    ],
    "limits": [{"attributes": 2, "depth": 1, "value_characters": 5, "body_bytes": 17}, {"depth": 2}],
    "pseudonym": [
        {
            "fields": ["attributes.user.id", "attributes.user_id", "attributes.http", "resource.host.name", "body.a"],
            "keys": [
                {"id": "a", "variable": VARIABLE},
                {"id": "b", "variable": VARIABLE, "since": "2020-01-01T00:00Z"},
            ],
        }
    ],
    "rename": [
        {"fields": {"attributes.user_id": "attributes.user.id", "body.a": "attributes.a", "resource.b": "resource.c"}},
        {"fields": {"attributes.status": "attributes.path", "body.b": "resource.service.name"}, "overwrite": True},
    ],
    "sample": [{"percent": 0}, {"percent": 50}],
    "temporal": [{"ahead_seconds": 60, "behind_seconds": 60}],
}  # fmt: skip
"""Options beside the defaults, with which a processor does what its defaults leave out."""

CASES = [(kind, options) for kind in BUILTIN for options in ({}, *OPTIONS.get(kind.name, ()))]

each_kind = pytest.mark.parametrize("kind", BUILTIN, ids=[kind.name for kind in BUILTIN])
each_case = pytest.mark.parametrize(
    ("kind", "options"), CASES, ids=[f"{kind.name}-{' '.join(options) or 'defaults'}" for kind, options in CASES]
)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, KEY)


def making(kind: type[Processor], options: dict[str, Any]) -> Callable[[], Processor]:
    return lambda: kind(kind.Options(**options))


MADE: dict[str, list[Processor]] = {}


def twins(kind: type[Processor], options: dict[str, Any]) -> Callable[[], Processor]:
    """Two processors of a case in turn, made once, because some take long to make."""
    make, case = making(kind, options), f"{kind.name} {options}"
    return cycle(MADE.get(case) or MADE.setdefault(case, [make(), make()])).__next__


@cache
def corpus() -> tuple[Record, ...]:
    """The schema's examples, and those of every dialect through a pipeline without processors."""
    values = [
        FakeRecord(example.encoded, headers=example.headers) for dialect in DIALECTS for example in dialect.examples
    ]
    through = Pipeline(Settings(processors=()))
    found = [orjson.loads(value) for raw in values for value in outcome_of(raw, through=through).values]
    return (*example_records(), *cast("list[Record]", found))


def test_the_corpus_has_a_record_of_every_dialect_with_examples() -> None:
    seen = {name for record in corpus() for name in (record["dialect"], *record.get("envelopes", ()))}
    assert {dialect.name for dialect in DIALECTS} <= seen


@each_kind
def test_a_processor_says_what_it_is(kind: type[Processor]) -> None:
    check_declarations(kind)


@each_case
def test_a_processor_keeps_the_contract_on_every_dialect(kind: type[Processor], options: dict[str, Any]) -> None:
    check_processor(making(kind, options), corpus())


@each_case
@settings(
    max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(record=records())
def test_a_processor_keeps_the_contract_on_any_record(
    kind: type[Processor], options: dict[str, Any], record: Record
) -> None:
    check_processor(twins(kind, options), [record])


@each_case
@pytest.mark.parametrize("bait", BAITS)
def test_a_processors_time_is_linear(kind: type[Processor], options: dict[str, Any], bait: str) -> None:
    check_linear_time(twins(kind, options)(), {bait: BAITS[bait]})


@pytest.mark.parametrize(("kind", "options"), [case for case in CASES if case[1]], ids=lambda part: str(part)[:60])
def test_the_options_make_a_processor_act(kind: type[Processor], options: dict[str, Any]) -> None:
    """Else the contract would hold of them because nothing happens."""
    processor = kind(kind.Options(**options))
    assert any(processor.process(deepcopy(record)) for record in corpus())


def test_names_are_unique() -> None:
    assert len({kind.name for kind in BUILTIN}) == len(BUILTIN)


def test_options_are_those_of_processors_that_there_are() -> None:
    assert set(OPTIONS) <= {kind.name for kind in BUILTIN}
