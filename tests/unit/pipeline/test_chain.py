"""The chain of processors: order, failure policies, flags, provenance, look-ups; and what is refused at start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import pytest

from streams.dialects.base import new_record
from streams.errors import ConfigurationError, RejectedByOutage, RejectedRecord
from streams.pipeline.batch import Batch
from streams.pipeline.build import build_chain
from streams.pipeline.chain import Chain, Step
from streams.pipeline.wanted import compile_when
from streams.processors.base import Acted, LookupProcessor, Options, Processor, Verdict
from streams.settings import ProcessorEntry, Settings, When
from streams.types import Answers, Record, Source, Unanswered

HERE = "tests.unit.pipeline.test_chain"


def record(**fields: Any) -> Record:
    source: Source = {"topic": "t", "partition": 0, "offset": 0}
    made: Any = new_record("json", "t-0-0", "2026-01-01T00:00:00.000000000Z", source)
    made.update(fields)
    return made  # type: ignore[no-any-return]


class Mark(Processor):
    """Writes its word into an attribute."""

    class Options(Options):
        word: str = "x"

    name: ClassVar[str] = "mark"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset()
    writes: ClassVar[frozenset[str]] = frozenset({"attributes.mark"})

    def process(self, record: Record) -> Acted:
        record["attributes"]["mark"] = self.options.word
        return True


class MarkAgain(Mark):
    """Writes the same attribute, and says so."""

    name: ClassVar[str] = "mark_again"
    overwrites: ClassVar[frozenset[str]] = frozenset({"attributes.mark"})


class Copy(Processor):
    """Needs what Mark writes."""

    name: ClassVar[str] = "copy"
    version: ClassVar[str] = "2"
    reads: ClassVar[frozenset[str]] = frozenset({"attributes.mark"})
    writes: ClassVar[frozenset[str]] = frozenset({"attributes.copy"})

    def process(self, record: Record) -> Acted:
        if "mark" not in record["attributes"]:
            return False
        record["attributes"]["copy"] = record["attributes"]["mark"]
        return True


class Fails(Processor):
    """Fails on every record."""

    name: ClassVar[str] = "fails"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset()
    writes: ClassVar[frozenset[str]] = frozenset({"attributes.owner"})

    def process(self, record: Record) -> Acted:
        raise ValueError("a secret of the record")


class Edits(Processor):
    """Changes any attribute that it does not like, and remarks on it."""

    name: ClassVar[str] = "edits"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset()
    writes: ClassVar[frozenset[str]] = frozenset({"attributes.*", "flags"})
    overwrites: ClassVar[frozenset[str]] = frozenset({"attributes.*"})

    def process(self, record: Record) -> Acted:
        return False


class Flags(Edits):
    """Remarks on the record."""

    name: ClassVar[str] = "flags"
    writes: ClassVar[frozenset[str]] = frozenset({"flags"})
    overwrites: ClassVar[frozenset[str]] = frozenset()


class Drops(Processor):
    """Samples every record out."""

    name: ClassVar[str] = "drops"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset()
    writes: ClassVar[frozenset[str]] = frozenset()

    def process(self, record: Record) -> Acted:
        return Verdict.SAMPLED


class Owner(LookupProcessor):
    """Asks for the owner of a service."""

    name: ClassVar[str] = "owner"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"resource", "attributes.mark?"})
    writes: ClassVar[frozenset[str]] = frozenset({"resource.service.owner"})

    def keys(self, record: Record) -> Iterable[str]:
        return (record["resource"]["service.name"],)

    async def resolve(self, keys: frozenset[str]) -> Mapping[str, Any]:
        return {key: f"team {key}" for key in keys}

    def use(self, record: Record, answers: Mapping[str, Any]) -> Acted:
        owner = answers.get(record["resource"]["service.name"])
        if owner is None:
            return False
        record["resource"]["service.owner"] = owner
        return True


class Deploys(Mark):
    """Says where a service runs."""

    name: ClassVar[str] = "deploys"
    writes: ClassVar[frozenset[str]] = frozenset({"resource.deployment.environment", "resource.tier"})


class Ask(Owner):
    """Asks by what Deploys writes."""

    name: ClassVar[str] = "ask"
    reads: ClassVar[frozenset[str]] = frozenset({"resource.tier?"})
    writes: ClassVar[frozenset[str]] = frozenset()


class AskAny(Ask):
    """Asks by nothing."""

    name: ClassVar[str] = "ask_any"
    reads: ClassVar[frozenset[str]] = frozenset()


def chain(*names: str | dict[str, Any], environment: str = "development") -> Chain:
    entries = [name if isinstance(name, dict) else {"name": name} for name in names]
    kinds = (Mark, MarkAgain, Copy, Fails, Edits, Flags, Drops, Owner, Deploys, Ask, AskAny)
    classes = {kind.name: kind.__name__ for kind in kinds}
    used = [ProcessorEntry(use=f"{HERE}:{classes[entry['name']]}", **entry) for entry in entries]
    made = build_chain(Settings(processors=tuple(used), environment=environment))
    made.begin("hash", {})
    return made


def run(made: Chain, *records: Record) -> Batch:
    """Take records through a chain in which nothing has an answer."""
    batch = Batch(records)
    made.run_before_lookups(batch)
    made.run(batch)
    return batch


def test_steps_run_in_their_order_and_provenance_names_those_that_acted() -> None:
    done = record()
    assert not run(chain("mark", "copy"), done).ended
    assert done["attributes"] == {"mark": "x", "copy": "x"}
    assert done["provenance"] == {"pipeline": "hash", "applied": ["mark@1", "copy@2"], "failed": []}


def test_a_step_that_changed_nothing_is_not_in_the_provenance() -> None:
    done = record()
    assert not run(chain({"name": "mark", "when": {"services": ["other"]}}, "copy"), done).ended
    assert done["provenance"]["applied"] == []


def test_a_failure_is_skipped_and_marked() -> None:
    done = record()
    assert not run(chain("fails", "mark"), done).ended
    assert (done["flags"], done["attributes"]) == (["enrichment.failed"], {"mark": "x"})
    assert done["provenance"] == {"pipeline": "hash", "applied": ["mark@1"], "failed": ["fails@1"]}


def test_a_failure_can_set_declared_defaults() -> None:
    done = record(attributes={"there": 1})
    safe = {"attributes.owner": "nobody", "attributes.there": 2, "resource.tier": "low"}
    assert not run(chain({"name": "fails", "on_failure": "default", "defaults": safe}), done).ended
    assert (done["attributes"], done["resource"]["tier"]) == ({"there": 1, "owner": "nobody"}, "low")
    assert (done["flags"], done["provenance"]["failed"]) == (["enrichment.default"], ["fails@1"])


def test_a_failure_can_be_the_records_death_and_tells_no_input() -> None:
    error = run(chain({"name": "fails", "on_failure": "dead"}), record()).ended[0]
    assert isinstance(error, RejectedRecord)
    assert (error.reason, str(error)) == ("processor.failed", "fails@1 failed with ValueError")


def test_a_sampled_record_goes_no_further() -> None:
    assert run(chain("drops", "fails"), record()).ended == {0: None}


def test_out_of_memory_is_nobodys_failure() -> None:
    class Exhausts(Mark):
        def process(self, record: Record) -> Acted:
            raise MemoryError

    made = Chain([Step(Exhausts(None), "skip", {})])
    with pytest.raises(MemoryError):
        run(made, record())


def test_tallies_count_what_acted_and_what_failed() -> None:
    made = chain("mark", "fails")
    for _ in range(2):
        run(made, record(), record(), record())
    assert made.records == 6
    assert [(tally.acted, tally.failed) for tally in made.tallies] == [(6, 0), (0, 6)]
    assert all(tally.seconds > 0 for tally in made.tallies)


def test_a_lookup_is_asked_between_the_halves_and_steps_before_it_run_once() -> None:
    made = chain("mark", "owner", "copy")
    done = record(resource={"service.name": "cart"})
    batch = Batch([done])
    made.run_before_lookups(batch)
    assert made.keys(batch) == {("owner", "cart")}
    made.begin("hash", {("owner", "cart"): "team cart"})
    made.run(batch)
    assert not batch.ended
    assert done["resource"]["service.owner"] == "team cart"
    assert done["provenance"]["applied"] == ["mark@1", "owner@1", "copy@2"]
    assert made.records == 1


def test_a_lookup_without_an_answer_leaves_the_record_as_it_is() -> None:
    done = record(resource={"service.name": "cart"})
    assert not run(chain("owner"), done).ended
    assert done["provenance"]["applied"] == []
    assert "flags" not in done


def asked(made: Chain, answers: Answers, service: str = "cart") -> Record:
    """Take a record through both halves, with these answers between them."""
    batch = Batch([record(resource={"service.name": service})])
    made.run_before_lookups(batch)
    made.begin("hash", answers)
    made.run(batch)
    for error in batch.ended.values():
        assert error is not None
        raise error
    return batch.records[0]


def test_a_lookup_that_failed_is_skipped_and_marked() -> None:
    done = asked(chain("owner"), {("owner", "cart"): Unanswered("TimeoutError")})
    assert (done["resource"], done["flags"]) == ({"service.name": "cart"}, ["enrichment.failed"])
    assert done["provenance"]["failed"] == ["owner@1"]


def test_a_lookup_that_failed_can_set_declared_defaults() -> None:
    safe = {"resource.service.owner": "nobody"}
    made = chain({"name": "owner", "on_failure": "default", "defaults": safe})
    done = asked(made, {("owner", "cart"): Unanswered("TimeoutError")})
    assert (done["resource"]["service.owner"], done["flags"]) == ("nobody", ["enrichment.default"])


def test_a_lookup_that_failed_can_be_the_records_death_by_an_outage() -> None:
    with pytest.raises(RejectedByOutage, match=r"^owner@1 failed with TimeoutError$") as caught:
        asked(chain({"name": "owner", "on_failure": "dead"}), {("owner", "cart"): Unanswered("TimeoutError")})
    assert caught.value.reason == "processor.failed"


def test_who_asked_something_else_has_its_answer() -> None:
    answers = {("owner", "cart"): Unanswered("TimeoutError"), ("owner", "shop"): "team shop"}
    assert asked(chain("owner"), answers, "shop")["resource"]["service.owner"] == "team shop"


def test_answers_are_those_of_the_chunk_alone() -> None:
    made = chain("owner")
    asked(made, {("owner", "cart"): Unanswered("TimeoutError"), ("owner", "shop"): "team shop"})
    for service in ("cart", "shop"):
        assert asked(made, {}, service)["provenance"] == {"pipeline": "hash", "applied": [], "failed": []}


def test_who_is_not_wanted_asks_nothing() -> None:
    made = chain({"name": "owner", "when": {"services": ["other"]}})
    batch = Batch([record(resource={"service.name": "cart"})])
    made.run_before_lookups(batch)
    assert made.keys(batch) == frozenset()


def test_a_lookup_that_cannot_say_what_it_asks_is_a_failure_of_that_record() -> None:
    class Unsure(Owner):
        def keys(self, record: Record) -> Iterable[str]:
            raise KeyError("a secret of the record")

    made = Chain([Step(Unsure(None), "skip", {})])
    done = asked(made, {})
    assert (done["flags"], done["provenance"]["failed"]) == (["enrichment.failed"], ["owner@1"])
    assert made.tallies[0].failed == 1


@pytest.mark.parametrize(
    ("names", "told"),
    [
        pytest.param(["copy"], "copy reads attributes.mark, but nothing writes it", id="never written"),
        pytest.param(["copy", "mark"], "copy reads attributes.mark, but mark writes it only after", id="written later"),
        pytest.param(["mark", "mark"], "mark stands there twice", id="twice"),
        pytest.param(
            [{"name": "mark", "options": {"wrod": 1}}], r"mark.options: wrod: Extra inputs", id="wrong option"
        ),
        pytest.param(["owner", "mark", {"name": "owner"}], "owner stands there twice", id="a lookup twice"),
        pytest.param(["owner", "deploys", "ask"], r"ask asks by resource\.tier, which is written", id="asks too late"),
        pytest.param(
            ["owner", "deploys", {"name": "ask_any", "when": {"environments": ["staging"]}}],
            r"ask_any asks by resource\.deployment\.environment, which is written",
            id="chosen too late",
        ),
        pytest.param([{"name": "mark", "lookup": {"attempts": 1}}], "mark.lookup: it asks nothing", id="no look-up"),
    ],
)
def test_a_chain_that_cannot_work_is_refused(names: list[Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as caught:
        chain(*names)
    assert caught.value.cure


def test_two_writers_of_one_field_must_say_so() -> None:
    assert chain("mark", "mark_again").steps
    with pytest.raises(ConfigurationError, match=r"mark_again and mark both write attributes\.mark"):
        chain("mark_again", "mark")


@pytest.mark.parametrize("names", [("edits", "mark"), ("mark", "edits"), ("edits", "flags"), ("flags", "edits")])
def test_who_edits_any_field_or_adds_a_flag_is_in_nobodys_way(names: tuple[str, ...]) -> None:
    assert chain(*names).steps


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"name": "nowhere"}, "there is no processor 'nowhere'"),
        ({"name": "x", "use": "no_such_module:X"}, "cannot load no_such_module:X"),
        ({"name": "x", "use": "json"}, "is not module:Class"),
        ({"name": "x", "use": "json:loads"}, "is no subclass of"),
    ],
)
def test_a_processor_that_cannot_be_had_is_named(entry: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        build_chain(Settings(processors=(ProcessorEntry(**entry),)))


@pytest.mark.parametrize(
    ("when", "resource", "expected"),
    [
        ({}, {}, True),
        ({"services": ["cart"]}, {"service.name": "cart"}, True),
        ({"services": ["cart"]}, {"service.name": "shop"}, False),
        ({"environments": ["staging"]}, {}, False),
        ({"environments": ["development"]}, {}, True),
        ({"environments": ["staging"]}, {"deployment.environment.name": "staging"}, True),
        ({"percent": 0}, {}, False),
        ({"services": ["cart"], "percent": 0}, {"service.name": "cart"}, False),
    ],
)
def test_a_flag_chooses_records(when: dict[str, Any], resource: dict[str, str], expected: bool) -> None:
    wanted = compile_when(When(**when), "development")
    assert (wanted is None or wanted(record(resource={"service.name": "unknown_service", **resource}))) is expected


def test_a_percentage_takes_whole_traces() -> None:
    wanted = compile_when(When(percent=25), "development")
    assert wanted is not None
    traces = [f"{number:032x}" for number in range(2_000)]
    chosen = [trace for trace in traces if wanted(record(trace_id=trace))]
    assert 400 < len(chosen) < 600
    assert all(wanted(record(trace_id=trace, event_id="another")) for trace in chosen)


@pytest.mark.parametrize("name", ["redact", "scrub"])
def test_redaction_fails_closed_under_any_name(name: str) -> None:
    use = "streams.processors.redact:Redact"
    made = build_chain(Settings(processors=(ProcessorEntry(name=name, use=use),)))
    broken: Any = {}
    error = run(made, broken).ended[0]
    assert isinstance(error, RejectedRecord)
    assert error.reason == "redaction.failed"
    with pytest.raises(ConfigurationError, match=rf"processors\.{name}\.on_failure: skip would let secrets pass"):
        build_chain(Settings(processors=(ProcessorEntry(name=name, use=use, on_failure="skip"),)))
