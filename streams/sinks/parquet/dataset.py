"""What a dataset holds, for programs that read it: the committed files, a view of them, and the records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from streams.sinks.parquet.files import Files, open_files
from streams.sinks.parquet.layout import signal_of
from streams.sinks.parquet.log import Log
from streams.sinks.parquet.manifest import DataFile
from streams.sinks.parquet.parquet import from_parquet
from streams.sinks.parquet.records import to_records


def committed(location: str | Path) -> Sequence[DataFile]:
    """Give the files of a dataset, by path: each record of it is in one of them, once.

    Raises:
        ConfigurationError: no file system is known for the URL.
        Unavailable: the store does not answer.
    """
    return committed_in(open_files(location))


def committed_in(files: Files) -> Sequence[DataFile]:
    """Do the same where the files are open already."""
    log = Log(files)
    log.follow()
    return sorted(log.snapshot().files.values())


def view(location: str | Path, name: str = "enriched") -> str:
    """Give SQL for DuckDB that makes a view of exactly the committed files; without any, it drops the view."""
    files = open_files(location)
    quoted = '"' + name.replace('"', '""') + '"'
    urls = ",\n  ".join(_quoted(files.url(file.path)) for file in committed_in(files))
    if not urls:
        return f"drop view if exists {quoted};"
    source = f"read_parquet([\n  {urls}\n], hive_partitioning = true)"
    return f"create or replace view {quoted} as select * from {source};"  # noqa: S608 - all names in it are quoted


def records(location: str | Path, wanted: Callable[[DataFile], bool] = lambda file: True) -> Iterator[dict[str, Any]]:
    """Give the records of the files that are wanted, as they were stored, upcast to the current schema version.

    Raises:
        FileNotFoundError: a file was replaced meanwhile; begin again.
        UnexpectedState: a file is of a later version of Weft.
        Unavailable: the store does not answer.
    """
    files = open_files(location)
    for file in committed_in(files):
        if wanted(file):
            yield from records_of(files, file)


def records_of(files: Files, file: DataFile) -> Iterator[dict[str, Any]]:
    """Give the records of one file."""
    yield from to_records(from_parquet(files.read(file.path)), signal_of(file.path))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
