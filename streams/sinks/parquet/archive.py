"""Takes up records that another store is about to delete: each once, also when it is begun again after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Final

from streams.sinks.base import Item, Refused
from streams.sinks.parquet.dataset import committed_in
from streams.sinks.parquet.files import open_files
from streams.sinks.parquet.layout import Bounds
from streams.sinks.parquet.log import Log
from streams.sinks.parquet.parquet import from_parquet
from streams.sinks.parquet.partition import PartitionFiles
from streams.sinks.stores import Stored

_PAGE: Final = 50_000
_FOLDERS: Final = 100
"""More than a day has hours of signals."""


async def archive(location: str | Path, sink: str, day: date, records: AsyncIterator[Stored]) -> int:
    """Store a day's records of a sink in a dataset, unless they are there; gives how many were not.

    Raises:
        ConfigurationError: the dataset cannot be written to.
        Refused: one of them is no enriched record.
        Unavailable: the dataset's store does not answer.
    """
    archiving = await asyncio.to_thread(_Archiving, location, sink, day)
    page: list[Stored] = []
    stored = 0
    async for record in records:
        page.append(record)
        if len(page) == _PAGE:
            stored += await asyncio.to_thread(archiving.add, page)
            page = []
    return stored + await asyncio.to_thread(archiving.add, page)


class _Archiving:
    """One day of one sink on its way."""

    def __init__(self, location: str | Path, sink: str, day: date) -> None:
        files = open_files(location)
        files.prepare()
        log = Log(files)
        log.follow()
        self._bounds = Bounds(day.isoformat(), day.isoformat(), _FOLDERS)
        self._target = PartitionFiles(files, log, (f"archive-{sink}", day.toordinal()))
        self._known: set[str] = set()
        for file in committed_in(files):
            if file.first[:10] <= day.isoformat() <= file.last[:10]:
                self._known.update(from_parquet(files.read(file.path))["event_id"].to_pylist())
        self._offset = 0

    def add(self, records: list[Stored]) -> int:
        fresh = [record for record in records if record["event_id"] not in self._known]
        items = [
            Item(offset, None, b"", record["event_id"], record) for offset, record in enumerate(fresh, self._offset)
        ]
        self._offset += len(items)
        refused = self._target.store(items, {}, self._bounds)
        if refused:
            raise Refused(f"{len(refused)} records are no enriched records")
        self._known.update(item.event_id for item in items)
        return len(items)
