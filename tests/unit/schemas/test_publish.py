"""Golden files and the reference page: checked, written, and never overwritten by a break."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.publish import REFERENCE, generated_files, golden_path, main

GOLDEN = golden_path("enriched/v1")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a folder in which everything is current."""
    assert main(["--write"], tmp_path) == 0
    return tmp_path


def edit(path: Path, properties: dict[str, Any]) -> None:
    """Change the published form of some fields."""
    schema = json.loads(path.read_text())
    schema["properties"].update(properties)
    path.write_text(json.dumps(schema))


def test_writes_every_generated_file(project: Path) -> None:
    assert {path: (project / path).read_text() for path in generated_files()} == generated_files()


def test_is_content_when_everything_is_current(project: Path) -> None:
    assert main([], project) == 0


@pytest.mark.parametrize("path", [GOLDEN, golden_path("dead_letter/v1"), REFERENCE])
def test_names_a_missing_file(project: Path, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / path).unlink()

    assert main([], project) == 1
    assert f"{path} is not current" in capsys.readouterr().err


def test_an_addition_only_asks_to_be_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads((project / GOLDEN).read_text())
    del schema["properties"]["original"]
    (project / GOLDEN).write_text(json.dumps(schema))

    assert main([], project) == 1
    assert "--write" in capsys.readouterr().err
    assert main(["--write"], project) == 0
    assert main([], project) == 0


@pytest.mark.parametrize("arguments", [[], ["--write"]])
@pytest.mark.parametrize(
    ("published", "reported"),
    [
        ({"tenant": {"type": "string"}}, "enriched/v1 $: tenant was removed"),
        ({"dialect": {"type": "integer"}}, "enriched/v1 $.dialect.type: changed"),
        (
            {"severity_number": {"type": "integer", "minimum": 0, "maximum": 30}},
            "enriched/v1 $.severity_number.maximum",
        ),
    ],
)
def test_a_break_is_named_and_never_written(
    project: Path, arguments: list[str], published: dict[str, Any], reported: str, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(project / GOLDEN, published)
    before = (project / GOLDEN).read_text()

    assert main(arguments, project) == 1
    assert reported in capsys.readouterr().err
    assert (project / GOLDEN).read_text() == before


def test_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--force"]) == 2
    assert "usage" in capsys.readouterr().err
