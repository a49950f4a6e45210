"""New options without a restart: what is taken up, what is refused, and that what is refused changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from streams.errors import ConfigurationError
from streams.pipeline import Pipeline
from streams.processors.base import Acted, Options, Processor
from streams.reload import Reloader
from streams.settings import load
from streams.types import Record
from tests.legacy import PACKAGES

USE = "tests.unit.test_reload:Stamp"
ENTRY = "processors: [{{name: stamp, use: '{use}', options: {{word: {word}}}}}]\n"


class Stamp(Processor):
    """Writes a word that the settings name."""

    class Options(Options):
        word: str

    name: ClassVar[str] = "stamp"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset()
    writes: ClassVar[frozenset[str]] = frozenset({"attributes.word"})

    def process(self, record: Record) -> Acted:
        record["attributes"]["word"] = self.options.word
        return True


class Scene:
    """A settings file that a reloader watches; `applied` are the pipelines that were swapped in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("one")
        settings = load(path, {})
        self.applied: list[Pipeline] = []
        self.reloader = Reloader(settings, Pipeline(settings), lambda: load(path, {}), self.applied.append, path)

    def write(self, word: str, *, use: str = USE, more: str = "") -> None:
        replacement = self.path.with_suffix(".new")
        replacement.write_text(ENTRY.format(use=use, word=word) + more)
        replacement.replace(self.path)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "weft.yaml")


def test_changed_options_are_taken_up_under_another_hash(scene: Scene) -> None:
    before = scene.reloader.pipeline.provenance
    scene.write("two")
    scene.reloader.look()
    (applied,) = scene.applied
    assert applied.chain.steps[0].processor.options.word == "two"
    assert scene.reloader.pipeline is applied
    assert applied.provenance != before


def test_a_file_that_did_not_change_is_not_read_again(scene: Scene) -> None:
    scene.reloader.look()
    assert scene.applied == []


def test_a_file_with_the_same_meaning_swaps_nothing(scene: Scene) -> None:
    scene.write("one", more="# a remark\n")
    scene.reloader.look()
    assert scene.applied == []
    assert scene.reloader.reload() == (scene.reloader.pipeline.provenance, False)


@pytest.mark.parametrize(
    ("word", "use", "more", "told"),
    [
        pytest.param("[", USE, "", "not YAML", id="no YAML"),
        pytest.param("two", USE, "gruop: x", "gruop", id="an unknown key"),
        pytest.param("[1]", USE, "", r"stamp\.options: word", id="options that do not fit"),
        pytest.param("two", USE, "group: other", "group changed", id="what needs a restart"),
        pytest.param("two", "tests.unit.test_reload:Other", "", "code that is not loaded", id="other code"),
    ],
)
def test_what_is_wrong_is_refused_and_the_old_options_stay(
    scene: Scene, word: str, use: str, more: str, told: str
) -> None:
    before = scene.reloader.pipeline
    scene.write(word, use=use, more=more)
    with pytest.raises(ConfigurationError, match=told):
        scene.reloader.reload()
    assert (scene.applied, scene.reloader.pipeline) == ([], before)
    assert scene.reloader.refused is not None


def test_a_refusal_is_remembered_until_a_reload_succeeds(scene: Scene) -> None:
    scene.write("[")
    scene.reloader.look()
    assert scene.reloader.refused is not None
    scene.reloader.look()
    scene.write("two")
    scene.reloader.look()
    assert scene.reloader.refused is None
    assert len(scene.applied) == 1


def test_a_file_that_is_away_for_a_moment_is_a_refusal_and_no_end(scene: Scene) -> None:
    scene.path.unlink()
    scene.reloader.look()
    assert "No such file" in (scene.reloader.refused or "")
    scene.write("two")
    scene.reloader.look()
    assert len(scene.applied) == 1


OLD = "processors: [{{name: legacy, options: {{path: '{path}', module: '{module}', writes: [attributes.team]}}}}]\n"


@pytest.mark.parametrize(
    ("folder", "module", "told"),
    [
        pytest.param("billing", "normalizer.rules", None, id="another module of the folder"),
        pytest.param("shipping", "normalizer.rules", "shipping is code that is not loaded", id="another folder"),
    ],
)
def test_an_old_module_from_another_folder_needs_a_restart(
    tmp_path: Path, folder: str, module: str, told: str | None
) -> None:
    file = tmp_path / "weft.yaml"
    file.write_text(OLD.format(path=PACKAGES / "billing", module="normalizer"))
    settings = load(file, {})
    applied: list[Pipeline] = []
    reloader = Reloader(settings, Pipeline(settings), lambda: load(file, {}), applied.append, file)
    file.write_text(OLD.format(path=PACKAGES / folder, module=module))
    reloader.try_reload()
    assert len(applied) == (told is None)
    assert (reloader.refused is None) if told is None else (told in str(reloader.refused))
