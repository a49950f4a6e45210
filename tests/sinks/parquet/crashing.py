"""Dies at one step of its work, at every step in turn: `python -m tests.sinks.parquet.crashing write|compact FOLDER`.

A dataset is prepared once, and copied to `FOLDER/<step>` for each step, where a child does the work and is killed
(SIGKILL) before its n-th change of the file system; the last folder is that of a child that lived. Prints how many
died.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

from streams.resilience.deduplication import batch_of
from streams.sinks.parquet.compaction import compact
from streams.testing.items import TOPIC, make_items
from tests.sinks.parquet.datasets import make_sink

CHANGES: Final = ("fsync", "replace", "link", "unlink", "mkdir", "rmdir")
FIRST: Final = 8
"""Records that are stored before."""
ITEMS: Final = [item for item in make_items(60) if item.offset % 7 in (0, 3, 6)][:20]
"""Of two folders, because each file is a dozen steps."""
LATER: Final = datetime(2270, 1, 1, tzinfo=UTC)


def die_before(step: int) -> None:
    """Make this process die before its n-th change of the file system from now on."""
    steps = count(1)

    def counted(change: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **options: Any) -> Any:
            if next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return change(*args, **options)

        return run

    for name in CHANGES:
        setattr(os, name, counted(getattr(os, name)))


async def prepare(folder: Path) -> None:
    """Store some batches."""
    sink = make_sink(folder)
    await sink.start()
    marks = await sink.take(TOPIC, 0)
    for start in range(0, FIRST, 4):
        batch = batch_of(TOPIC, 0, ITEMS[start : start + 4], marks)
        await sink.write(batch)
        marks = batch.marks
    await sink.stop()


async def write(folder: Path) -> None:
    """Store the next batch."""
    sink = make_sink(folder)
    await sink.start()
    marks = await sink.take(TOPIC, 0)
    await sink.write(batch_of(TOPIC, 0, ITEMS[FIRST:], marks))
    await sink.stop()


def work_on(work: str, folder: Path) -> None:
    """Do the work that is to be interrupted."""
    if work == "write":
        asyncio.run(write(folder))
    else:
        compact(folder, before=LATER)


def run_forked(work: Callable[[], None]) -> int:
    """Run in a child, so that this process never has threads; gives its status."""
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    return os.waitpid(child, 0)[1]


def main(work: str, folder: Path) -> int:
    """Let children work until one lives; gives how many died."""
    assert run_forked(lambda: asyncio.run(prepare(folder / "prepared"))) == 0
    for step in count(1):
        copy = Path(shutil.copytree(folder / "prepared", folder / str(step)))

        def interrupted(copy: Path = copy, step: int = step) -> None:
            die_before(step)
            work_on(work, copy)

        status = run_forked(interrupted)
        if not os.WIFSIGNALED(status):
            assert status == 0
            return step - 1
    raise AssertionError


if __name__ == "__main__":
    print(main(sys.argv[1], Path(sys.argv[2])))  # noqa: T201 - it is asked for by a pipe
