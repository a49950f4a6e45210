"""No lines, however they are made, cost more than time linear in their number or length."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence

import pytest

from tests.joined import Joining

SMALL, FACTOR = 200, 16
TOO_MUCH = 5 * FACTOR
"""Between what is linear (16 times as long, up to 4 times more out of the caches) and what is quadratic (256 times)."""

ATTEMPTS = 6
BOUNDS = {"event_lines": 10_000, "event_bytes": 1_048_576, "chain_records": 10_000, "chain_bytes": 8_388_608}

HEAD, FRAME = "ERROR it failed", "\tat shop.Main.main(Main.java:3)"


def docker(log: str) -> str:
    return json.dumps({"log": log, "stream": "stdout", "time": "2026-11-24T12:00:00Z"})


BAITS: dict[str, Callable[[int], Sequence[str]]] = {
    "frames": lambda size: [HEAD, *[FRAME] * size],
    "empty lines behind an event": lambda size: [HEAD, *[""] * size],
    "empty lines between frames": lambda size: [HEAD, *["", FRAME] * (size // 2)],
    "parts of a line": lambda size: [docker("half")] * size,
    "parts of an object": lambda size: [docker('{"a":')] * size,
    "lines in one value": lambda size: [f"{HEAD}\n" + f"{FRAME}\n" * size * 10],
    "a long word": lambda size: [HEAD, "x" * size * 100],
    "a long qualified name": lambda size: [HEAD, "a." * size * 100],
    "a long place": lambda size: [HEAD, "a:1:in " * size * 50],
    "brackets": lambda size: ["[" * size * 100 + "]"],
    "blanks": lambda size: [HEAD, " " * size * 100],
}


@pytest.mark.parametrize("bait", BAITS)
def test_time_grows_with_size_and_not_with_its_square(bait: str) -> None:
    """The best of several attempts counts, so that another process's load does not fail it."""
    ratios = []
    for _ in range(ATTEMPTS):
        ratios.append(seconds(BAITS[bait](SMALL * FACTOR)) / seconds(BAITS[bait](SMALL)))
        if ratios[-1] < TOO_MUCH:
            return
    pytest.fail(f"{FACTOR} times the size takes {min(ratios):.1f} times as long")


def seconds(lines: Sequence[str]) -> float:
    joining = Joining(**BOUNDS)
    began = time.process_time()
    joining.take(*lines)
    joining.cut()
    return time.process_time() - began
