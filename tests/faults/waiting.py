"""Waiting for what happens in other processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

_LOOK_SECONDS = 0.1


async def until(condition: Callable[[], object], seconds: float) -> None:
    """Wait until a condition holds.

    Raises:
        TimeoutError: it does not within `seconds`.
    """
    async with asyncio.timeout(seconds):
        while True:
            if condition():
                return
            await asyncio.sleep(_LOOK_SECONDS)


def deadline(seconds: float) -> Callable[[], bool]:
    """Give a function that tells whether the time is over."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end
