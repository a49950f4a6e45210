"""Datasets to look at: how tests write batches and read back what is committed, and what lies in the folders."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

from streams.sinks.base import Item, Place, Unavailable
from streams.sinks.parquet import dataset
from streams.sinks.parquet.files import Files, open_files
from streams.sinks.parquet.parquet import from_parquet
from streams.sinks.parquet.sink import ParquetOptions, ParquetSink
from streams.testing.sink_driver import Driver

Hook: TypeAlias = Callable[[str, str], None]
"""Is told the operation and the path."""

MEMORY = Path("/dev/shm")  # noqa: S108 - only a shortcut


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """Make a folder in memory, where there is one: thousands of tiny files need no disk."""
    return tempfile.TemporaryDirectory(prefix="weft-", dir=MEMORY if MEMORY.is_dir() else None)


def make_sink(url: str | Path, files: Files | Hooked | None = None) -> ParquetSink:
    """Make a sink that has folders for the days of `make_items`; `files` stand between it and its store."""
    sink = ParquetSink(ParquetOptions(url=str(url), past_days=3_650), Place(name="parquet", directory=Path()))
    if files is not None:
        sink._files = sink._log._files = files  # type: ignore[assignment]
    return sink


async def deliver(url: str | Path, log: Sequence[Item], *, partition: int = 0, seed: int = 0) -> None:
    """Let one life of the sink read a partition of `enriched` from the beginning, in batches of any size."""
    driver = await Driver(make_sink(url)).start()
    await driver.read(partition, log, random.Random(seed))  # noqa: S311
    await driver.sink.stop()


def committed_ids(url: str | Path) -> list[str]:
    """Give the event ids of the committed files, sorted."""
    return sorted(record["event_id"] for record in dataset.records(str(url)))


def lying_ids(folder: Path) -> list[str]:
    """Give the event ids in all files that lie in a folder, committed or not, sorted."""
    tables = [from_parquet(path.read_bytes()) for path in folder.glob("**/*.parquet")]
    return sorted(found for table in tables for found in table["event_id"].to_pylist())


def lying_files(folder: Path) -> set[str]:
    """Give the paths of all Parquet files that lie in a folder."""
    return {str(path.relative_to(folder)) for path in folder.glob("**/*.parquet")}


def lying_folders(folder: Path) -> set[str]:
    """Give the paths of all folders that lie in a folder."""
    return {str(path.relative_to(folder)) for path in folder.glob("**/")}


def committed_files(url: str | Path) -> set[str]:
    """Give the paths of the committed files."""
    return {file.path for file in dataset.committed_in(open_files(str(url)))}


def ids_of(items: Sequence[Item]) -> list[str]:
    """Give the event ids of some items, sorted, each once."""
    return sorted({item.event_id for item in items})


class Hooked:
    """Files of which a test sees every operation before and after it is done, and may raise instead."""

    def __init__(self, files: Files, *, before: Hook | None = None, after: Hook | None = None) -> None:
        self._files = files
        self.before = before
        self.after = after

    def lose_answer(self, moment: int) -> None:
        """Let the answer of one operation from now on be lost, counted from 0."""
        steps = count()

        def lose(operation: str, path: str) -> None:
            if next(steps) == moment:
                raise Unavailable("the answer is lost")

        self.after = lose

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation = getattr(self._files, name)

        def run(path: str = "", *args: Any) -> Any:
            if self.before:
                self.before(name, path)
            result = operation(path, *args) if path else operation()
            if self.after:
                self.after(name, path)
            return result

        return run
