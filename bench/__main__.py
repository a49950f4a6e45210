"""`python -m bench`: the same job for Weft and its peers on one broker, in one run."""

from __future__ import annotations

import asyncio
import logging
import sys
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from bench.job import Bench
from bench.kafka import connected
from bench.plan import QUICK, Plan, Results, run
from bench.process import choose_cores, on_core
from bench.report import table, write
from streams.dev.cluster import EmbeddedKafka
from streams.errors import WeftError

RESULTS = Path(__file__).parent / "results" / "latest.json"
BROKER_HEAP_MB = 1024


def main() -> int:
    """Measure, print the table, write the JSON; returns the exit code."""
    logging.getLogger().addHandler(logging.NullHandler())  # clients log what is then raised as an error
    console, progress = Console(), Console(stderr=True)
    arguments = _arguments()
    plan = _plan(arguments)
    cores = choose_cores()
    if cores.peer is None:
        progress.print("cannot pin to two cores here: peer and broker will disturb each other")
    try:
        with TemporaryDirectory(prefix="weft-bench-") as folder, on_core(cores.broker):
            results = _measure(Path(folder), cores.peer, plan, progress)
    except WeftError as error:
        progress.print(str(error), style="red", markup=False, highlight=False)
        return error.exit_code
    write(arguments.json, results, plan, cores)
    console.print(table(results))
    progress.print(f"all of it: {arguments.json}")
    return 0


def _measure(folder: Path, core: int | None, plan: Plan, progress: Console) -> Results:
    async def measure(bootstrap: str) -> Results:
        async with connected(bootstrap) as kafka:
            return await run(Bench(kafka, folder, core), plan, progress.print)

    with EmbeddedKafka(folder / "kafka", heap_mb=BROKER_HEAP_MB, notice=progress.print) as broker:
        return asyncio.run(measure(broker.bootstrap))


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m bench", description=__doc__, formatter_class=ArgumentDefaultsHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one small round: a look, not a measurement")
    parser.add_argument("--rounds", type=int, help="throughput runs of each peer; default 3")
    parser.add_argument("--soak-seconds", type=float, help="length of the memory run; default 60")
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the figures go")
    return parser.parse_args()


def _plan(arguments: Namespace) -> Plan:
    asked = {name: getattr(arguments, name) for name in ("rounds", "soak_seconds")}
    return replace(QUICK if arguments.quick else Plan(), **{name: v for name, v in asked.items() if v is not None})


if __name__ == "__main__":
    sys.exit(main())
