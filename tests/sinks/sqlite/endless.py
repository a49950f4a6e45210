"""A process that stores records until it is killed, and says of each batch when it is stored.

`python endless.py DIRECTORY FIRST`: batches of ten, numbered from FIRST; each goes over two days.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from streams.sinks.base import OK, Item
from tests.sinks.sqlite.records import batch, item, sink_in

SIZE = 10


def numbered(number: int) -> list[Item]:
    """Give the records of one batch."""
    times = ("2026-03-01T23:59:59.999000000Z", "2026-03-02T00:00:00.000000000Z")
    return [item(number * SIZE + place, at=times[place % 2], body=f"text {place}") for place in range(SIZE)]


async def main(directory: Path, first: int) -> None:
    async with sink_in(directory, open_files=1) as sink:
        number = first
        while True:
            assert [*await sink.write(batch(numbered(number)))] == [OK] * SIZE
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()
            number += 1


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
