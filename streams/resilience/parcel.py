"""The way of one batch: written again until all of it is settled, in ever smaller groups where something is wrong.

What a store refuses without saying which record it means, and what it keeps failing at, is halved, first half first,
until the one to blame is alone. Refused alone, it is dead. If it fails alone, a few of the others are written out of
turn: when the store takes those, and only this one fails so many times, it is dead, too, so that it cannot block its
partition for ever. When the others fail as well, it is the store, and nothing dies.

Records of one trace keep their order, whatever a sink answers: behind one that is not settled they are written again.
The marks of a deduplicating sink stand behind everything before them. So there nothing is written out of turn, what
other partitions store has to show how the store is, and the dead are buried before anything behind them is written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple, TypeAlias

from streams.errors import WeftError
from streams.resilience.attempts import Attempts
from streams.resilience.deduplication import part_of
from streams.sinks.base import Batch, Item, Outcome, Refused, Result

_TRIES_TOGETHER: Final = 3
"""Failures in a row after which a batch is halved."""

_WITNESSES: Final = 0.01
"""Share of the others that is written out of turn at a time: few, so that they last for all the failures of several."""


class Delivered(NamedTuple):
    """What became of a record: stored, or dead for one of the reasons of `schemas.reasons`, with the sink's words."""

    dead: str = ""
    error: str = ""


STORED: Final = Delivered()
"""Shared by all records that are stored."""


Bury: TypeAlias = Callable[[Item, Delivered], Awaitable[None]]
"""Makes the dead letter of a record safe."""


async def leave(item: Item, delivered: Delivered) -> None:
    """Leave the dead to whoever asked for the delivery."""


class Parcel:
    """Delivers one batch; made for it, and used once."""

    def __init__(self, attempts: Attempts, batch: Batch, bury: Bury) -> None:
        self._attempts = attempts
        self._batch = batch
        self._bury = bury
        self._delivered: dict[int, Delivered] = {}
        self._groups = deque([list(range(len(batch.items)))])
        self._backoff = attempts.backoff()
        self._tries_left = _TRIES_TOGETHER
        self._last_written_early = -1

    async def deliver(self) -> Sequence[Delivered]:
        """Give what became of each item."""
        while self._groups:
            group = [index for index in self._groups[0] if index not in self._delivered]
            if len(group) > 1:
                await self._write_together(group)
            else:
                self._groups.popleft()
                if group:
                    await self._write_alone(group[0])
        return [self._delivered[index] for index in range(len(self._batch.items))]

    async def _write_together(self, group: list[int]) -> None:
        try:
            settled = await self._settle(group, await self._write(group))
        except _Blamed:
            self._halve(group)
            return
        if settled:
            self._backoff.reset()
        elif self._tries_left > 1:
            self._tries_left -= 1
        else:
            self._halve(group)
        if settled < len(group):
            await self._attempts.pause(self._backoff.next())

    def _halve(self, group: list[int]) -> None:
        middle = len(group) // 2
        self._groups.popleft()
        self._groups.extendleft((group[middle:], group[:middle]))

    async def _write_alone(self, index: int) -> None:
        """Write one record until it is stored or dead."""
        backoff, failures, suspect = self._attempts.backoff(), 0, False
        while True:
            try:
                results = await self._write([index], suspect=suspect)
            except _Blamed as blamed:
                await self._die(index, Delivered("sink.rejected", str(blamed)))
                return
            if await self._settle([index], results):
                return
            failures += suspect
            if failures >= self._attempts.policy.alone_attempts:
                await self._die(index, Delivered("sink.exhausted", results[0].reason))
                return
            before = self._attempts.weather
            await self._write_others(index)
            await self._attempts.pause(backoff.next())
            suspect = self._attempts.weather.was_fine_since(before)

    async def _write_others(self, index: int) -> None:
        """Write a few others out of turn, once, to see whether the store takes them."""
        others = self._others(index)
        if others:
            with suppress(_Blamed):  # they are blamed in their turn
                await self._settle(others, await self._write(others))

    def _others(self, index: int) -> list[int]:
        """Choose a few that nothing of their trace stands before, not the same ones as the last time."""
        if self._batch.marks:
            return []
        items = self._batch.items
        waiting = [other for other in range(len(items)) if other not in self._delivered]
        most = max(1, int(len(waiting) * _WITNESSES))
        held = {items[index].key}
        chosen: list[int] = []
        for other in waiting:
            key = items[other].key
            if other == index or (key is not None and key in held):
                continue
            if other > self._last_written_early and len(chosen) < most:
                chosen.append(other)
            else:
                held.add(key)
        self._last_written_early = chosen[-1] if chosen else -1
        return chosen

    async def _write(self, group: Sequence[int], *, suspect: bool = False) -> Sequence[Result]:
        """Write some records once.

        Raises:
            _Blamed: something is wrong with them.
        """
        end = group[-1] + 1
        while end in self._delivered:
            end += 1
        part = part_of(self._batch, [self._batch.items[index] for index in group], end)
        try:
            return await self._attempts.write(part, suspect=suspect)
        except (MemoryError, WeftError):
            raise
        except Refused as refused:
            raise _Blamed(str(refused)) from None
        except Exception as error:
            raise _Blamed(type(error).__name__) from error

    async def _settle(self, group: Sequence[int], results: Sequence[Result]) -> int:
        """Take up what is settled, of each trace only what stands before anything that is not; gives how many."""
        held: set[bytes] = set()
        settled = 0
        for index, result in zip(group, results, strict=True):
            dead = result.outcome is Outcome.REJECTED
            key = self._batch.items[index].key
            if result.outcome is Outcome.RETRY or (key in held and not (dead and self._batch.marks)):
                if key is not None:
                    held.add(key)
                continue
            settled += 1
            if dead:
                await self._die(index, Delivered("sink.rejected", result.reason))
            else:
                self._delivered[index] = STORED
        return settled

    async def _die(self, index: int, delivered: Delivered) -> None:
        if self._batch.marks:
            await self._bury(self._batch.items[index], delivered)
        self._delivered[index] = delivered


class _Blamed(Exception):
    """A store will not take some records; the message never repeats their text."""
