"""Which sinks there are, and what a wrong name is answered with."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from streams.errors import ConfigurationError
from streams.sinks import registry
from streams.sinks.base import Batch, DeduplicatedSink, Effect, Result, Sink


class Good(Sink):
    """Stores nothing."""

    name = "good"
    effect = Effect.AT_LEAST_ONCE

    async def write(self, batch: Batch) -> Sequence[Result]:
        return []


class Needy(Good):
    """Needs what nobody has."""

    needs = ("no_such_package",)
    extra = "needy"


class WithoutWrite(Sink):
    """Cannot write."""

    name = "without_write"
    effect = Effect.KEYED


class WithoutMarks(Good):
    """Says that it stores marks, and cannot."""

    effect = Effect.DEDUPLICATED


class WithoutTake(DeduplicatedSink):
    """Cannot give its marks."""

    name = "without_take"

    async def write(self, batch: Batch) -> Sequence[Result]:
        return []


@pytest.fixture(autouse=True)
def module(monkeypatch: pytest.MonkeyPatch) -> None:
    """The classes above as a package of somebody else."""
    theirs = ModuleType("theirs")
    for kind in (Good, Needy, WithoutWrite, WithoutMarks, WithoutTake):
        setattr(theirs, kind.__name__, kind)
    theirs.number = 7  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "theirs", theirs)


def test_a_module_is_named_with_its_class() -> None:
    assert registry.find("mine", "theirs:Good") is Good


def test_a_package_offers_sinks_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    offered = [EntryPoint("good", "theirs:Good", registry.GROUP)]
    monkeypatch.setattr(registry, "entry_points", lambda group: offered if group == "weft.sinks" else [])
    assert registry.find("good") is Good
    assert registry.find("another_name", "good") is Good
    assert registry.names()[-1] == "good"


@pytest.mark.parametrize("name", registry.BUILTIN)
def test_those_that_ship_are_found_by_their_names(name: str) -> None:
    assert registry.find(name).name == name


@pytest.mark.parametrize(
    ("name", "use", "message"),
    [
        pytest.param("sqlyte", None, "there is no sink 'sqlyte'", id="an unknown name"),
        pytest.param("mine", "sqlyte", "sinks.mine: there is no sink 'sqlyte'", id="an unknown kind"),
        pytest.param("mine", "theirs:", "not module:Class", id="no class"),
        pytest.param("mine", "theirs:Bad", "cannot load theirs:Bad", id="a class that is not there"),
        pytest.param("mine", "no_such:Bad", "cannot load no_such:Bad", id="a module that is not there"),
        pytest.param("mine", "theirs:number", "no subclass", id="no class at all"),
        pytest.param("mine", "theirs:WithoutWrite", "does not declare write", id="an abstract class"),
        pytest.param("mine", "theirs:WithoutTake", "does not declare take", id="marks that cannot be read"),
        pytest.param("mine", "theirs:WithoutMarks", "only as a subclass of DeduplicatedSink", id="marks of nobody"),
    ],
)
def test_a_wrong_name_is_a_clear_error(name: str, use: str | None, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        registry.find(name, use)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError) as caught:
        registry.find("sqlyte")
    assert all(name in caught.value.cure for name in registry.BUILTIN)


def test_a_missing_extra_is_named_with_its_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(module: str) -> ModuleType:
        raise ModuleNotFoundError("No module named 'asyncpg'", name="asyncpg")

    monkeypatch.setattr(registry, "import_module", absent)
    with pytest.raises(ConfigurationError, match=r"sinks\.store: asyncpg is not installed") as caught:
        registry.find("store", "postgres")
    assert caught.value.cure == "Install it with: pip install 'weft[postgres]'"


def test_a_sink_that_imports_late_says_what_it_needs() -> None:
    with pytest.raises(ConfigurationError, match=r"sinks\.mine: no_such_package is not installed") as caught:
        registry.find("mine", "theirs:Needy")
    assert caught.value.cure == "Install it with: pip install 'weft[needy]'"
