"""A processor does what its version did before: who changes what comes out raises the version."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, get_args

import pytest
import yaml

from streams.processors.base import Acted, Processor
from streams.processors.description import options_of
from streams.processors.redaction.kinds import Kind
from streams.processors.registry import BUILTIN
from streams.types import Record
from tests import behaviour
from tests.behaviour import FOLDER, differences, file_of, read

SHAPES_NO_OUTPUT = {"legacy": {"interpreter"}}

each_kind = pytest.mark.parametrize("kind", BUILTIN, ids=[kind.name for kind in BUILTIN])


@each_kind
def test_a_version_does_what_it_did_before(kind: type[Processor]) -> None:
    assert file_of(kind).exists(), (
        "the version is new: run python -m tests.behaviour --write, and tell what changed in docs/reference/changes.md"
    )
    assert list(differences(kind, read(file_of(kind)))) == [], "raise the version of the processor"


@each_kind
def test_the_cases_of_a_version_use_each_of_its_options(kind: type[Processor]) -> None:
    used = {name for group in read(file_of(kind)) for name in group["options"]}
    there = {option["name"] for option in options_of(kind.Options) if "." not in option["name"]}
    assert used == there - SHAPES_NO_OUTPUT.get(kind.name, set())


def test_the_cases_of_redaction_have_each_kind() -> None:
    (file,) = (read(file_of(kind)) for kind in BUILTIN if kind.name == "redact")
    said = str([case["gives"] for group in file for case in group["cases"]])
    assert [kind for kind in get_args(Kind) if f"[REDACTED:{kind}]" not in said] == []


def test_every_file_is_one_of_a_processor_that_ships() -> None:
    names = {kind.name for kind in BUILTIN}
    assert {path.name.partition("@")[0] for path in FOLDER.glob("*.yaml")} == names


class Doubling(Processor):
    """Stands for a processor whose code changes while its version may not."""

    name: ClassVar[str] = "doubling"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"body"})
    writes: ClassVar[frozenset[str]] = frozenset({"body"})
    factor: ClassVar[int] = 2

    def process(self, record: Record) -> Acted:
        record["body"] *= self.factor
        return True


@pytest.fixture
def doubling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> type[Doubling]:
    """The processor, alone in a folder, with a file of its first version that was just written."""
    monkeypatch.setattr(behaviour, "FOLDER", tmp_path)
    monkeypatch.setattr(behaviour, "BUILTIN", (Doubling,))
    (tmp_path / "records.jsonl").write_text('{"body":3}\n')
    write_cases(tmp_path / "doubling@1.yaml", [{"given": {"body": 7}}])
    assert behaviour.main(["--write"]) == 0
    return Doubling


def write_cases(path: Path, cases: list[dict[str, Any]]) -> None:
    path.write_text(yaml.safe_dump([{"options": {}, "cases": cases}]))


def test_other_behaviour_under_the_same_version_is_found_and_not_written_over(
    doubling: type[Doubling], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doubling, "factor", 3)

    assert behaviour.main(["--write"]) == 1
    assert capsys.readouterr().err == (
        "doubling: {}: {'body': 7} gives {'body': 21}, not {'body': 14}\n"
        "doubling: {}: record 0 of records.jsonl becomes something else\n"
    )


def test_a_new_version_is_written_from_the_cases_of_the_old(
    doubling: type[Doubling], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubling, "factor", 3)
    monkeypatch.setattr(doubling, "version", "2")

    assert behaviour.main(["--write"]) == 0
    assert [read(file)[0]["cases"] for file in sorted(behaviour.FOLDER.glob("*.yaml"))] == [
        [{"given": {"body": 7}, "gives": {"body": 14}}],
        [{"given": {"body": 7}, "gives": {"body": 21}}],
    ]


def test_wrong_usage_is_told() -> None:
    assert behaviour.main(["--rite"]) == 2
