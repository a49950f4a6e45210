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


class Backend:
    """What a look-up processor asks; `asked` are the keys of each call.

    While it is `refused`, calls fail at once, while it is `silent` they are never answered.
    """

    def __init__(self, known: Mapping[str, Any]) -> None:
        self.known = known
        self.state: Literal["well", "refused", "silent"] = "well"
        self.asked: list[frozenset[str]] = []

    async def ask(self, keys: frozenset[str]) -> Mapping[str, Any]:
        """Give what is known of the keys.

        Raises:
            ConnectionRefusedError: it is `refused`.
        """
        self.asked.append(keys)
        if self.state == "refused":
            raise ConnectionRefusedError
        if self.state == "silent":
            await asyncio.Event().wait()
        return {key: self.known[key] for key in keys if key in self.known}
