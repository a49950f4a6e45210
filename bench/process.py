"""A peer as a process: pinned to its core, with its CPU seconds and its memory."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

from bench.errors import PeerFailed

_STOP_SECONDS = 30.0
_TAIL_CHARS = 3_000


class Cores(NamedTuple):
    """Which core the broker and the watcher share, and which one the peer has; None where they cannot be pinned."""

    broker: int | None
    peer: int | None


def choose_cores() -> Cores:
    """Take two of the cores that this process may use; without two, or on macOS, nothing is pinned."""
    if not hasattr(os, "sched_getaffinity"):
        return Cores(None, None)
    allowed = sorted(os.sched_getaffinity(0))
    return Cores(allowed[0], allowed[1]) if len(allowed) > 1 else Cores(None, None)


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """Pin this thread, and with it the processes that it starts in the block."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class PeerProcess:
    """A started peer; its output goes to `log`."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path, core: int | None) -> None:
        self._log = folder / "log"
        with on_core(core), self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 (the peers' own commands)
                command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._tree = psutil.Process(self._process.pid)

    def cpu_seconds(self) -> float:
        """Give user and system seconds of the process and its children so far."""
        return sum(times.user + times.system for times in (process.cpu_times() for process in self._members()))

    def resident_bytes(self) -> int:
        """Give the resident memory of the process and its children."""
        return sum(process.memory_info().rss for process in self._members())

    def check(self) -> None:
        """Raise PeerFailed with the end of its log if the peer has ended."""
        code = self._process.poll()
        if code is not None:
            raise PeerFailed(f"the peer ended with {code}", cure=self.log_end())

    def log_end(self) -> str:
        """Give the end of what the peer printed."""
        return self._log.read_text(errors="replace")[-_TAIL_CHARS:]

    def signal(self, number: int) -> None:
        """Send the peer a signal."""
        self._process.send_signal(number)

    def stop(self) -> None:
        """Ask the peer to end, then make it."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _members(self) -> list[psutil.Process]:
        return [self._tree, *self._tree.children(recursive=True)]
