"""`python -m bench.profile`: where the worker's CPU time goes, by function and by room."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from argparse import ArgumentParser
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

import streams
from bench.generate import Pool
from bench.job import Bench
from bench.kafka import connected
from bench.load import fill
from bench.measure import PARTITIONS
from bench.peers.catalogue import BARE_AIOKAFKA, WEFT, Peer
from bench.process import choose_cores, on_core
from streams.dev.cluster import EmbeddedKafka

_RAW = "raw-profile"
_TOP = 25
_PLAIN_WIDTH = 120
_PROJECT = Path(streams.__file__).parent.parent
_ROOM_DEPTH = 2


def main() -> None:
    """Profile one run of the worker (or of the bare loop) and print the tables."""
    logging.getLogger().addHandler(logging.NullHandler())  # clients log what is then raised as an error
    parser = ArgumentParser(prog="python -m bench.profile", description=__doc__)
    parser.add_argument("--records", type=int, default=300_000, help="records to work off; default 300,000")
    parser.add_argument("--bare", action="store_true", help="the bare aiokafka loop instead of the worker")
    arguments = parser.parse_args()
    cores = choose_cores()
    with TemporaryDirectory(prefix="weft-profile-") as name, on_core(cores.broker):
        folder = Path(name)
        peer = sampled(BARE_AIOKAFKA if arguments.bare else WEFT, folder / "samples.json")
        with EmbeddedKafka(folder / "kafka", heap_mb=1024) as broker:
            records = asyncio.run(_run(broker.bootstrap, folder, cores.peer, peer, arguments.records))
        samples = orjson.loads((folder / "samples.json").read_bytes())
    console = Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH)
    console.print(functions(samples, records))
    console.print(rooms(samples, records))


def sampled(peer: Peer, target: Path) -> Peer:
    """Give the same peer under the sampler."""
    program = peer.command[1:] if peer.command[0] == sys.executable else peer.command
    return replace(peer, command=(sys.executable, "-m", "bench.sampler", str(target), *program))


async def _run(bootstrap: str, folder: Path, core: int | None, peer: Peer, records: int) -> int:
    """Let the peer work off the records; gives how many it did under the sampler."""
    async with connected(bootstrap) as kafka:
        bench = Bench(kafka, folder, core)
        await kafka.create(_RAW, PARTITIONS)
        await fill(kafka, _RAW, Pool().take(records))
        async with bench.outputs(peer, _RAW, PARTITIONS) as topics, bench.running(peer, topics) as job:
            await job.until_written(1)
            job.process.signal(signal.SIGUSR1)
            unseen = await job.written()
            await job.until_written(records)
    return records - unseen


def functions(samples: dict[str, Any], records: int) -> Table:
    """Lay out the functions with the most time of their own; C that they call included."""
    table = Table(title=f"functions, {samples['total']} samples")
    for heading in ("own %", "own us/record", "with callees %", "function", "hottest line"):
        table.add_column(heading)
    for name, own in Counter(samples["own"]).most_common(_TOP):
        line = max((key for key in samples["lines"] if key.startswith(name + ":")), key=samples["lines"].__getitem__)
        table.add_row(
            _share(own, samples),
            _microseconds(own, samples, records),
            _share(samples["inclusive"][name], samples),
            _short(name),
            line.rsplit(":", 1)[1],
        )
    return table


def rooms(samples: dict[str, Any], records: int) -> Table:
    """Lay out the time of each room or library: of its own functions, C that they call included."""
    totals: Counter[str] = Counter()
    for name, own in samples["own"].items():
        totals[_room(name)] += own
    table = Table(title="rooms")
    for heading in ("own %", "own us/record", "room"):
        table.add_column(heading)
    for room, own in totals.most_common(_TOP):
        table.add_row(_share(own, samples), _microseconds(own, samples, records), room)
    return table


def _share(number: int, samples: dict[str, Any]) -> str:
    return f"{number / samples['total']:.1%}"


def _microseconds(number: int, samples: dict[str, Any], records: int) -> str:
    """Samples as CPU time for one record."""
    return f"{number / samples['total'] * samples['cpu_seconds'] / records * 1e6:.2f}"


def _short(name: str) -> str:
    file, function = name.rsplit(":", 1)
    return f"{'/'.join(Path(file).parts[-3:])}:{function}"


def _room(name: str) -> str:
    path = Path(name.rsplit(":", 1)[0])
    if path.is_relative_to(_PROJECT) and "site-packages" not in path.parts:
        return "/".join(path.relative_to(_PROJECT).parts[:_ROOM_DEPTH])
    parts = path.parts
    return parts[parts.index("site-packages") + 1] if "site-packages" in parts else "python"


if __name__ == "__main__":
    main()
