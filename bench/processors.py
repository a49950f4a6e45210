"""What processors cost, without a broker: redaction, the default chain, and a service catalogue of 100,000 services.

    python -m bench.processors

Figures are CPU time per record of the job's lines: the least of several rounds in which the ways that are compared take
turns. Lines are clean when they hold no e-mail address, so that nothing is redacted.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, NamedTuple

import orjson

from bench.errors import BenchVoid
from bench.generate import samples
from streams.pipeline import Pipeline
from streams.processors.service_catalog import ServiceCatalog
from streams.settings import ProcessorEntry, Settings
from streams.testing import chunk_of

LINES, ROUNDS, SERVICES = 8_000, 15, 100_000
_FEW_SERVICES = 100
_CHUNK = 500
_MICRO, _MEGA = 1e-6, 1e6

Work = Callable[[], object]
Preparation = Callable[[], Work]
"""Makes ready what is not measured, and gives what is."""


class Row(NamedTuple):
    """Seconds of a record, those of what it is compared with, and what their ratio shall be."""

    name: str
    seconds: float
    compared: float
    aim: str = ""

    def __str__(self) -> str:
        """Give the ratio first."""
        times = f"{self.seconds / _MICRO:6.2f} / {self.compared / _MICRO:5.2f} us"
        return f"{self.name:58} {self.seconds / self.compared:6.2f}   {times}   {self.aim}"


def rows(lines: int = LINES, rounds: int = ROUNDS, services: int = SERVICES) -> Iterator[Row]:
    """Give the ratios."""
    values = [sample.value for sample in islice(samples(), lines) if not sample.broken]
    clean, personal = ([value for value in values if (b"@" in value) is wanted] for wanted in (False, True))
    redaction, chain = Pipeline(Settings(processors=(ProcessorEntry(name="redact"),))), Pipeline(Settings())
    for name, chosen, aims in (("clean lines", clean, ("< 1.5", "<= 1")), ("lines with e-mails", personal, ("", ""))):
        cost, plain, loads = _costs(chosen, redaction, rounds)
        yield Row(f"redaction alone, of orjson.loads: {name}", cost, loads, aims[0])
        cost, plain, _ = _costs(chosen, chain, rounds)
        yield Row(f"default chain, of normalising: {name}", cost, plain, aims[1])
    with TemporaryDirectory(prefix="weft-bench-") as folder:
        large, small = (_catalogue(Path(folder), number) for number in (services, _FEW_SERVICES))
        times = _least({"large": _looking_up(large, lines), "small": _looking_up(small, lines)}, lines, rounds)
    yield Row(f"catalogue of {services:,} services, of one of {_FEW_SERVICES}", times["large"], times["small"], "1")


def catalogue_megabytes(services: int = SERVICES) -> float:
    """Give what a catalogue holds in memory, by Python's own account."""
    with TemporaryDirectory(prefix="weft-bench-") as folder:
        file = _written(Path(folder), services)
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            kept = ServiceCatalog(ServiceCatalog.Options(file=file))
            gc.collect()
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    if not kept.snapshot():
        raise BenchVoid("the catalogue is empty")
    return (held - before) / _MEGA


def _costs(values: Sequence[bytes], pipeline: Pipeline, rounds: int) -> tuple[float, float, float]:
    """Give the seconds of a record that processors add, that it takes without them, and that its parsing takes."""
    plain = Pipeline(Settings(processors=()))
    ways: dict[str, Preparation] = {
        "plain": lambda: lambda: _run(plain, values),
        "with": lambda: lambda: _run(pipeline, values),
        "loads": lambda: lambda: _parse(values),
    }
    times = _least(ways, len(values), rounds)
    return times["with"] - times["plain"], times["plain"], times["loads"]


def _parse(values: Sequence[bytes]) -> None:
    """Keep nothing: memory that must be asked for would make it slower than it is in a pipeline."""
    for value in values:
        orjson.loads(value)


def _run(pipeline: Pipeline, values: Sequence[bytes]) -> None:
    for start in range(0, len(values), _CHUNK):
        chunk = chunk_of(*values[start : start + _CHUNK])
        pipeline.prepare(chunk)
        pipeline.finish(chunk, {})


def _least(ways: Mapping[str, Preparation], records: int, rounds: int) -> dict[str, float]:
    """Give the least seconds of a record for each way, without the collector's walks."""
    best = dict.fromkeys(ways, float("inf"))
    gc.disable()
    try:
        for _ in range(rounds):
            for name, prepare in ways.items():
                work = prepare()
                began = process_time()
                work()
                best[name] = min(best[name], (process_time() - began) / records)
                gc.collect()
    finally:
        gc.enable()
    return best


def _catalogue(folder: Path, services: int) -> ServiceCatalog:
    return ServiceCatalog(ServiceCatalog.Options(file=_written(folder, services)))


def _written(folder: Path, services: int) -> Path:
    """Write a catalogue as a team would: a line a service, four fields each."""
    file = folder / f"{services}.csv"
    lines = (f"service-{number},team-{number % 997},{number % 4},1.{number},stable\n" for number in range(services))
    file.write_text("name,owner,tier,version,release_channel\n" + "".join(lines))
    return file


def _looking_up(catalogue: ServiceCatalog, records: int) -> Preparation:
    """Look up services that both catalogues have, so that only the size differs."""

    def prepare() -> Work:
        made: list[Any] = [
            {"resource": {"service.name": f"service-{number % _FEW_SERVICES}"}} for number in range(records)
        ]
        return lambda: [catalogue.process(record) for record in made]

    return prepare


def main() -> int:
    """Print the rows."""
    for row in rows():
        sys.stdout.write(f"{row}\n")
    sys.stdout.write(
        f"{f'memory of a catalogue of {SERVICES:,} services':58} {catalogue_megabytes():6.1f} MB{'':19}< 100\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
