"""A table as the bytes of a Parquet file, and back."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from streams.sinks.parquet.columns import REPEATING
from streams.sinks.parquet.manifest import DataFile

ROW_GROUP: Final = 131_072
"""Rows that a reader takes or skips together."""


def to_parquet(table: pa.Table) -> bytes:
    """Write a file in memory: of zstd's levels the default, which costs less than the encoding."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", use_dictionary=REPEATING, row_group_size=ROW_GROUP)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def from_parquet(data: bytes) -> pa.Table:
    """Read a file."""
    return pq.read_table(pa.BufferReader(data))


def described(path: str, table: pa.Table, data: bytes) -> DataFile:
    """Say what the log tells of a file."""
    times = pc.min_max(table["observed_timestamp"].combine_chunks().cast(pa.timestamp("us"))).as_py()
    first, last = (times[end].isoformat(timespec="microseconds") + "Z" for end in ("min", "max"))
    return DataFile(path, table.num_rows, len(data), first, last)
