"""How fast the Parquet sink writes, against bare pyarrow with the same columns.

    python -m bench.sinks_parquet [RECORDS]

Both begin with decoded records in the sink's own batches, one hour's, make columns of them and write zstd files. The
bare one makes a table of lists and calls `write_table`, once a batch; it keeps no log, and asks the disk for nothing.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq

from bench.beside import Beside
from bench.enriched import enriched
from bench.errors import BenchVoid
from streams.sinks.base import OK, Batch, Item, Place
from streams.sinks.parquet.columns import NESTED, OPTIONAL, PLAIN, SCHEMA
from streams.sinks.parquet.sink import ParquetOptions, ParquetSink

ROUNDS = 5
TIMESTAMPS = ("timestamp", "observed_timestamp")


def measure(items: Sequence[Item]) -> Beside:
    """Write all records with either, in turn, each time into an empty folder.

    Raises:
        BenchVoid: the files do not hold each record once at the end.
    """
    sinks: list[float] = []
    bares: list[float] = []
    for _ in range(ROUNDS):
        sinks.append(_rate(items, by_sink))
        bares.append(_rate(items, by_pyarrow))
    return Beside.of(sinks, bares)


def by_sink(directory: Path, batches: Sequence[Sequence[Item]]) -> float:
    """Write batches with the sink; gives the seconds inside `write`."""
    return asyncio.run(_by_sink(directory, batches))


async def _by_sink(directory: Path, batches: Sequence[Sequence[Item]]) -> float:
    sink = ParquetSink(ParquetOptions(url=str(directory)), Place(name="bench", directory=directory))
    await sink.start()
    await sink.take("enriched", 0)
    began = time.perf_counter()
    for items in batches:
        if any(result is not OK for result in await sink.write(Batch("enriched", 0, items))):
            raise BenchVoid("not every record was stored")
    seconds = time.perf_counter() - began
    await sink.stop()
    return seconds


def by_pyarrow(directory: Path, batches: Sequence[Sequence[Item]]) -> float:
    """Write batches as anyone would; gives the seconds."""
    began = time.perf_counter()
    for number, items in enumerate(batches):
        table = pa.table(_lists(items), schema=SCHEMA)
        pq.write_table(table, directory / f"{number}.parquet", compression="zstd")
    return time.perf_counter() - began


def _lists(items: Sequence[Item]) -> dict[str, Any]:
    records = [item.record for item in items]
    found: dict[str, Any] = {key: [record[key] for record in records] for key in PLAIN}
    found |= {key: [record.get(key) for record in records] for key in OPTIONAL}
    found |= {key: [_dumped(record.get(key)) for record in records] for key in NESTED}
    for key in TIMESTAMPS:
        found |= _instants(key, [record[key] for record in records])
    return found | {
        "service": [record["resource"]["service.name"] for record in records],
        "body": [body if isinstance(body := record["body"], str) else _dumped(body) for record in records],
        "body_is_json": [not isinstance(record["body"], str) for record in records],
        "resource": [_dumped(record["resource"]) for record in records],
        "attributes": [_dumped(record["attributes"]) for record in records],
        "source_topic": [record["source"]["topic"] for record in records],
        "source_partition": [record["source"]["partition"] for record in records],
        "source_offset": [record["source"]["offset"] for record in records],
        "pipeline": [record["provenance"]["pipeline"] for record in records],
        "applied": [record["provenance"]["applied"] for record in records],
        "failed": [record["provenance"]["failed"] for record in records],
        "unknown": [None] * len(records),
        "kafka_topic": ["enriched"] * len(records),
        "kafka_partition": [0] * len(records),
        "kafka_offset": [item.offset for item in items],
    }


def _instants(key: str, texts: Sequence[str | None]) -> dict[str, Any]:
    """Arrow reads times itself, which is faster than Python."""
    exact = pa.array(texts, pa.string()).cast(pa.timestamp("ns", "UTC"))
    rest = [None if text is None else int(text[26:29]) for text in texts]
    return {key: exact.cast(pa.timestamp("us", "UTC"), safe=False), f"{key}_nanos": rest}


def _dumped(value: Any) -> bytes | None:
    return None if value is None else orjson.dumps(value)


def _rate(items: Sequence[Item], write: Callable[[Path, Sequence[Sequence[Item]]], float]) -> float:
    size = ParquetSink.batch.records
    with TemporaryDirectory(prefix="weft-bench-parquet-") as name:
        seconds = write(Path(name), [items[at : at + size] for at in range(0, len(items), size)])
        ids = pyarrow.dataset.dataset(name).to_table(columns=["event_id"])["event_id"].unique()
        if len(ids) != len(items):
            raise BenchVoid(f"{len(ids)} of {len(items)} records are stored")
    return len(items) / seconds


def main(number: int) -> None:
    """Measure and print the figures."""
    now = datetime.now(UTC)
    hour = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    figures = measure(enriched(number, first_ms=int(hour.timestamp()) * 1_000))
    print(figures.told("Parquet", "pyarrow"))  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 100_000)
