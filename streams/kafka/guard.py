"""The flood guard: a partition that mostly dies is paused instead of drained into the dead-letter topic."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from streams.settings import Guard


class FloodGuard:
    """Watches one partition's outcomes; `tripped` stays until an operator resumes the partition."""

    def __init__(self, settings: Guard, *, tripped: bool = False) -> None:
        self.tripped = tripped
        self._settings = settings
        self._seen = 0
        self._run = 0
        self._last = -1
        self._window: deque[int] = deque()

    def observe(self, records: int, dead: Iterable[int]) -> bool:
        """Add a chunk: how many records it had and the indices of the dead ones, ascending.

        The cost depends on the dead ones only, so that a healthy chunk pays nothing. Returns `tripped`.
        """
        limit = self._settings.dead_ratio * self._settings.window_records
        for index in dead:
            position = self._seen + index
            self._run = self._run + 1 if position == self._last + 1 else 1
            self._last = position
            self._window.append(position)
            while self._window[0] <= position - self._settings.window_records:
                self._window.popleft()
            if self._run >= self._settings.dead_run or len(self._window) > limit:
                self.tripped = True
        self._seen += records
        return self.tripped
