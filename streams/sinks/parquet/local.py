"""A dataset in a local folder: every file appears whole and at once, and is on the disk before anyone hears of it."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from streams.errors import ConfigurationError
from streams.sinks.base import Unavailable

_OWN: Final = "_weft/"
_UNFINISHED: Final = "_weft/unfinished"
_LEFT_BEHIND_SECONDS: Final = 3_600
"""After this long an unfinished file is a crash's; whoever still writes one will fail to move it and try again."""


class LocalFiles:
    """Files below a folder; names that begin with `_` are none of the dataset's for readers of such folders."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def prepare(self) -> None:
        """Make the folder, prove that files can be created exclusively, and remove what crashes left unfinished.

        Raises:
            ConfigurationError: nothing can be written there, or the file system has no hard links.
            Unavailable: the file system does not answer as it should.
        """
        probe = f"{_UNFINISHED}/probe-{uuid4().hex}"
        try:
            self._make_folder(self._root / _UNFINISHED)
            self._create(probe, b"")
            (self._root / probe).unlink()
        except OSError as error:
            raise _start_error(self._root, error) from None
        with _mapped():
            self._clean()

    def create(self, path: str, data: bytes) -> None:
        """Write a file that must not be there yet.

        Raises:
            FileExistsError: it is there.
            Unavailable: it could not be written, or perhaps not for good.
        """
        with _mapped(FileExistsError):
            self._create(path, data)

    def write(self, path: str, data: bytes) -> None:
        """Write a file whole.

        Raises:
            Unavailable: it could not be written.
        """
        with _mapped(), self._unfinished(data) as unfinished:
            target = self._root / path
            self._make_folder(target.parent)
            unfinished.replace(target)
            _sync_folder(target.parent)

    def read(self, path: str) -> bytes:
        """Give a file's content.

        Raises:
            FileNotFoundError: it is not there.
            Unavailable: it could not be read.
        """
        with _mapped(FileNotFoundError):
            return (self._root / path).read_bytes()

    def names(self, folder: str) -> list[str]:
        """Give the names of the files in a folder.

        Raises:
            Unavailable: it could not be listed.
        """
        with _mapped(), suppress(FileNotFoundError):
            return [file.name for file in (self._root / folder).iterdir()]
        return []

    def delete(self, path: str) -> None:
        """Remove a file that may be gone already.

        Raises:
            Unavailable: it could not be removed.
        """
        file = self._root / path
        with _mapped():
            file.unlink(missing_ok=True)
            if not path.startswith(_OWN):
                self._forget_folders(file.parent)

    def url(self, path: str) -> str:
        """Give the file's path in the file system."""
        return str(self._root.absolute() / path)

    def _create(self, path: str, data: bytes) -> None:
        """A hard link, unlike a move, fails where there is a file already (link(2))."""
        with self._unfinished(data) as unfinished:
            target = self._root / path
            self._make_folder(target.parent)
            target.hardlink_to(unfinished)
            _sync_folder(target.parent)

    @contextmanager
    def _unfinished(self, data: bytes) -> Iterator[Path]:
        """Give a file that is on the disk, under a name of its own that is gone afterwards."""
        unfinished = self._root / _UNFINISHED / uuid4().hex
        try:
            with unfinished.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            yield unfinished
        finally:
            unfinished.unlink(missing_ok=True)

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)

    def _forget_folders(self, folder: Path) -> None:
        """Make a deletion durable, and remove the folders that it left empty."""
        with suppress(FileNotFoundError):
            _sync_folder(folder)
        while folder != self._root and folder.is_dir() and not any(folder.iterdir()):
            try:
                folder.rmdir()
            except OSError:  # a writer was faster
                return
            folder = folder.parent

    def _clean(self) -> None:
        latest = time.time() - _LEFT_BEHIND_SECONDS
        for unfinished in (self._root / _UNFINISHED).iterdir():
            with suppress(FileNotFoundError):
                if unfinished.stat().st_mtime < latest:
                    unfinished.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _mapped(*expected: type[OSError]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, expected):
            raise
        raise Unavailable(_named(error)) from error


def _named(error: OSError) -> str:
    return f"{errno.errorcode.get(error.errno or 0, type(error).__name__)}: {error.strerror}"


def _start_error(root: Path, error: OSError) -> Exception:
    """What a person must repair before a start can succeed, told from what passes by itself."""
    if error.errno in (errno.EACCES, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
        cure = "Name a folder that this user can write to."
    elif error.errno in (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EXDEV):
        cure = "Name a folder on a file system with hard links: by them one writer is told from another."
    else:
        return Unavailable(_named(error))
    return ConfigurationError(f"cannot write to {root}: {_named(error)}", cure=cure)
