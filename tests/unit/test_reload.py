"""New options without a restart: what is taken up, what is refused, and that what is refused changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Event
from typing import Any, ClassVar

import pytest

from streams.errors import ConfigurationError
from streams.kafka.tables import CALM_SECONDS, Tables
from streams.pipeline import Pipeline
from streams.processors.base import Acted, LookupProcessor, Options, Processor
from streams.reload import Reloader
from streams.settings import Settings, load
from streams.types import Record, Table, TopicTable
from tests.legacy import PACKAGES

USE = "tests.unit.test_reload:Stamp"
ASKS = "tests.unit.test_reload:Asks"
ENTRY = "processors: [{{name: stamp, use: '{use}', options: {{word: {word}}}, {how}}}]\n"


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


class Asks(LookupProcessor):
    """Asks nothing, but could."""

    Options = Stamp.Options
    name: ClassVar[str] = "stamp"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset()
    writes: ClassVar[frozenset[str]] = frozenset()

    def keys(self, record: Record) -> Iterable[str]:
        return ()

    async def resolve(self, keys: frozenset[str]) -> Mapping[str, Any]:
        return {}

    def use(self, record: Record, answers: Mapping[str, Any]) -> Acted:
        return False


class Scene:
    """A settings file that a reloader watches; `applied` are the pipelines that were swapped in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("one")
        settings = load(path, {})
        self.applied: list[Pipeline] = []
        self.reloader = Reloader(settings, Pipeline(settings), lambda: load(path, {}), self.applied.append, path)

    def write(self, word: str, *, use: str = USE, how: str = "", more: str = "") -> None:
        replacement = self.path.with_suffix(".new")
        replacement.write_text(ENTRY.format(use=use, word=word, how=how) + more)
        replacement.replace(self.path)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "weft.yaml")


async def test_changed_options_are_taken_up_under_another_hash(scene: Scene) -> None:
    before = scene.reloader.pipeline.provenance
    scene.write("two")
    await scene.reloader.look()
    (applied,) = scene.applied
    assert applied.chain.steps[0].processor.options.word == "two"
    assert scene.reloader.pipeline is applied
    assert applied.provenance != before


async def test_files_are_read_while_the_event_loop_goes_on_and_one_reload_after_the_other(scene: Scene) -> None:
    read, begun, let_go = scene.reloader.read, Event(), Event()

    def read_slowly() -> Settings:
        begun.set()
        assert let_go.wait(10)
        return read()

    scene.reloader.read = read_slowly
    scene.write("two")
    reloads = [asyncio.create_task(scene.reloader.reload()) for _ in range(2)]
    assert await asyncio.to_thread(begun.wait, 10)
    assert scene.applied == []
    let_go.set()
    assert [reload.changed for reload in await asyncio.gather(*reloads)] == [True, False]
    assert len(scene.applied) == 1


async def test_a_file_that_did_not_change_is_not_read_again(scene: Scene) -> None:
    await scene.reloader.look()
    assert scene.applied == []


async def test_a_file_with_the_same_meaning_swaps_nothing(scene: Scene) -> None:
    scene.write("one", more="# a remark\n")
    await scene.reloader.look()
    assert scene.applied == []
    assert await scene.reloader.reload() == (scene.reloader.pipeline.provenance, False)


async def test_settings_of_sinks_are_not_the_workers_business(scene: Scene) -> None:
    scene.write("one", more="sinks: {sqlite: {concurrency: 2}}")
    assert await scene.reloader.reload() == (scene.reloader.pipeline.provenance, False)


async def test_what_changes_no_output_is_taken_up_too(scene: Scene) -> None:
    scene.write("one", how="lookup: {cache_seconds: 1}", use=ASKS)
    scene.reloader.settings = load(scene.path, {})  # as if it had been started so
    before = await scene.reloader.reload()
    scene.write("one", how="lookup: {cache_seconds: 2}", use=ASKS)
    assert await scene.reloader.reload() == (before.pipeline, True)
    assert scene.applied[-1].chain.steps[0].lookup.cache_seconds == 2


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
async def test_what_is_wrong_is_refused_and_the_old_options_stay(
    scene: Scene, word: str, use: str, more: str, told: str
) -> None:
    before = scene.reloader.pipeline
    scene.write(word, use=use, more=more)
    with pytest.raises(ConfigurationError, match=told):
        await scene.reloader.reload()
    assert (scene.applied, scene.reloader.pipeline) == ([], before)
    assert scene.reloader.refused is not None


async def test_a_file_that_a_processor_reads_is_taken_up_when_it_changes_and_refused_when_it_is_broken(
    scene: Scene, tmp_path: Path
) -> None:
    services = tmp_path / "services.csv"
    services.write_text("name,owner\ncart,one\n")
    scene.path.write_text(f"processors: [{{name: service_catalog, options: {{file: '{services}'}}}}]\n")
    await scene.reloader.look()
    first = scene.applied[-1]
    services.write_text("name,owner\ncart\n")
    await scene.reloader.look()
    assert scene.reloader.pipeline is first
    assert "line 2: 1 cells" in (scene.reloader.refused or "")
    services.write_text("name,owner\ncart,two\n")
    await scene.reloader.look()
    second = scene.applied[-1]
    assert scene.reloader.refused is None
    assert first.provenance != second.provenance
    assert len(scene.applied) == 2


class Words(Table):
    """A table of one word."""

    word = "none"

    def put(self, key: bytes | None, value: bytes | None) -> None:
        self.word = (value or b"").decode()

    def snapshot(self) -> str:
        return self.word


class Tabled(Stamp):
    """Takes its word from a table."""

    name: ClassVar[str] = "tabled"
    known = "none"

    def table(self) -> TopicTable:
        return TopicTable(self.options.word, Words())

    def take(self, snapshot: str) -> None:
        self.known = snapshot

    def snapshot(self) -> str:
        return self.known


class FakeTables(Tables):
    """Tables whose words a test changes."""

    def __init__(self, pipeline: Pipeline) -> None:
        tables = pipeline.chain.tables()
        super().__init__(Settings(), tables, lambda error: None, clock=lambda: self.seconds)
        (self.words,) = (table.table for table in tables.values())
        self.seconds = 0.0

    def say(self, word: bytes) -> None:
        self.words.put(b"", word)
        self._changed = True


@pytest.fixture
def tables(scene: Scene) -> FakeTables:
    scene.path.write_text(
        "processors: [{name: tabled, use: 'tests.unit.test_reload:Tabled', options: {word: topic}}]\n"
    )
    settings = load(scene.path, {})
    pipeline = Pipeline(settings)
    tables = FakeTables(pipeline)
    read = lambda: load(scene.path, {})  # noqa: E731
    scene.reloader = Reloader(settings, pipeline, read, scene.applied.append, scene.path, tables)
    return tables


async def test_what_a_table_says_is_taken_up_under_another_hash(scene: Scene, tables: FakeTables) -> None:
    tables.say(b"one")
    await scene.reloader.renew()
    (first,) = scene.applied
    assert first.chain.steps[0].processor.snapshot() == "one"
    tables.say(b"two")
    await scene.reloader.look()
    assert scene.applied == [first]
    tables.seconds = CALM_SECONDS
    await scene.reloader.look()
    second = scene.applied[-1]
    assert second.chain.steps[0].processor.snapshot() == "two"
    assert scene.reloader.pipeline is second
    assert len({first.provenance, second.provenance}) == 2


async def test_a_table_that_says_the_same_swaps_nothing(scene: Scene, tables: FakeTables) -> None:
    tables.say(b"none")
    await scene.reloader.look()
    assert scene.applied == []


async def test_a_reload_keeps_what_the_tables_say(scene: Scene, tables: FakeTables) -> None:
    tables.say(b"one")
    await scene.reloader.renew()
    scene.path.write_text(scene.path.read_text().replace("{word: topic}", "{word: topic}, when: {percent: 50}"))
    await scene.reloader.look()
    assert [one.chain.steps[0].processor.snapshot() for one in scene.applied] == ["one", "one"]


async def test_another_topic_needs_a_restart(scene: Scene, tables: FakeTables) -> None:
    scene.path.write_text(scene.path.read_text().replace("{word: topic}", "{word: other}"))
    with pytest.raises(ConfigurationError, match="a topic that is looked up changed"):
        await scene.reloader.reload()
    assert scene.applied == []


async def test_a_refusal_is_remembered_until_a_reload_succeeds(scene: Scene) -> None:
    scene.write("[")
    await scene.reloader.look()
    assert scene.reloader.refused is not None
    await scene.reloader.look()
    scene.write("two")
    await scene.reloader.look()
    assert scene.reloader.refused is None
    assert len(scene.applied) == 1


async def test_a_file_that_is_away_for_a_moment_is_a_refusal_and_no_end(scene: Scene) -> None:
    scene.path.unlink()
    await scene.reloader.look()
    assert "No such file" in (scene.reloader.refused or "")
    scene.write("two")
    await scene.reloader.look()
    assert len(scene.applied) == 1


OLD = "processors: [{{name: legacy, options: {{path: '{path}', module: '{module}', writes: [attributes.team]}}}}]\n"


@pytest.mark.parametrize(
    ("folder", "module", "told"),
    [
        pytest.param("billing", "normalizer.rules", None, id="another module of the folder"),
        pytest.param("shipping", "normalizer.rules", "shipping is code that is not loaded", id="another folder"),
    ],
)
async def test_an_old_module_from_another_folder_needs_a_restart(
    tmp_path: Path, folder: str, module: str, told: str | None
) -> None:
    file = tmp_path / "weft.yaml"
    file.write_text(OLD.format(path=PACKAGES / "billing", module="normalizer"))
    settings = load(file, {})
    applied: list[Pipeline] = []
    reloader = Reloader(settings, Pipeline(settings), lambda: load(file, {}), applied.append, file)
    file.write_text(OLD.format(path=PACKAGES / folder, module=module))
    await reloader.try_reload()
    assert len(applied) == (told is None)
    assert (reloader.refused is None) if told is None else (told in str(reloader.refused))
