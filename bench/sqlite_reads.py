"""How long questions to a big SQLite store take, its files being in no cache.

    python -m bench.sqlite_reads [--records N] [--days N] [--questions N] [--folder DIR]

Fills a store with the bench's records, eight of a trace close together, over days that end yesterday (or takes the one
that DIR holds), and asks for traces at random, for words, and for the errors of a service, each newest first. Before
each question the kernel is told to forget the files. A disk's own cache, and that of a host below, are not ours to
empty. Measured is the wall time of a question in a process that runs already, decoding included.
"""

from __future__ import annotations

import asyncio
import os
import time
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import orjson

from bench.enriched import enriched
from bench.errors import BenchVoid
from bench.figures import percentile
from bench.generate import SEED
from bench.sinks_sqlite import yesterday_ms
from streams.sinks.base import OK, Batch, Item, Place
from streams.sinks.sqlite.sink import SqliteOptions, SqliteSink
from streams.sinks.sqlite.store import SqliteStore
from streams.sinks.stores import Query
from streams.values.instants import render

TRACE_RECORDS = 8
_DAY_MS = 86_400_000
_BATCH = 2_000
_TEMPLATES = 20_000
_ALL = 10_000


def trace_of(number: int) -> str:
    """Give the id of a trace by its number: random digits, the same in every run."""
    return f"{Random(SEED + number).getrandbits(128) | 1:032x}"  # noqa: S311 - the same traces each time


def batches(records: int, days: int) -> Iterator[list[Item]]:
    """Give records in the order of their time; within a batch traces are mixed."""
    first_ms = yesterday_ms() - (days - 1) * _DAY_MS
    templates = enriched(_TEMPLATES, first_ms=first_ms)
    for start in range(0, records, _BATCH):
        traces = [number // TRACE_RECORDS for number in range(start, min(start + _BATCH, records))]
        Random(start).shuffle(traces)  # noqa: S311 - as above
        yield [
            _item(
                templates[number % _TEMPLATES], number, trace_of(trace), first_ms + number * days * _DAY_MS // records
            )
            for number, trace in enumerate(traces, start)
        ]


def _item(template: Item, number: int, trace: str, observed_ms: int) -> Item:
    event_id, observed = f"raw-logs-0-{number}", render(observed_ms * 1_000_000)
    record = {**template.record, "event_id": event_id, "trace_id": trace, "observed_timestamp": observed}
    record["timestamp"] = observed
    return Item(number, trace.encode(), orjson.dumps(record), event_id, record)


async def fill(directory: Path, records: int, days: int) -> None:
    """Store the records; `directory` is the folder of files."""
    sink = SqliteSink(SqliteOptions(window_days=days + 2), Place(name="bench", directory=directory))
    await sink.start()
    for items in batches(records, days):
        if any(result is not OK for result in await sink.write(Batch("enriched", 0, items))):
            raise BenchVoid("not every record was stored")
    await sink.stop()


async def seconds_of(directory: Path, query: Query, found: int | None = None) -> float:
    """Ask once, the files being in no cache of the kernel.

    Raises:
        BenchVoid: another number of records was found than expected.
    """
    forget(directory)
    store = SqliteStore(directory)
    began = time.perf_counter()
    records = await store.search(query)
    seconds = time.perf_counter() - began
    await store.stop()
    if found is not None and len(records) != found:
        raise BenchVoid(f"{len(records)} of {found} records were found")
    return seconds


def forget(directory: Path) -> None:
    """Take the files out of the kernel's cache; they are on the disk already."""
    for path in directory.iterdir():
        file = os.open(path, os.O_RDONLY)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)


async def measure(directory: Path, records: int, questions: int) -> None:
    """Ask and print; the folder holds the records."""
    dice = Random(SEED)  # noqa: S311 - as above
    traces = [trace_of(dice.randrange(records // TRACE_RECORDS)) for _ in range(questions)]
    asked = {
        "one trace": [await seconds_of(directory, Query(trace=one, limit=_ALL), TRACE_RECORDS) for one in traces],
        "a trace that is not there": [
            await seconds_of(directory, Query(trace=trace_of(records + number)), 0) for number in range(questions // 4)
        ],
        "newest 100 of two words": [
            await seconds_of(directory, Query(text="payment declined"), 100) for _ in range(20)
        ],
        "newest 100 errors of a service": [
            await seconds_of(directory, Query(service="billing", severity=17), 100) for _ in range(20)
        ],
    }
    for name, seconds in asked.items():
        p50, p99 = (percentile(seconds, share) * 1_000 for share in (0.5, 0.99))
        print(f"{name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, {len(seconds)} questions")  # noqa: T201


def main() -> None:
    """Fill, ask, print."""
    parser = ArgumentParser(
        prog="python -m bench.sqlite_reads", description=__doc__, formatter_class=ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--records", type=int, default=5_000_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--folder", type=Path, help="keeps the store, or has it")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="weft-bench-sqlite-") as name:
        directory = arguments.folder or Path(name)
        if not any(directory.glob("*.db")):
            asyncio.run(fill(directory, arguments.records, arguments.days))
        asyncio.run(measure(directory, arguments.records, arguments.questions))


if __name__ == "__main__":
    main()
