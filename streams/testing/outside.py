"""A clock that a test moves, and something outside that a test breaks and mends."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Literal


class ManualClock:
    """Tells the seconds that a test lets pass; sleeping on it lets them pass at once and is remembered in `slept`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Give the seconds that passed."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    async def sleep(self, seconds: float) -> None:
        """Let time pass, and remember how much."""
        self.slept.append(seconds)
        self.advance(seconds)


Mood = Literal["well", "refused", "silent"]


class Backend:
    """What a look-up processor asks; `asked` are the keys of each call, `state` is what `become` made it.

    While it is `refused`, calls fail at once; while it is `silent`, they wait until it becomes something else.
    """

    def __init__(self, known: Mapping[str, Any]) -> None:
        self.known = known
        self.state: Mood = "well"
        self.asked: list[frozenset[str]] = []
        self._changed = asyncio.Event()

    def become(self, state: Mood) -> None:
        """Break or mend it."""
        self.state = state
        self._changed.set()
        self._changed = asyncio.Event()

    async def ask(self, keys: frozenset[str]) -> Mapping[str, Any]:
        """Give what is known of the keys.

        Raises:
            ConnectionRefusedError: it is `refused`.
        """
        self.asked.append(keys)
        while self.state == "silent":
            await self._changed.wait()
        if self.state == "refused":
            raise ConnectionRefusedError
        return {key: self.known[key] for key in keys if key in self.known}
