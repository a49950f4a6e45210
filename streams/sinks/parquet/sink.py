"""Parquet files for DuckDB, Spark and everything else that reads them; a log says which of them count."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, TypeVar

from pydantic import Field

from streams.sinks.base import (
    OK,
    Batch,
    BatchBounds,
    DeduplicatedSink,
    Marks,
    Outcome,
    Place,
    Result,
    SinkOptions,
    Unavailable,
)
from streams.sinks.governed import Governed, Keeper
from streams.sinks.parquet.files import open_files
from streams.sinks.parquet.keeper import ParquetKeeper
from streams.sinks.parquet.layout import Bounds, bounds
from streams.sinks.parquet.log import Fenced, Log
from streams.sinks.parquet.manifest import Owner
from streams.sinks.parquet.partition import PartitionFiles

T = TypeVar("T")

_THREADS: Final = 4

_BESIDE: Final = Result(Outcome.RETRY, "beside a record that is rejected")


class ParquetOptions(SinkOptions):
    """Options of Parquet files."""

    url: str = Field("", description="local folder or URL of fsspec; the sink's folder in the state directory")
    past_days: int = Field(31, ge=0, le=3_650, description="days before today that have folders of their own")
    future_days: int = Field(1, ge=0, le=366, description="days after today that have folders of their own")
    folders: int = Field(48, ge=1, le=1_000, description="folders a batch may have besides the overflow folders")


class ParquetSink(DeduplicatedSink, Governed):
    """Adds a file for each signal and hour of a batch; the records of a batch are committed all at once."""

    name = "parquet"
    needs = ("pyarrow", "fsspec")
    extra = "parquet"
    batch = BatchBounds(records=50_000, bytes=67_108_864, seconds=60.0)
    Options: ClassVar[type[ParquetOptions]] = ParquetOptions

    def __init__(self, options: ParquetOptions, place: Place) -> None:
        super().__init__(options, place)
        self._files = open_files(options.url or place.directory)
        self._log = Log(self._files)
        self._threads = ThreadPoolExecutor(_THREADS, "weft-parquet")
        self._partitions: dict[Owner, PartitionFiles] = {}
        self._running: dict[Owner | None, asyncio.Future[Any]] = {}

    @classmethod
    def keeper(cls, options: ParquetOptions, place: Place) -> Keeper:
        """Give the keeper of the dataset."""
        return ParquetKeeper(options.url or place.directory)

    async def start(self) -> None:
        """Prove that the folder can be written to, and read the log.

        Raises:
            ConfigurationError: it cannot, or not safely.
            UnexpectedState: the log is none that this program can read.
            Unavailable: the store does not answer.
        """
        await self._run(None, self._files.prepare)
        await self._run(None, self._log.follow)

    async def take(self, topic: str, partition: int) -> Marks:
        """Shut out whoever wrote for a partition before, delete what it left, and give the marks.

        Raises:
            Unavailable: the store does not answer.
        """
        owner = (topic, partition)
        self._partitions[owner] = taken = await self._run(owner, lambda: PartitionFiles(self._files, self._log, owner))
        return taken.marks

    async def write(self, batch: Batch) -> Sequence[Result]:
        """Commit a batch; only what is no record at all is rejected.

        Raises:
            Unavailable: the store does not answer, or another program took over the partition.
        """
        owner = (batch.topic, batch.partition)
        if owner not in self._partitions:
            await self.take(*owner)
        partition = self._partitions[owner]
        within = self._bounds()
        try:
            refused = await self._run(owner, lambda: partition.store(batch.items, batch.marks, within))
        except Fenced:
            raise Unavailable("another program has taken over the partition") from None
        others = _BESIDE if refused and batch.marks else OK
        if others is OK:
            partition.reported(batch.items)
        return [refused.get(item.offset, others) for item in batch.items]

    async def stop(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _bounds(self) -> Bounds:
        options = self.options
        return bounds(datetime.now(UTC).date(), options.past_days, options.future_days, options.folders)

    async def _run(self, owner: Owner | None, function: Callable[[], T]) -> T:
        """Run in a thread, one at a time for an owner: one that is given up goes on, and the next must know its end."""
        while (before := self._running.get(owner)) and not before.done():
            await asyncio.wait({before})
        running = asyncio.get_running_loop().run_in_executor(self._threads, function)
        self._running[owner] = running
        running.add_done_callback(_look_at)
        return await asyncio.shield(running)


def _look_at(done: asyncio.Future[Any]) -> None:
    """Nobody may be waiting any more; the next call finds out what happened."""
    if not done.cancelled():
        done.exception()
