"""Old modules in one process: packages of one name, imports of every kind, threads, a reload, and nothing left."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import schemas
import streams
from streams.errors import ConfigurationError
from streams.pipeline import Pipeline
from streams.processors.legacy.failures import Closed
from streams.processors.legacy.namespace import PREFIX, Namespace
from streams.processors.legacy.processor import Legacy
from streams.processors.legacy.sources import read_sources
from streams.settings import ProcessorEntry, Settings
from tests.legacy import PACKAGES, attributes_after, legacy
from tests.processors import record_with
from tests.through import record_of

THREADS, CALLS = 8, 50


def state() -> tuple[set[tuple[str, int]], list[str], list[Any], list[Any], set[str]]:
    """What a process shares between all of its modules."""
    modules = {(name, id(module)) for name, module in dict(sys.modules).items()}
    return modules, list(sys.path), list(sys.meta_path), list(sys.path_hooks), set(sys.path_importer_cache)


def private_names() -> set[str]:
    return {name for name in list(sys.modules) if name.startswith(PREFIX)}


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path: Path) -> Iterator[None]:
    """Compare what a process shares before and after every test of this file."""
    if private_names():
        gc.collect()
    before = state()
    yield
    if state() != before:
        gc.collect()  # what a traceback of an expected failure holds
    after = state()
    assert after[0] ^ before[0] == set()
    assert after == before


def old(folder: Path, modules: dict[str, str] | None = None, **top: str) -> Path:
    """Write modules: those with a path by their path, those at the top by their name."""
    for name, code in {**(modules or {}), **top}.items():
        file = folder / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code)
    return folder


def test_two_packages_of_one_name_run_in_one_process() -> None:
    billing, shipping = legacy("billing", "normalizer"), legacy("shipping", "normalizer.rules")
    resource = {"service.name": "cart"}
    assert attributes_after(billing, resource=resource) == {"team": "billing", "account": "acme"}
    assert attributes_after(shipping, resource=resource) == {"team": "shipping"}
    assert attributes_after(billing, resource=resource)["team"] == "billing"


def test_packages_with_our_names_do_not_meet_ours() -> None:
    found = attributes_after(legacy("platform", "streams.normalise"))
    assert found["names"] == [f"{name} of the platform team" for name in ("streams", "schemas", "records")]
    assert (sys.modules["streams"], sys.modules["schemas"]) == (streams, schemas)


def test_imports_at_call_time_give_the_modules_of_the_package() -> None:
    assert attributes_after(legacy("billing", "normalizer.rules", "lazy")) == {"tier": "gold", "same": True}


def test_objects_of_its_classes_go_through_pickle() -> None:
    found = attributes_after(legacy("shipping", "normalizer.rules", "pickled"), body=["x"])
    assert found == {"same": True, "typed": True}


def test_the_code_of_modules_finds_itself_in_the_process(tmp_path: Path) -> None:
    code = "import sys\nSELF = sys.modules[__name__]\ndef normalize(r): return r\n"
    namespace = Namespace(read_sources(old(tmp_path, own=code)))
    assert namespace.load("own").SELF is namespace.load("own")
    namespace.close()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("import pkg", "pkg"),
        ("import pkg.sub.leaf as pkg", "pkg.sub.leaf"),
        ("import pkg.sub.leaf; pkg = pkg.sub", "pkg.sub"),
        ("from pkg import sub as pkg", "pkg.sub"),
        ("from pkg.sub import leaf as pkg", "pkg.sub.leaf"),
        ("from pkg.sub import *; pkg = leaf", "pkg.sub.leaf"),
        ("from . import sibling as pkg", "inner.sibling"),
        ("from .sibling import pkg", "pkg.sub"),
        ("from .. import inner as pkg", "inner"),
        ("pkg = __import__('pkg.sub')", "pkg"),
        ("pkg = __import__('sibling', globals(), level=1)", "inner.sibling"),
        ("exec('import pkg')", "pkg"),
        ("import importlib.util; pkg = importlib.import_module('pkg.sub')", "pkg.sub"),
        ("from importlib import import_module as i; pkg = i('.sub', 'pkg')", "pkg.sub"),
        ("import bare.thing as pkg", "bare.thing"),
    ],
)
def test_every_form_of_import_stays_inside(tmp_path: Path, statement: str, expected: str) -> None:
    folder = old(
        tmp_path,
        {
            "pkg/__init__": "",
            "pkg/sub/__init__": "__all__ = ['leaf']",
            "pkg/sub/leaf": "",
            "inner/__init__": "",
            "inner/sibling": "from pkg import sub as pkg",
            "inner/main": statement,
            "bare/thing": "",
        },
    )
    namespace = Namespace(read_sources(folder))
    assert namespace.load("inner.main").pkg.__name__ == f"{namespace.root}.{expected}"
    namespace.close()


def test_modules_from_elsewhere_are_those_of_the_process(tmp_path: Path) -> None:
    code = "import json, importlib, os.path\nfrom collections import abc\nfrom importlib import util\n"
    module = (namespace := Namespace(read_sources(old(tmp_path, own=code)))).load("own")
    assert (module.json, module.os, module.abc) == tuple(
        sys.modules[name] for name in ("json", "os", "collections.abc")
    )
    assert module.importlib.util is module.util is sys.modules["importlib.util"]
    assert module.importlib.import_module("json") is module.json
    namespace.close()


def test_a_module_named_like_one_from_elsewhere_is_its_own_for_the_folder_only(tmp_path: Path) -> None:
    namespace = Namespace(read_sources(old(tmp_path, json="MINE = 1", own="import json, sys, builtins", sys="")))
    module = namespace.load("own")
    assert (module.json.MINE, module.sys) == (1, sys)
    assert not hasattr(sys.modules["json"], "MINE")
    namespace.close()


def test_a_bare_folder_hides_nothing_that_is_installed_but_our_own(tmp_path: Path) -> None:
    own = "import yaml, streams.x"
    namespace = Namespace(read_sources(old(tmp_path, {"yaml/script": "", "streams/x": ""}, own=own)))
    module = namespace.load("own")
    assert module.yaml is sys.modules["yaml"]
    assert module.streams.__name__ == f"{namespace.root}.streams"
    namespace.close()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import pkg.nothing", "no module|there is no pkg.nothing"),
        ("from pkg import nothing", "cannot import name 'nothing'"),
        ("import own.deeper", "there is no own.deeper"),
        ("from pkg import fails", "no_such_module"),
        ("from ... import x", "beyond top-level|no known parent"),
    ],
)
def test_an_import_that_leads_nowhere_is_an_import_error(tmp_path: Path, code: str, told: str) -> None:
    folder = old(tmp_path, {"pkg/__init__": "", "pkg/fails": "import no_such_module"}, own=code)
    namespace = Namespace(read_sources(folder))
    with pytest.raises(ImportError, match=told):
        namespace.load("own")
    namespace.close()


def test_a_module_that_failed_is_not_there_half_made(tmp_path: Path) -> None:
    code = "try:\n    import bad\nexcept ValueError:\n    pass\nimport bad\n"
    namespace = Namespace(read_sources(old(tmp_path, own=code, bad="HALF = 1\nraise ValueError('wrong')\n")))
    with pytest.raises(ValueError, match="wrong"):
        namespace.load("own")
    namespace.close()


def test_a_circle_of_imports_works_as_always(tmp_path: Path) -> None:
    folder = old(tmp_path, one="import two\nX = 1\n", two="import one\ndef x(): return one.X\n")
    namespace = Namespace(read_sources(folder))
    assert namespace.load("one").two.x() == 1
    namespace.close()


@pytest.mark.usefixtures("_threads_take_turns_often")
def test_threads_see_a_module_only_when_it_is_whole(tmp_path: Path) -> None:
    late = (
        "import time\nRUNS.append(1) if 'RUNS' in globals() else None\nfor _ in range(20): time.sleep(0)\nWHOLE = 1\n"
    )
    code = "def normalize(r):\n    import late\n    r['attributes']['whole'] = late.WHOLE\n    return r\n"
    processor = legacy(old(tmp_path, own=code, late=late), "own")
    together = threading.Barrier(THREADS)

    def call(_: int) -> object:
        together.wait(10)
        return attributes_after(processor)["whole"]

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(call, range(THREADS))) == [1] * THREADS


def chain_of_two() -> Settings:
    entries = [
        {"label": label, "path": str(PACKAGES / label), "module": "normalizer.rules", "writes": ["attributes.*"]}
        for label in ("billing", "shipping")
    ]
    return Settings(processors=tuple(ProcessorEntry(name="legacy", options=options) for options in entries))


def test_both_stand_in_one_chain_and_in_the_provenance() -> None:
    record = record_of("hello", Pipeline(chain_of_two()))
    assert record["attributes"]["team"] == "shipping"
    assert record["provenance"]["applied"] == ["legacy.billing@1", "legacy.shipping@1"]


@pytest.fixture
def _threads_take_turns_often() -> Iterator[None]:
    """Let threads meet in as many places as they can, and none wait long for its turn."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_threads_take_turns_often")
def test_a_reload_while_eight_threads_call() -> None:
    active = [Pipeline(chain_of_two())]
    stop = threading.Event()

    def call(number: int) -> int:
        calls = 0
        while not stop.is_set() or calls < CALLS:
            billing, shipping = (step.processor for step in active[0].chain.steps)
            processor, team = ((billing, "billing"), (shipping, "shipping"))[number % 2]
            assert attributes_after(processor)["team"] == team  # type: ignore[arg-type]
            calls += 1
        return calls

    with ThreadPoolExecutor(THREADS) as pool:
        running = [pool.submit(call, number) for number in range(THREADS)]
        hashes = {active[0].provenance}
        for _ in range(10):
            active[0] = Pipeline(chain_of_two())
            hashes.add(active[0].provenance)
        stop.set()
        assert all(one.result() >= CALLS for one in running)
    assert len(hashes) == 1


def test_modules_leave_with_the_last_user() -> None:
    before = private_names()
    pipeline = Pipeline(chain_of_two())
    assert len(private_names() - before) > len(pipeline.chain.steps)
    del pipeline
    assert private_names() == before


def test_a_closed_processor_says_so() -> None:
    processor = legacy("billing", "normalizer")
    processor.close()
    processor.close()
    with pytest.raises(Closed):
        processor.process(record_with())


def test_code_that_still_runs_after_the_end_brings_nothing_back() -> None:
    namespace = Namespace(read_sources(PACKAGES / "billing"))
    lazy = namespace.load("normalizer.rules").lazy
    namespace.close()
    with pytest.raises(ImportError, match="was closed"):
        lazy(dict(record_with()))


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def normalize(:", "SyntaxError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("import no_such_module", "No module named 'no_such_module'"),
        ("normalize = 1", "own:normalize is no function"),
        ("", "has no attribute 'normalize'"),
        ("import sys; sys.path.insert(0, '/nowhere'); normalize = print", "changes sys.path"),
        ("import sys; sys.meta_path.append(None); normalize = print", "changes sys.path or the like"),
    ],
)
def test_a_module_that_cannot_be_loaded_ends_the_start(tmp_path: Path, code: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        legacy(old(tmp_path, own=code), "own")


def test_code_that_changes_on_disk_is_not_mixed_in(tmp_path: Path) -> None:
    code = "def normalize(r):\n    import late\n    r['attributes']['late'] = late.X\n    return r\n"
    processor = legacy(old(tmp_path, own=code, late="X = 1"), "own")
    old(tmp_path, late="X = 2")
    assert attributes_after(processor)["late"] == 1


def test_a_reload_with_other_code_needs_a_restart(tmp_path: Path) -> None:
    code = "def normalize(r): return r\n"
    processor = legacy(old(tmp_path, own=code), "own")
    old(tmp_path, own=code + "\n")
    with pytest.raises(ConfigurationError, match="not the code that was loaded") as caught:
        legacy(tmp_path, "own")
    assert "Restart" in caught.value.cure
    assert processor.process(record_with()) is False


def test_the_snapshot_is_that_of_the_code_and_not_of_its_place(tmp_path: Path) -> None:
    code = "def normalize(r): return r\n"
    one, same, other = (
        legacy(old(tmp_path / name, own=text), "own").snapshot()
        for name, text in (("one", code), ("same", code), ("other", code + "\n"))
    )
    assert one == same != other


@pytest.mark.parametrize("content", [{}, {"notes.txt": "x"}, {".hidden/own.py": "x"}, {"__pycache__/own.py": "x"}])
def test_a_folder_without_code_is_refused(tmp_path: Path, content: dict[str, str]) -> None:
    for name, text in content.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    with pytest.raises(ConfigurationError, match="no Python file"):
        legacy(tmp_path, "own")


def test_a_folder_with_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.processors.legacy.sources._MOST_FILES", 1)
    with pytest.raises(ConfigurationError, match="more than 1 Python files") as caught:
        legacy(old(tmp_path, own="", other=""), "own")
    assert caught.value.cure


@pytest.mark.parametrize("mode", ["in_process", "subprocess"])
def test_nothing_is_written_beside_the_code(tmp_path: Path, mode: str) -> None:
    legacy(old(tmp_path, own="def normalize(r): return r\n"), "own", mode=mode).process(record_with())
    assert [path.name for path in tmp_path.iterdir()] == ["own.py"]


def test_a_failed_load_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        Legacy(Legacy.Options(path=old(tmp_path, own="import other\nraise ValueError", other=""), module="own"))
