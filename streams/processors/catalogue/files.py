"""A catalogue read from a file; what is wrong with it is told with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from streams.errors import ConfigurationError
from streams.processors.catalogue.csv_file import read_csv
from streams.processors.catalogue.entries import Catalogue, Entries
from streams.processors.catalogue.lines import BrokenLine, Row
from streams.processors.catalogue.yaml_file import read_yaml

READERS: Final[Mapping[str, Callable[[str], Iterator[Row]]]] = {
    ".csv": read_csv,
    ".yaml": read_yaml,
    ".yml": read_yaml,
}
"""What reads a file, by the end of its name."""


def read_catalogue(path: Path) -> Catalogue:
    """Read a catalogue from a file in UTF-8.

    Raises:
        ConfigurationError: it cannot be read, holds no service, or a line of it is wrong.
    """
    try:
        return _catalogue(READERS[path.suffix.lower()](_text(path)))
    except OSError as error:
        problem = error.strerror or type(error).__name__
    except ValueError as error:
        problem = str(error)
    raise ConfigurationError(
        f"service catalogue {path}: {problem}", cure="Correct the file; what runs goes on with what it has read before."
    )


def _text(path: Path) -> str:
    value = path.read_bytes()
    try:
        return value.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenLine(value[: error.start].count(b"\n") + 1, "it is not UTF-8") from None


def _catalogue(rows: Iterator[Row]) -> Catalogue:
    entries = Entries()
    row = None
    for row in rows:
        if row.name in entries:
            raise BrokenLine(row.line, f"{row.name!r} stands there twice")
        try:
            entries.set(row.name, row.fields)
        except ValueError as error:
            raise BrokenLine(row.line, str(error)) from None
    if row is None:
        raise ValueError("there is no service in it")
    return entries.catalogue()
