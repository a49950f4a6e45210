"""Deletes from a Parquet dataset, while its sink writes or while none does.

Files are replaced by ones without the records, in the same steps as compaction's; a replay does not bring records back,
because the marks of the partitions stand behind them.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Final

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from streams.sinks.governed import Day, Deletion, Erased, Group, Keeper, Subject
from streams.sinks.parquet.compaction import compact
from streams.sinks.parquet.dataset import committed_in, records_of
from streams.sinks.parquet.files import Files, open_files
from streams.sinks.parquet.layout import hour_of, signal_of
from streams.sinks.parquet.maintenance import Maintenance
from streams.sinks.parquet.manifest import DataFile
from streams.sinks.parquet.parquet import from_parquet
from streams.sinks.parquet.records import to_records
from streams.sinks.stores import Stored

_COUNTED: Final = ["day", "service", "severity_number"]


class ParquetKeeper(Keeper):
    """Governs one dataset; what is counted is read from the files, for they are all that there is."""

    def __init__(self, location: str | Path) -> None:
        self._location = location

    async def days(self, before: date) -> Sequence[Day]:
        """Give what the committed files hold of the days before a date."""
        return await asyncio.to_thread(lambda: [*self._days(before)])

    async def records(self, deletion: Deletion) -> AsyncIterator[Stored]:
        """Give the records that a deletion would delete, file by file."""
        files = open_files(self._location)
        for file in await asyncio.to_thread(committed_in, files):
            if _may_hold(file, deletion.day):
                for record in await asyncio.to_thread(_all_of, files, file):
                    if _is_of(record, deletion):
                        yield record

    async def delete(self, deletion: Deletion) -> int:
        """Drop the files of a day, or write them anew without some groups."""
        return await asyncio.to_thread(self._delete, deletion)

    async def erase(self, subject: Subject) -> Sequence[Erased]:
        """Write every file anew that holds records of the subject, without them."""
        return await asyncio.to_thread(self._erase, subject)

    async def compact(self, before: datetime) -> int:
        """Merge the small files of the hours that ended before a time."""
        groups = await asyncio.to_thread(compact, self._location, before=before)
        return sum(map(len, groups))

    async def stop(self) -> None:
        """There is nothing to let go of."""

    def _days(self, before: date) -> Iterator[Day]:
        files = open_files(self._location)
        held: defaultdict[date, Counter[tuple[str, str, int]]] = defaultdict(Counter)
        shared: set[date] = set()
        for file in committed_in(files):
            if file.first[:10] >= before.isoformat():
                continue
            for day, service, severity, records in _counts(from_parquet(files.read(file.path))):
                held[day][signal_of(file.path), service, severity] += records
                if hour_of(file.path) is None:
                    shared.add(day)
        for day, groups in held.items():
            if day < before:
                yield Day(day, day not in shared, [Group(*group, records) for group, records in groups.items()])

    def _delete(self, deletion: Deletion) -> int:
        maintenance = Maintenance(self._location)
        if deletion.whole:
            old = [file for file in maintenance.files if _is_day(file, deletion.day)]
            maintenance.replace(old)
            return sum(file.records for file in old)
        chosen = (file for file in maintenance.files if _may_hold(file, deletion.day))
        return sum(_rewrite(maintenance, file, partial(_in_groups, deletion)) for file in chosen)

    def _erase(self, subject: Subject) -> Sequence[Erased]:
        gone: Counter[date] = Counter()

        def owned(table: pa.Table, signal: str) -> list[bool]:
            rows = []
            for record in to_records(table, signal):
                rows.append(subject.owns(orjson.dumps(record), record))
                gone[date.fromisoformat(record["observed_timestamp"][:10])] += rows[-1]
            return rows

        maintenance = Maintenance(self._location)
        for file in maintenance.files:
            _rewrite(maintenance, file, owned)
        return [Erased(day, records) for day, records in sorted(gone.items()) if records]


def _all_of(files: Files, file: DataFile) -> list[Stored]:
    return list(records_of(files, file))


def _rewrite(maintenance: Maintenance, file: DataFile, doomed: Callable[[pa.Table, str], Sequence[bool]]) -> int:
    """Replace a file by one without its doomed rows, if there are any; gives how many there were."""
    table = maintenance.read(file)
    rows = doomed(table, signal_of(file.path))
    if any(rows):
        maintenance.replace([file], table.filter(pa.array([not row for row in rows])))
    return sum(rows)


def _counts(table: pa.Table) -> Iterator[tuple[date, str, int, int]]:
    counted = table.append_column("day", table["observed_timestamp"].cast(pa.date32())).group_by(_COUNTED)
    for row in counted.aggregate([([], "count_all")]).to_pylist():
        yield row["day"], row["service"], row["severity_number"], row["count_all"]


def _in_groups(deletion: Deletion, table: pa.Table, signal: str) -> Sequence[bool]:
    doomed = {(group.service, group.severity) for group in deletion.groups if group.signal == signal}
    days = pc.equal(table["observed_timestamp"].cast(pa.date32()), deletion.day).to_pylist()
    kinds = zip(table["service"].to_pylist(), table["severity_number"].to_pylist(), strict=True)
    return [is_day and kind in doomed for is_day, kind in zip(days, kinds, strict=True)]


def _is_of(record: Stored, deletion: Deletion) -> bool:
    kind = (record["signal"], record["resource"]["service.name"], record["severity_number"])
    return record["observed_timestamp"][:10] == deletion.day.isoformat() and any(
        kind == group[:3] for group in deletion.groups
    )


def _is_day(file: DataFile, day: date) -> bool:
    hour = hour_of(file.path)
    return hour is not None and hour.start.date() == day


def _may_hold(file: DataFile, day: date) -> bool:
    return file.first[:10] <= day.isoformat() <= file.last[:10]
