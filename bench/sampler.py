"""Where a program's CPU time goes, by looking at its stack every few milliseconds of it.

`python -m bench.sampler FILE (PROGRAM | -m MODULE) ARGUMENTS...` runs a Python program or module and writes the
samples as JSON when it ends. Sampling begins with SIGUSR1, so that the start of the program is not in the picture.
A signal costs nothing between samples, so the picture is not bent as by a tracing profiler. Time in C (orjson,
numpy, the record builder of aiokafka) counts for the Python function that called it. Only the main thread is seen.
"""

from __future__ import annotations

import runpy
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import orjson

INTERVAL_SECONDS = 0.002
"""What is asked for; the kernel's clock may make it coarser, so shares are taken of the real CPU time."""


@dataclass
class Samples:
    """Samples by `file:function`: on top of the stack, anywhere in it, and on top by `file:function:line`."""

    total: int = 0
    cpu_seconds: float = 0
    own: Counter[str] = field(default_factory=Counter)
    inclusive: Counter[str] = field(default_factory=Counter)
    lines: Counter[str] = field(default_factory=Counter)

    def begin(self, _signal: int, _frame: FrameType | None) -> None:
        """Start the clock."""
        self.cpu_seconds = -time.process_time()
        signal.setitimer(signal.ITIMER_PROF, INTERVAL_SECONDS, INTERVAL_SECONDS)

    def take(self, _signal: int, frame: FrameType | None) -> None:
        """Count the stack below `frame`; a function that calls itself counts once."""
        if frame is None:
            return
        self.total += 1
        top = _function(frame)
        self.own[top] += 1
        self.lines[f"{top}:{frame.f_lineno}"] += 1
        seen = set()
        walked: FrameType | None = frame
        while walked is not None:
            seen.add(_function(walked))
            walked = walked.f_back
        self.inclusive.update(seen)


def _run(program: str, *arguments: str) -> None:
    if program == "-m":
        sys.argv = list(arguments)
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = [program, *arguments]
        runpy.run_path(program, run_name="__main__")


def _function(frame: FrameType) -> str:
    return f"{frame.f_code.co_filename}:{frame.f_code.co_qualname}"


def main(target: Path, *command: str) -> None:
    """Run a program or module under the sampler."""
    samples = Samples()
    signal.signal(signal.SIGPROF, samples.take)
    signal.signal(signal.SIGUSR1, samples.begin)
    try:
        _run(*command)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        samples.cpu_seconds += time.process_time()
        target.write_bytes(orjson.dumps(samples))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
