"""Real logs for the demo; `samples/NOTICE` says whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from random import Random
from typing import NamedTuple

_FOLDER = Path(__file__).with_name("samples")
NAMES = ("apache.log", "auth.log", "kafka.log", "nginx.jsonl")


class SampleLine(NamedTuple):
    """A line and the file it is from."""

    source: str
    text: bytes


def lines(name: str) -> list[bytes]:
    """Give the lines of one file without their line ends."""
    return (_FOLDER / name).read_bytes().splitlines()


def endless(random: Random) -> Iterator[SampleLine]:
    """Give lines of all files, mixed by their lengths; each file keeps its order and starts again at its end."""
    files = {name: lines(name) for name in NAMES}
    sizes = [len(content) for content in files.values()]
    following = {name: cycle(content) for name, content in files.items()}
    while True:
        [name] = random.choices(NAMES, sizes)
        yield SampleLine(name, next(following[name]))
