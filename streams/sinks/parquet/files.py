"""Where the dataset lies: a local folder or any URL of fsspec, by the few operations that it needs."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from streams.errors import ConfigurationError
from streams.sinks.parquet.local import LocalFiles
from streams.sinks.parquet.remote import RemoteFiles


class Files(Protocol):
    """Files by their path inside the dataset, parts separated by `/`. What is written is durable when a call returns.

    All of them raise `Unavailable` when the store does not answer, or not as it should.
    """

    def prepare(self) -> None:
        """Get ready to write.

        Raises:
            ConfigurationError: nothing can be written there, or no file created exclusively.
        """

    def create(self, path: str, data: bytes) -> None:
        """Write a file that must not be there yet; of several who try at once, one succeeds.

        Raises:
            FileExistsError: it is there.
        """

    def write(self, path: str, data: bytes) -> None:
        """Write a file whole, in place of one that may be there; nobody ever sees a part of it."""

    def read(self, path: str) -> bytes:
        """Give a file's content.

        Raises:
            FileNotFoundError: it is not there.
        """

    def names(self, folder: str) -> list[str]:
        """Give the names of the files in a folder, in no order; none if there is no such folder."""

    def delete(self, path: str) -> None:
        """Remove a file that may be gone already."""

    def url(self, path: str) -> str:
        """Give the address by which other programs read a file."""


def open_files(location: str | Path) -> Files:
    """Give the files at a path or URL.

    Raises:
        ConfigurationError: no file system is known for the URL, or the URL holds a password.
    """
    if isinstance(location, Path):
        return LocalFiles(location)
    parts = urlsplit(location)
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(
            "the URL of a dataset must not hold credentials",
            cure="fsspec's file systems find them in the environment, in their own files or in the machine's role.",
        )
    if parts.scheme in ("", "file"):
        return LocalFiles(Path(location.removeprefix("file://")))
    return RemoteFiles(location)
