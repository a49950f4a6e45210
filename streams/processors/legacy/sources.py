"""The code of an old module as it was when the process first read it: what is loaded is what was hashed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from streams.errors import ConfigurationError

_MOST_FILES, _MOST_BYTES = 5_000, 32 * 1_048_576
_DIGITS = 32
_FIRST: Final[dict[Path, str]] = {}
"""Folder to the digest of the code that the process has first read there."""


class Sources(NamedTuple):
    """The Python files of a folder: path in it (with `/`) to contents; `folders` are those that hold any of them."""

    folder: Path
    files: Mapping[str, bytes]
    folders: frozenset[str]
    digest: str


def read_sources(path: Path) -> Sources:
    """Read the code in a folder, which stays the same for the whole life of the process.

    A module that is imported only when it is needed, or by a process that is started again, must not be of another
    release than the rest, nor than the provenance says.

    Raises:
        ConfigurationError: the folder cannot be read or holds too much, or its code has changed.
    """
    sources = _read(path)
    if _FIRST.setdefault(path, sources.digest) != sources.digest:
        raise ConfigurationError(
            f"legacy: the code in {path} is not the code that was loaded", cure="Restart the worker to load it."
        )
    return sources


def _read(path: Path) -> Sources:
    folder = path.resolve()
    files: dict[str, bytes] = {}
    size = 0
    for file in _python_files(folder):
        try:
            files[file.relative_to(folder).as_posix()] = content = file.read_bytes()
        except OSError as error:
            raise ConfigurationError(f"legacy: cannot read {file}: {error.strerror}") from None
        size += len(content)
        if len(files) > _MOST_FILES or size > _MOST_BYTES:
            raise ConfigurationError(
                f"legacy: {path} holds more than {_MOST_FILES} Python files or {_MOST_BYTES} bytes of them",
                cure="Name the folder that holds the old module and nothing else.",
            )
    if not files:
        raise ConfigurationError(f"legacy: there is no Python file in {path}", cure="Correct the path.")
    folders = {str(parent) for name in files for parent in Path(name).parents}
    return Sources(folder, files, frozenset(folders), _digest(files))


def _python_files(folder: Path) -> Iterator[Path]:
    for inside, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] != "." and name != "__pycache__")
        yield from (Path(inside, name) for name in sorted(names) if name.endswith(".py"))


def _digest(files: Mapping[str, bytes]) -> str:
    found = sha256()
    for name in sorted(files):
        found.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return found.hexdigest()[:_DIGITS]
