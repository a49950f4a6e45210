"""Files appear whole, once and for good, wherever they lie; and what goes wrong has a name."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from streams.errors import ConfigurationError
from streams.sinks.base import Unavailable
from streams.sinks.parquet.files import Files, open_files


@pytest.fixture(params=["path", "file://", "memory://"])
def files(request: pytest.FixtureRequest, folder: Path) -> Files:
    """Files of each kind, prepared."""
    location = {"path": folder, "file://": f"file://{folder}", "memory://": f"memory://{uuid4().hex}"}[request.param]
    found = open_files(location)
    found.prepare()
    return found


def test_a_file_is_created_once(files: Files) -> None:
    files.create("a/b/c", b"1")

    with pytest.raises(FileExistsError):
        files.create("a/b/c", b"2")

    assert files.read("a/b/c") == b"1"


def test_a_file_is_replaced_whole(files: Files) -> None:
    files.write("a/b", b"long")
    files.write("a/b", b"s")

    assert files.read("a/b") == b"s"
    assert files.names("a") == ["b"]


def test_what_is_not_there_is_no_trouble(files: Files) -> None:
    files.delete("a/b")

    assert files.names("a") == []
    with pytest.raises(FileNotFoundError):
        files.read("a/b")


def test_preparing_leaves_nothing(files: Files) -> None:
    assert files.names("_weft/unfinished") == []


def test_folders_that_a_deletion_left_empty_are_gone(folder: Path) -> None:
    files = open_files(folder)
    files.prepare()
    files.write("a/b/c", b"")
    files.write("a/d", b"")

    files.delete("a/b/c")

    assert {path.name for path in folder.iterdir()} == {"a", "_weft"}
    assert files.names("a") == ["d"]


@pytest.mark.parametrize("how", ["create", "write"])
def test_a_local_file_is_on_the_disk_before_it_has_its_name_and_the_name_before_the_call_returns(
    folder: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    files = open_files(folder)
    files.prepare()
    steps: list[tuple[str, str]] = []
    for name in ("fsync", "link", "replace"):
        monkeypatch.setattr(os, name, _recorded(name, getattr(os, name), steps))

    getattr(files, how)("a/b", b"1")

    unfinished = steps[0][1]
    naming = steps.index(("link" if how == "create" else "replace", str(folder / "a/b")))
    assert "_weft/unfinished/" in unfinished
    assert steps.index(("fsync", unfinished)) < naming < steps.index(("fsync", str(folder / "a")))
    assert steps.index(("fsync", str(folder))) < naming


def _recorded(name: str, change: Callable[..., Any], steps: list[tuple[str, str]]) -> Callable[..., Any]:
    def run(*args: Any, **options: Any) -> Any:
        steps.append((name, str(Path(f"/proc/self/fd/{args[0]}").readlink()) if name == "fsync" else str(args[1])))
        return change(*args, **options)

    return run


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
@pytest.mark.parametrize("how", ["create", "write"])
def test_a_full_or_failing_disk_is_unavailable_and_nothing_is_left(
    folder: Path, monkeypatch: pytest.MonkeyPatch, how: str, code: int
) -> None:
    files = open_files(folder)
    files.prepare()

    def fail(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(Unavailable, match=errno.errorcode[code]):
        getattr(files, how)("a", b"1")

    assert not (folder / "a").exists()
    assert files.names("_weft/unfinished") == []


def test_a_place_that_is_no_folder_is_a_wrong_setting(folder: Path) -> None:
    (folder / "file").write_bytes(b"")

    with pytest.raises(ConfigurationError, match=r"ENOTDIR|EEXIST"):
        open_files(folder / "file").prepare()


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOTSUP])
def test_a_file_system_without_hard_links_is_a_wrong_setting(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", refuse)

    with pytest.raises(ConfigurationError, match="hard links"):
        open_files(folder).prepare()


def test_what_a_crash_left_unfinished_is_removed_once_it_is_old(folder: Path) -> None:
    files = open_files(folder)
    files.prepare()
    for name, age in (("old", 7_200), ("new", 0)):
        path = folder / "_weft/unfinished" / name
        path.write_bytes(b"")
        os.utime(path, (path.stat().st_mtime - age,) * 2)

    files.prepare()

    assert files.names("_weft/unfinished") == ["new"]


@pytest.mark.parametrize("url", ["s3://key:secret@bucket/x", "https://secret@host/x"])
def test_a_url_with_credentials_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_files(url)

    assert "secret" not in str(caught.value)


def test_a_url_of_no_known_file_system_is_a_wrong_setting() -> None:
    with pytest.raises(ConfigurationError, match="Protocol not known"):
        open_files("nowhere://x")


class OverwritingFileSystem(MemoryFileSystem):  # type: ignore[misc]
    """As file systems were before they knew how to create exclusively."""

    protocol = "overwriting"

    def pipe_file(self, path: str, value: bytes, **_: Any) -> None:
        super().pipe_file(path, value)


class FailingFileSystem(MemoryFileSystem):  # type: ignore[misc]
    """Raises what no list of errors would foresee."""

    protocol = "failing"

    def pipe_file(self, path: str, value: bytes, **_: Any) -> None:
        raise LookupError("a response with a secret")


@pytest.fixture
def strange_file_systems() -> None:
    for kind in (OverwritingFileSystem, FailingFileSystem):
        fsspec.register_implementation(kind.protocol, kind, clobber=True)


@pytest.mark.usefixtures("strange_file_systems")
def test_a_store_that_cannot_create_exclusively_is_a_wrong_setting() -> None:
    with pytest.raises(ConfigurationError, match="exclusively"):
        open_files("overwriting://x").prepare()


@pytest.mark.usefixtures("strange_file_systems")
def test_whatever_a_remote_file_system_raises_is_unavailable() -> None:
    with pytest.raises(Unavailable) as caught:
        open_files("failing://x").write("a", b"")

    assert str(caught.value) == "FailingFileSystem: LookupError"
