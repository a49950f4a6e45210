"""How many do something at the same time, by a bound that changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


class Slots:
    """Lets at most `limit()` in; when that shrinks, those who are in stay."""

    def __init__(self, limit: Callable[[], int]) -> None:
        self._limit = limit
        self._taken = 0
        self._left = asyncio.Event()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for one, and have it."""
        while self._taken >= self._limit():
            self._left.clear()
            await self._left.wait()
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
            self._left.set()
