"""A dataset behind any URL of fsspec. It is as safe as that file system's exclusive creation (docs, `sink-parquet`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

from fsspec.core import url_to_fs

from streams.errors import ConfigurationError
from streams.sinks.base import Unavailable

T = TypeVar("T")


class RemoteFiles:
    """Files below a URL; an object is there whole, or not at all."""

    def __init__(self, url: str) -> None:
        try:
            self._fs, root = url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise ConfigurationError(
                f"no file system for this URL: {error}",
                cure="Install the package of fsspec for it, for example s3fs, or correct the URL.",
            ) from None
        self._root = root.rstrip("/")
        self._url = url.rstrip("/")

    def prepare(self) -> None:
        """Prove that files can be created exclusively.

        Raises:
            ConfigurationError: a second creation overwrites the first, so two writers would not notice each other.
            Unavailable: the store does not answer.
        """
        probe = f"_weft/unfinished/probe-{uuid4().hex}"
        self.create(probe, b"probe")
        try:
            self.create(probe, b"probe")
        except FileExistsError:
            self.delete(probe)
            return
        raise ConfigurationError(
            f"{type(self._fs).__name__} does not create files exclusively",
            cure="Use a version of its package that knows mode='create' of pipe_file, or another store.",
        )

    def create(self, path: str, data: bytes) -> None:
        """Write a file that must not be there yet.

        Raises:
            FileExistsError: it is there.
            Unavailable: the store does not answer.
        """
        self._call(self._fs.pipe_file, path, data, mode="create")

    def write(self, path: str, data: bytes) -> None:
        """Write a file whole.

        Raises:
            Unavailable: the store does not answer.
        """
        self._call(self._fs.pipe_file, path, data)

    def read(self, path: str) -> bytes:
        """Give a file's content.

        Raises:
            FileNotFoundError: it is not there.
            Unavailable: the store does not answer.
        """
        return bytes(self._call(self._fs.cat_file, path))

    def names(self, folder: str) -> list[str]:
        """Give the names of the files in a folder.

        Raises:
            Unavailable: the store does not answer.
        """
        try:
            # others write there too, and a listing that fsspec remembers would not show it
            self._fs.invalidate_cache(f"{self._root}/{folder}")
            return [path.rpartition("/")[2] for path in self._call(self._fs.ls, folder, detail=False)]
        except FileNotFoundError:
            return []

    def delete(self, path: str) -> None:
        """Remove a file that may be gone already.

        Raises:
            Unavailable: the store does not answer.
        """
        try:
            self._call(self._fs.rm_file, path)
        except FileNotFoundError:
            return

    def url(self, path: str) -> str:
        """Give the file's URL."""
        return f"{self._url}/{path}"

    def _call(self, operation: Callable[..., T], path: str, *args: Any, **options: Any) -> T:
        try:
            return operation(f"{self._root}/{path}", *args, **options)
        except (FileExistsError, FileNotFoundError, MemoryError):
            raise
        except Exception as error:  # every file system has its own, and none of them is a record's fault
            raise Unavailable(f"{type(self._fs).__name__}: {type(error).__name__}") from error
