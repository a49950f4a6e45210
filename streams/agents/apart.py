"""A thread for pipelines whose processors wait for another program, so that the event loop does not wait with them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from streams.pipeline import Pipeline

Result = TypeVar("Result")


class Apart:
    """Calls pipelines: those that may block one at a time in a thread, all others at once where they are called.

    While one waits, heartbeats, acknowledgements, commits and health go on; other partitions wait for their turn.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def call(self, pipeline: Pipeline, work: Callable[[], Result]) -> tuple[Result, float]:
        """Give what the work gives and the seconds that it took, without those until its turn."""
        if not pipeline.blocks:
            return _timed(work)
        async with self._turn:
            running = asyncio.ensure_future(asyncio.to_thread(_timed, work))
            try:
                return await asyncio.shield(running)
            finally:
                # A thread cannot be cancelled, and the pipeline is nobody else's before it has ended.
                await asyncio.wait({running})


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began
