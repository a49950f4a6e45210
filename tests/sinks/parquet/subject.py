"""The Parquet sink on a local folder and on fsspec's memory, as the contract suite breaks them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from streams.sinks.base import Item, Place, Sink, Unavailable
from streams.sinks.parquet import dataset
from streams.sinks.parquet.files import Files, open_files
from streams.sinks.parquet.manifest import DataFile
from streams.sinks.parquet.sink import ParquetOptions, ParquetSink
from streams.sinks.stores import Stored
from streams.testing.items import changed
from streams.testing.sink_subject import SinkUnderTest
from tests.sinks.parquet.datasets import temporary_folder


class Breakable:
    """Files of a store that can be broken at every operation, or lose the answer of one that is done."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.unreachable = self.full = False
        self.well = threading.Event()
        self.well.set()
        self.cuts = self.answered = 0
        self._cut_at = -1

    def cut_after(self, answered: int) -> None:
        """Lose one answer, after so many more operations."""
        self._cut_at = self.answered + answered

    def __getattr__(self, name: str) -> object:
        operation = getattr(self._files, name)

        def broken(*args: object) -> object:
            self.well.wait()
            if self.unreachable or (self.full and name in ("create", "write")):
                raise Unavailable("the store is broken")
            result = operation(*args)
            self.answered += 1
            if self.answered - 1 == self._cut_at:
                self._cut_at = -1
                self.cuts += 1
                raise Unavailable("the answer is lost")
            return result

        return operation if name == "url" else broken


class ParquetUnderTest(SinkUnderTest):
    """The sink on a local folder."""

    def __init__(self) -> None:
        self._folder = temporary_folder()
        self.url = self._folder.name
        self.files = Breakable(open_files(self.url))
        self._seen: dict[DataFile, list[Stored]] = {}

    def make(self, *, rewrite: bool = False) -> Sink:
        options = ParquetOptions(url=self.url, past_days=3_650)
        sink = ParquetSink(options, Place(name="parquet", directory=Path(self.url), rewrite=rewrite))
        sink._files = sink._log._files = self.files  # type: ignore[assignment]
        return sink

    async def read(self) -> Sequence[Stored]:
        """Files never change, so what was read of one once needs no second look."""
        files = open_files(self.url)
        found: list[Stored] = []
        for file in dataset.committed_in(files):
            if file not in self._seen:
                self._seen[file] = list(dataset.records_of(files, file))
            found += self._seen[file]
        return sorted(found, key=lambda record: record["observed_timestamp"])

    async def close(self) -> None:
        self.files.well.set()
        self._folder.cleanup()

    def spoil(self, item: Item) -> Item:
        return changed(item, severity_number="three")

    def cutter(self) -> Breakable:
        return self.files

    async def make_unreachable(self) -> None:
        self.files.unreachable = True

    async def make_silent(self) -> None:
        self.files.well.clear()

    async def fill(self) -> None:
        self.files.full = True

    async def mend(self) -> None:
        self.files.unreachable = self.files.full = False
        self.files.well.set()


class RemoteParquetUnderTest(ParquetUnderTest):
    """The sink on a URL."""

    def __init__(self) -> None:
        super().__init__()
        self.url = f"memory://{uuid4().hex}"
        self.files = Breakable(open_files(self.url))
