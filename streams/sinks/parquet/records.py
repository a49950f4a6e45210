"""Records out of the columns again, exactly as they went in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from schemas.upcast import upcast
from streams.errors import UnexpectedState
from streams.sinks.parquet.columns import NESTED, OPTIONAL, PLAIN, VERSION, VERSION_KEY

_NANOSECONDS: Final = pa.timestamp("ns", "UTC")


def to_records(table: pa.Table, signal: str) -> Iterator[dict[str, Any]]:
    """Give the records of a file of a signal, upcast to the current schema version.

    Raises:
        UnexpectedState: its columns are none that this program knows.
    """
    version = (table.schema.metadata or {}).get(VERSION_KEY)
    if version != str(VERSION).encode():
        raise UnexpectedState("the file was not written by this version of Weft or an earlier one")
    for row, times in zip(table.to_pylist(), _times(table), strict=True):
        yield upcast(_record(row, signal, times))


def _times(table: pa.Table) -> Iterator[tuple[str | None, str]]:
    return zip(_texts(table, "timestamp"), _texts(table, "observed_timestamp"), strict=True)


def _texts(table: pa.Table, name: str) -> Sequence[Any]:
    microseconds = table[name].cast(pa.int64())
    nanoseconds = pc.add(pc.multiply(microseconds, 1_000), table[f"{name}_nanos"].cast(pa.int64()))
    found: Sequence[Any] = pc.strftime(nanoseconds.cast(_NANOSECONDS), "%Y-%m-%dT%H:%M:%SZ").to_pylist()
    return found


def _record(row: dict[str, Any], signal: str, times: tuple[str | None, str]) -> dict[str, Any]:
    found = {key: row[key] for key in PLAIN}
    found |= {key: row[key] for key in OPTIONAL if row[key] is not None}
    found |= {key: orjson.loads(row[key]) for key in NESTED if row[key] is not None}
    found |= {
        "signal": signal,
        "timestamp": times[0],
        "observed_timestamp": times[1],
        "body": orjson.loads(row["body"]) if row["body_is_json"] else row["body"],
        "resource": orjson.loads(row["resource"]),
        "attributes": orjson.loads(row["attributes"]),
        "source": {key: row[f"source_{key}"] for key in ("topic", "partition", "offset")},
        "provenance": {key: row[key] for key in ("pipeline", "applied", "failed")},
    }
    return found | (orjson.loads(row["unknown"]) if row["unknown"] is not None else {})
