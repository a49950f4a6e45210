"""Makes few large files out of many small ones, hour by hour, once nothing more is expected of an hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa

from streams.sinks.parquet.layout import folder_of, hour_of
from streams.sinks.parquet.maintenance import Maintenance
from streams.sinks.parquet.manifest import DataFile

_ORDER: Final = [
    (name, "ascending")
    for name in ("observed_timestamp", "observed_timestamp_nanos", "kafka_partition", "kafka_offset")
]


class Most(NamedTuple):
    """What a merged file has at most, which bounds the memory that merging takes; half of it is enough to be left."""

    records: int = 250_000
    bytes: int = 33_554_432


DEFAULT: Final = Most()


def compact(location: str | Path, *, before: datetime, most: Most = DEFAULT) -> Sequence[Sequence[DataFile]]:
    """Merge the small files of every hour that ended before a time; gives the groups of files that became one.

    Rows of a merged file are sorted by observed time and then as they stood in Kafka.

    Raises:
        ConfigurationError: the dataset cannot be written to.
        TemporaryError: another program maintains the dataset now; what was merged until then is merged.
        Unavailable: the store does not answer; likewise.
    """
    maintenance = Maintenance(location)
    groups = list(plan(maintenance.files, before=before, most=most))
    for group in groups:
        table = pa.concat_tables([maintenance.read(file) for file in group])
        maintenance.replace(group, table.sort_by(_ORDER))
    return groups


def plan(files: Sequence[DataFile], *, before: datetime, most: Most = DEFAULT) -> Iterator[Sequence[DataFile]]:
    """Give the groups of files that compaction would make one of; files without an hour can always be merged."""
    folders: dict[str, list[DataFile]] = defaultdict(list)
    for file in sorted(files, key=_time):
        hour = hour_of(file.path)
        if (hour is None or hour.end <= before) and _is_small(file, most):
            folders[folder_of(file.path)].append(file)
    for small in folders.values():
        yield from (group for group in _packed(small, most) if len(group) > 1)


def _packed(files: Sequence[DataFile], most: Most) -> Iterator[Sequence[DataFile]]:
    group: list[DataFile] = []
    for file in files:
        if group and not _fits([*group, file], most):
            yield group
            group = []
        group.append(file)
    yield group


def _fits(group: Sequence[DataFile], most: Most) -> bool:
    return sum(file.records for file in group) <= most.records and sum(file.bytes for file in group) <= most.bytes


def _is_small(file: DataFile, most: Most) -> bool:
    return 2 * file.records < most.records and 2 * file.bytes < most.bytes


def _time(file: DataFile) -> str:
    return file.first
